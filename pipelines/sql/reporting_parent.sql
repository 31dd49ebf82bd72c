-- Since when the legal units that returns name have reported themselves. Takes: firm. Gives: unit, known_from.
SELECT f.unit, MIN(f.known_from) AS known_from
FROM firm AS f JOIN (SELECT DISTINCT parent_unit FROM firm WHERE parent_unit IS NOT NULL) AS p ON p.parent_unit = f.unit
GROUP BY f.unit
