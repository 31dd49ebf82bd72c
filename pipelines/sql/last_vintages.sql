-- The days on which accepted returns of a year ago arrived or ended. Takes: last_return. Gives: known_from.
SELECT known_from FROM last_return WHERE status = 'accepted'
UNION
SELECT known_to FROM last_return WHERE status = 'accepted' AND known_to < DATE '9999-12-31'
ORDER BY known_from
