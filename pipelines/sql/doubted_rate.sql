-- The classes for which no value-added rate is known but of single counties. Takes: rate_for; gbt (code, level). Gives: gbt.
SELECT g.code AS gbt FROM gbt AS g LEFT JOIN rate_for AS f ON f.gbt = g.code AND f.county = ''
WHERE g.level = 'class' AND f.gbt IS NULL
