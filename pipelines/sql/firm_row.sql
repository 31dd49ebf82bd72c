-- Firm returns as numbers with what other rows of the same form say about each: repetitions and versions.
-- Takes: firm (firm_number). Gives: firm, row for row, with
--   occurrence       1 for the first sound row of a unit in a file, which stands; 2, 3, … for the other sound ones
--   name_occurrence  likewise for a name under several valid credit codes
--   edits            how many versions of the unit's return had arrived before on other days
-- Only units and names that occur more than once are ranked.
WITH repeated_unit AS (
  SELECT sector, quarter, unit FROM firm WHERE unit IS NOT NULL GROUP BY sector, quarter, unit HAVING COUNT(*) > 1
), ranked_unit AS (
  SELECT f.row_id,
         row_number() OVER (
           PARTITION BY f.sector, f.quarter, f.unit, f.known_from, f.file, f.sound ORDER BY f.row, f.row_id)
           AS occurrence,
         dense_rank() OVER (PARTITION BY f.sector, f.quarter, f.unit ORDER BY f.known_from) - 1 AS edits
  FROM firm AS f
  JOIN repeated_unit AS u ON u.sector = f.sector AND u.quarter = f.quarter AND u.unit = f.unit
), repeated_name AS (
  SELECT sector, quarter, known_from, name FROM firm WHERE name IS NOT NULL AND identifier_valid
  GROUP BY sector, quarter, known_from, name HAVING MIN(unit) <> MAX(unit)
), ranked_name AS (
  SELECT f.row_id,
         row_number() OVER (PARTITION BY f.sector, f.quarter, f.known_from, f.name ORDER BY f.file, f.row, f.row_id)
           AS name_occurrence
  FROM firm AS f
  JOIN repeated_name AS m
    ON m.sector = f.sector AND m.quarter = f.quarter AND m.known_from = f.known_from AND m.name = f.name
  WHERE f.identifier_valid
)
SELECT f.*, coalesce(u.occurrence, 1) AS occurrence, coalesce(m.name_occurrence, 1) AS name_occurrence,
       coalesce(u.edits, 0) AS edits
FROM firm AS f
LEFT JOIN ranked_unit AS u ON u.row_id = f.row_id
LEFT JOIN ranked_name AS m ON m.row_id = f.row_id
