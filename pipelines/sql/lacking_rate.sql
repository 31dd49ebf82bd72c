-- The classes of returns for which no value-added rate is known. Takes: valued, rate_for, gbt (code, level). Gives: gbt.
-- Only classes without a rate for all counties can lack one: as a rule there are none, and no return is looked at.
SELECT DISTINCT v.gbt
FROM valued AS v
JOIN (
  SELECT g.code FROM gbt AS g LEFT JOIN rate_for AS f ON f.gbt = g.code AND f.county = ''
  WHERE g.level = 'class' AND f.gbt IS NULL
) AS n ON n.code = v.gbt
WHERE v.rate_level IS NULL ORDER BY v.gbt
