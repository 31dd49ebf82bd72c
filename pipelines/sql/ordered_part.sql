-- The parts of a vintage in a total order. Takes: valid_part. Gives: the contract class_part.
SELECT * FROM valid_part ORDER BY row_id, de
