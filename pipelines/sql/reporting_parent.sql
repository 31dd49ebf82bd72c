-- Since when the legal units that returns name have reported themselves. Takes: firm_coded. Gives: unit, known_from.
SELECT f.unit_code AS unit, MIN(f.received_at) AS known_from
FROM firm_coded AS f
JOIN (SELECT DISTINCT parent_code FROM firm_coded WHERE parent_code IS NOT NULL) AS p ON p.parent_code = f.unit_code
GROUP BY f.unit_code
