-- The rows that other rows or the register say something about: their unit or name occurs more than once, or their unit is
-- a local one or its legal unit. Few rows, a few of them for nothing.
-- Takes: firm_coded; repeated_unit; registered. Gives: row_id. Names that repeat are found as units are.
SELECT row_id FROM repeated_unit
UNION
SELECT row_id FROM firm_coded
WHERE hash(name_text) IN (
  SELECT hash(name_text) FROM firm_coded GROUP BY hash(name_text) HAVING COUNT(name_text) > 1)
UNION
SELECT row_id FROM firm_coded
WHERE unit_code IN (
  SELECT unit FROM registered WHERE kind = 'local' AND parent_unit IS NOT NULL
  UNION
  SELECT parent_unit FROM registered WHERE kind = 'local' AND parent_unit IS NOT NULL)
