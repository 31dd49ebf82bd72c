-- The units whose return is imputed on a day. Takes: class_missing; parameter as_of. Gives: unit.
SELECT unit FROM class_missing
WHERE outcome = 'imputed' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
