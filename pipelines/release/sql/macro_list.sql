-- Takes: an open release database.
-- Gives: its table macros with their comments and parameters in order, for the data dictionary.
-- Clause: the dictionary shows what the database holds, so it is read from there and typed nowhere else.
SELECT function_name, coalesce(comment, '') AS text, parameters
FROM duckdb_functions()
WHERE NOT internal AND function_type = 'table_macro'
ORDER BY function_name;
