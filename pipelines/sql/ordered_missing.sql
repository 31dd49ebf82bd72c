-- The missing units of all vintages in a total order. Takes: found. Gives: the contract class_missing.
SELECT * FROM found ORDER BY known_from, unit
