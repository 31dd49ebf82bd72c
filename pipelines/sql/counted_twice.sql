-- When a local unit's return is not counted, because its legal unit's return, which holds it, was there (C03R).
-- Takes: registered; parent_return (unit, known_from). Gives: unit, since, until (exclusive); of a unit no two overlap.
SELECT l.unit, greatest(l.known_from, p.known_from, r.known_from) AS since, least(l.known_to, p.known_to) AS until
FROM registered AS l
JOIN registered AS p ON p.unit = l.parent_unit AND p.kind = 'legal'
JOIN parent_return AS r ON r.unit = l.parent_unit
WHERE l.kind = 'local' AND greatest(l.known_from, p.known_from, r.known_from) < least(l.known_to, p.known_to)
