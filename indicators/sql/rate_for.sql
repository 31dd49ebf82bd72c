-- Which value-added rate each GB/T class takes: in each county that has any rate of its own, and ('' for county) elsewhere.
-- Takes: known_rate (county, code, rate, rate_level, step), of which the lowest step holds; gbt (code, level).
-- Gives: county, gbt, rate, rate_level. A class without any rate has no row; a county's row is there where the county's own
--        rate of any code that the class belongs to is, and holds whatever comes first for the class there.
-- Source: methods, value added: class → 中类 → division, county → city → province.
WITH class AS (
  SELECT code AS gbt, code FROM gbt WHERE level = 'class'
), named AS (
  -- Each class under every code that it belongs to.
  SELECT gbt, code FROM class
  UNION ALL
  SELECT gbt, substr(code, 1, 3) FROM class
  UNION ALL
  SELECT gbt, substr(code, 1, 2) FROM class
), said AS (
  SELECT k.county, n.gbt, k.rate, k.rate_level, k.step FROM known_rate AS k JOIN named AS n ON n.code = k.code
), place AS (
  SELECT DISTINCT county, gbt FROM said
), offered AS (
  SELECT p.county, s.gbt, s.rate, s.rate_level, s.step
  FROM place AS p JOIN said AS s ON s.gbt = p.gbt AND s.county = p.county
  UNION ALL
  SELECT p.county, s.gbt, s.rate, s.rate_level, s.step
  FROM place AS p JOIN said AS s ON s.gbt = p.gbt AND s.county = ''
  WHERE p.county <> ''
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY county, gbt ORDER BY step) AS turn FROM offered
)
SELECT county, gbt, rate, rate_level FROM ranked WHERE turn = 1
