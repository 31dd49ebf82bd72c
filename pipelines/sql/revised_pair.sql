-- The returns of two days side by side, with what made them differ.
-- Takes: version (sector, unit, row_id, known_from, known_to), of a unit and survey at most one valid on any day;
--        entered_unit; parameters old, new. Gives: sector, unit, old_row, new_row, cause: the input that turns the one into
--        the other (revision_steps.csv), '' where they are the same.
-- A return under another survey than before is a recode; one that ended without another in its place left or was there twice.
WITH before AS (
  SELECT sector, unit, row_id FROM version WHERE known_from <= CAST($old AS DATE) AND CAST($old AS DATE) < known_to
), after AS (
  SELECT sector, unit, row_id FROM version WHERE known_from <= CAST($new AS DATE) AND CAST($new AS DATE) < known_to
), paired AS (
  SELECT coalesce(b.sector, a.sector) AS sector, coalesce(b.unit, a.unit) AS unit, b.row_id AS old_row, a.row_id AS new_row
  FROM before AS b FULL JOIN after AS a ON a.sector = b.sector AND a.unit = b.unit
), resurveyed AS (
  SELECT unit FROM paired GROUP BY unit HAVING bool_or(new_row IS NULL) AND bool_or(old_row IS NULL)
)
SELECT p.sector, p.unit, p.old_row, p.new_row,
       CASE WHEN p.old_row = p.new_row THEN ''
            WHEN p.old_row IS NOT NULL AND p.new_row IS NOT NULL THEN 'revised_returns'
            WHEN s.unit IS NOT NULL THEN 'recodes'
            WHEN p.old_row IS NULL AND e.unit IS NULL THEN 'late_returns'
            ELSE 'entries' END AS cause
FROM paired AS p
LEFT JOIN resurveyed AS s ON s.unit = p.unit
LEFT JOIN entered_unit AS e ON e.unit = p.unit
ORDER BY p.unit, p.sector
