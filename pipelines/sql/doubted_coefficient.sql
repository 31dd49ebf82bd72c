-- The starred classes that have no vector but of single counties or units. Takes: core_map, coefficient. Gives: gbt.
SELECT DISTINCT m.gbt FROM core_map AS m LEFT JOIN coefficient AS c ON c.gbt = m.gbt AND c.key = '*'
WHERE m.partial AND c.gbt IS NULL
