-- The days on which accepted returns arrived, with a class or without, or ended: each may end what it corrects, and a local
-- unit's return may end on a day on which none arrived. Takes: class_return. Gives: known_from.
SELECT known_from FROM class_return WHERE class_status <> 'set_aside'
UNION
SELECT known_to FROM class_return WHERE class_status <> 'set_aside' AND known_to < DATE '9999-12-31'
ORDER BY known_from
