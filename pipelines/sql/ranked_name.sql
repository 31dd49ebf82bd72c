-- Names under which several valid credit codes report on a form on one day. Takes: repeated_name.
-- Gives: row_id, and
--   name_occurrence  1 for the first row of the name, which stands; 2, 3, … for the others
WITH repeated AS (
  SELECT sector, quarter, known_from, name FROM repeated_name
  GROUP BY sector, quarter, known_from, name HAVING MIN(unit) <> MAX(unit)
)
SELECT f.row_id,
       row_number() OVER (PARTITION BY f.sector, f.quarter, f.known_from, f.name ORDER BY f.file, f.row, f.row_id)
         AS name_occurrence
FROM repeated_name AS f
JOIN repeated AS m
  ON m.sector = f.sector AND m.quarter = f.quarter AND m.known_from = f.known_from AND m.name = f.name
