-- What stands in the date cells of the register of units, each text once. Takes: raw_register. Gives: text.
SELECT DISTINCT text
FROM (SELECT entry_date AS text FROM raw_register UNION ALL SELECT exit_date FROM raw_register) AS cell
WHERE text IS NOT NULL ORDER BY text
