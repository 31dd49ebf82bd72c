-- The days on which returns that have a class arrived. Takes: class_return. Gives: known_from.
SELECT DISTINCT known_from FROM class_return WHERE class_status = 'assigned' ORDER BY known_from
