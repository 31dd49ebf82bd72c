-- Takes: a table `described` (object, "column", text), "column" = '' for the table itself.
-- Gives: the statements that write these texts as comments into a database, with names and texts quoted.
-- Clause: DuckDB takes no bound parameters in COMMENT ON, so the statements are made here, where quoting is in one place.
SELECT
  CASE WHEN "column" = ''
    THEN 'COMMENT ON TABLE "' || replace(object, '"', '""') || '" IS ''' || replace(text, '''', '''''') || ''''
    ELSE 'COMMENT ON COLUMN "' || replace(object, '"', '""') || '"."' || replace("column", '"', '""') || '" IS '''
      || replace(text, '''', '''''') || ''''
  END AS statement
FROM described
ORDER BY object, "column";
