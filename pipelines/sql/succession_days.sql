-- The days on which something was learnt about units that name a successor. Takes: core_register. Gives: known_from.
SELECT DISTINCT known_from FROM core_register
WHERE status = 'accepted' AND unit IN (SELECT unit FROM core_register WHERE status = 'accepted' AND successor IS NOT NULL)
ORDER BY known_from
