-- The returns that are valid at a vintage and have a class. Takes: class_return; parameter known.
SELECT * FROM class_return
WHERE class_status = 'assigned' AND known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < known_to
