-- The rows with a valid credit code whose name stands on other such rows, too; few rows. Takes: firm (the related rows).
SELECT row_id, sector, quarter, known_from, file, row, unit, name, address FROM firm
WHERE identifier_valid AND name IN (
  SELECT name FROM firm WHERE name IS NOT NULL AND identifier_valid GROUP BY name HAVING COUNT(*) > 1)
