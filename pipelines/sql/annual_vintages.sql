-- The days on which annual returns arrived, by year. Takes: classed. Gives: year, known_from.
SELECT DISTINCT year, known_from FROM classed WHERE class_status = 'assigned' ORDER BY year, known_from
