-- The parts of all vintages in a total order. Takes: part. Gives: the contract class_part.
SELECT * FROM part ORDER BY known_from, row_id, de
