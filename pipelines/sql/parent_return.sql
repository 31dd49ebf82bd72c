-- Since when a legal unit has an accepted return. Takes: reviewed (its returns). Gives: unit, known_from.
SELECT unit, MIN(known_from) AS known_from FROM reviewed WHERE status = 'accepted' GROUP BY unit
