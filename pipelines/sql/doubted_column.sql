-- The columns in which any soft rule found anything. Takes: query_finding. Gives: column_name.
SELECT DISTINCT column_name FROM query_finding ORDER BY column_name
