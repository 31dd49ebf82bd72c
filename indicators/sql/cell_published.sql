-- Cells of the published levels: every region x class, with counts and the two largest contributions.
-- Takes: county_cell, county_largest, together (their statements); place (county, region), which regions a county belongs to.
-- Gives: the contract cell_published.
-- Contributions are summed per unit, so that a unit with several parts in a cell is one contributor. A unit's only part is
-- its contribution to every cell: such units are added up, and the two largest found, in their leaf, then in their county's
-- classes, then in its regions, each step over the few rows of the one before. Units of several parts, which may lie in
-- several counties, join them in the regions. Imputed units have cells of their own (origin); their contributions are nobody's
-- data, and the largest of them are given as 0.
WITH offered AS (
  SELECT c.known_from, c.origin, g.region, c.scheme, c.class, c.size
  FROM county_largest AS c JOIN place AS g ON g.county = c.county WHERE c.origin = 'measured'
  UNION ALL
  SELECT known_from, origin, region, scheme, class, 2 * abs(va) + CASE WHEN va < 0 THEN 0 ELSE 1 END
  FROM together WHERE origin = 'measured'
), largest AS (
  SELECT *, row_number() OVER (PARTITION BY known_from, origin, region, scheme, class ORDER BY size DESC) AS turn FROM offered
), told AS (
  SELECT *, CASE WHEN size % 2 = 1 THEN size // 2 ELSE -(size // 2) END AS va FROM largest WHERE turn <= 2
), counted AS (
  -- Sums, or how large one of the largest two is.
  SELECT c.quarter, c.known_from, c.known_to, c.origin, g.region, c.scheme, c.class, c.units, c.va, 0 AS va_top1, 0 AS va_top2,
         c.revenue, c.revenue_base, c.profit, c.wages, c.staff
  FROM county_cell AS c JOIN place AS g ON g.county = c.county
  UNION ALL
  SELECT quarter, known_from, known_to, origin, region, scheme, class, 1, va, 0, 0, revenue, revenue_base, profit, wages, staff
  FROM together
  UNION ALL
  SELECT NULL, known_from, NULL, origin, region, scheme, class, 0, 0,
         CASE WHEN turn = 1 THEN va ELSE 0 END, CASE WHEN turn = 2 THEN va ELSE 0 END, 0, 0, 0, 0, 0
  FROM told
)
SELECT MAX(quarter) AS quarter, known_from, MAX(known_to) AS known_to, origin, region, scheme, class,
       SUM(units)::BIGINT AS units, SUM(va)::BIGINT AS va, SUM(va_top1)::BIGINT AS va_top1, SUM(va_top2)::BIGINT AS va_top2,
       SUM(revenue)::BIGINT AS revenue, SUM(revenue_base)::BIGINT AS revenue_base,
       SUM(profit)::BIGINT AS profit, SUM(wages)::BIGINT AS wages, SUM(staff)::BIGINT AS staff
FROM counted
GROUP BY known_from, origin, region, scheme, class
ORDER BY known_from, origin, region, scheme, class
