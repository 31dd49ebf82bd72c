-- The days on which something was learnt about who is due. Takes: register (core_register). Gives: known_from.
SELECT DISTINCT known_from FROM register WHERE status = 'accepted' ORDER BY known_from
