-- Takes: an open release database.
-- Gives: the names of its tables.
-- Clause: what is hashed are the tables; views follow from them.
SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY table_name;
