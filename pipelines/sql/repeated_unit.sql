-- The rows whose unit occurs in more than one. Takes: firm_coded. Gives: row_id. Units are found by a number made of
-- their code, which takes a third of the room: two codes of one number are looked at for nothing.
SELECT row_id FROM firm_coded
WHERE hash(unit_code) IN (
  SELECT hash(unit_code) FROM firm_coded GROUP BY hash(unit_code) HAVING COUNT(unit_code) > 1)
