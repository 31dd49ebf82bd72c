-- The days from which and until which something is imputed for a missing unit. Takes: class_missing. Gives: known_from.
SELECT DISTINCT known_from FROM class_missing WHERE outcome = 'imputed'
UNION
SELECT DISTINCT known_to FROM class_missing WHERE outcome = 'imputed' AND known_to < DATE '9999-12-31'
ORDER BY known_from
