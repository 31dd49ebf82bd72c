-- The days on which accepted returns arrived, with a class or without: each may end what it corrects.
-- Takes: class_return. Gives: known_from.
SELECT DISTINCT known_from FROM class_return WHERE class_status <> 'set_aside' ORDER BY known_from
