-- The rows that break any rule, as the findings take them. Takes: broken_row.
SELECT * FROM broken_row
