-- Takes: an open release database.
-- Gives: its views with their comments and columns in order, for the data dictionary.
-- Clause: the dictionary shows what the database holds, so it is read from there and typed nowhere else.
SELECT v.view_name, coalesce(v.comment, '') AS text, list(c.column_name ORDER BY c.column_index) AS columns
FROM duckdb_views() AS v
JOIN duckdb_columns() AS c
  ON c.database_name = v.database_name AND c.schema_name = v.schema_name AND c.table_name = v.view_name
WHERE NOT v.internal
GROUP BY v.view_name, v.comment
ORDER BY v.view_name;
