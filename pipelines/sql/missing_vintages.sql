-- The days on which something was learnt about who owes a return or what it would be. Takes: register (core_register), last_return.
-- Gives: known_from.
SELECT DISTINCT known_from FROM register WHERE status = 'accepted'
UNION
SELECT DISTINCT known_from FROM last_return WHERE status = 'accepted'
ORDER BY known_from
