-- Starred classes for which no vector was found. Takes: share, core_map, coefficient. Gives: gbt.
-- Only classes without a vector for all counties can lack one: as a rule there are none, and no unit is looked at.
SELECT DISTINCT s.gbt
FROM share AS s
JOIN (
  SELECT DISTINCT m.gbt FROM core_map AS m LEFT JOIN coefficient AS c ON c.gbt = m.gbt AND c.key = '*'
  WHERE m.partial AND c.gbt IS NULL
) AS n ON n.gbt = s.gbt
WHERE s.de IS NULL ORDER BY s.gbt
