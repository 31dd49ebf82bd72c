-- The days on which accepted returns of a year ago arrived. Takes: last_return. Gives: known_from.
SELECT DISTINCT known_from FROM last_return WHERE status = 'accepted' ORDER BY known_from
