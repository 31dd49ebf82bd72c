-- Units that occur more than once: which of their rows stand on each form. Takes: firm (the related rows). Gives: row_id,
--   occurrence  1 for the first sound row of a unit in a file, which stands; 2, 3, … for the other sound ones
--   edits       how many versions of the unit's return had arrived before on other days
WITH repeated AS (
  SELECT unit FROM firm WHERE unit IS NOT NULL GROUP BY unit HAVING COUNT(*) > 1
)
SELECT f.row_id,
       row_number() OVER (
         PARTITION BY f.sector, f.quarter, f.unit, f.known_from, f.file, f.sound ORDER BY f.row, f.row_id)
         AS occurrence,
       dense_rank() OVER (PARTITION BY f.sector, f.quarter, f.unit ORDER BY f.known_from) - 1 AS edits
FROM firm AS f
JOIN repeated AS u ON u.unit = f.unit
