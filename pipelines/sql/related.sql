-- The rows that other rows or the register say something about: their unit or name occurs more than once, or their unit is
-- a local one or its legal unit. Few rows, a few of them for nothing.
-- Takes: firm_coded; registered. Gives: row_id. Texts are told apart by a number made of them, which takes a third of the
-- room: two texts of one number are looked at for nothing.
WITH said AS (
  SELECT row_id, unit_code, CASE WHEN unit_code IS NOT NULL THEN hash(unit_code) END AS unit,
         CASE WHEN name_text IS NOT NULL THEN hash(name_text) END AS name
  FROM firm_coded
)
SELECT row_id FROM said
WHERE unit IN (SELECT unit FROM said WHERE unit IS NOT NULL GROUP BY unit HAVING COUNT(*) > 1)
UNION
SELECT row_id FROM said
WHERE name IN (SELECT name FROM said WHERE name IS NOT NULL GROUP BY name HAVING COUNT(*) > 1)
UNION
SELECT row_id FROM said
WHERE unit_code IN (
  SELECT unit FROM registered WHERE kind = 'local' AND parent_unit IS NOT NULL
  UNION
  SELECT parent_unit FROM registered WHERE kind = 'local' AND parent_unit IS NOT NULL)
