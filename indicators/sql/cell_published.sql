-- Cells of the published levels: every region x class, with counts and the two largest contributions.
-- Takes: class_part; several (several_parts); membership (scheme, class, gbt, de), which classes a part belongs to; place
--        (county, region), which regions a county belongs to. Gives: the contract cell_published.
-- Contributions are summed per unit, so that a unit with several parts in a cell is one contributor. A unit's only part is
-- its contribution to every cell: such units are added up, and the two largest found, in their leaf, then in their county's
-- classes, then in its regions, each step over the few rows of the one before. Units of several parts, which may lie in
-- several counties, join them in the regions. Imputed units have cells of their own (origin); their contributions are nobody's
-- data, and the largest of them are given as 0.
WITH alone AS (
  -- By one number, so that the engine keeps two rows of each group and orders none: of equal size what is above zero is first.
  SELECT p.*, 2 * abs(p.va) + CASE WHEN p.va < 0 THEN 0 ELSE 1 END AS size FROM class_part AS p
  ANTI JOIN several AS s ON s.unit = p.unit AND s.known_from = p.known_from AND s.origin = p.origin
), leaf AS (
  SELECT quarter, known_from, known_to, origin, county, gbt, de, COUNT(*) AS units, SUM(va)::BIGINT AS va,
         SUM(revenue)::BIGINT AS revenue, SUM(revenue_base)::BIGINT AS revenue_base, SUM(profit)::BIGINT AS profit, SUM(wages)::BIGINT AS wages, SUM(staff)::BIGINT AS staff
  FROM alone GROUP BY quarter, known_from, known_to, origin, county, gbt, de
), leaf_largest AS (
  SELECT *, row_number() OVER (PARTITION BY known_from, origin, county, gbt, de ORDER BY size DESC) AS turn FROM alone
), county_cell AS (
  SELECT l.quarter, l.known_from, l.known_to, l.origin, l.county, m.scheme, m.class, SUM(l.units)::BIGINT AS units, SUM(l.va)::BIGINT AS va,
         SUM(l.revenue)::BIGINT AS revenue, SUM(l.revenue_base)::BIGINT AS revenue_base, SUM(l.profit)::BIGINT AS profit, SUM(l.wages)::BIGINT AS wages,
         SUM(l.staff)::BIGINT AS staff
  FROM leaf AS l JOIN membership AS m ON m.gbt = l.gbt AND m.de = l.de
  GROUP BY l.quarter, l.known_from, l.known_to, l.origin, l.county, m.scheme, m.class
), county_largest AS (
  SELECT l.quarter, l.known_from, l.known_to, l.origin, l.county, m.scheme, m.class, l.va, l.size,
         row_number() OVER (PARTITION BY l.known_from, l.origin, l.county, m.scheme, m.class ORDER BY l.size DESC) AS turn
  FROM leaf_largest AS l JOIN membership AS m ON m.gbt = l.gbt AND m.de = l.de WHERE l.turn <= 2
), together AS (
  SELECT p.quarter, p.known_from, p.known_to, p.origin, g.region, m.scheme, m.class, SUM(p.va)::BIGINT AS va,
         SUM(p.revenue)::BIGINT AS revenue, SUM(p.revenue_base)::BIGINT AS revenue_base, SUM(p.profit)::BIGINT AS profit, SUM(p.wages)::BIGINT AS wages,
         SUM(p.staff)::BIGINT AS staff, 2 * abs(SUM(p.va)::BIGINT) + CASE WHEN SUM(p.va) < 0 THEN 0 ELSE 1 END AS size
  FROM class_part AS p
  SEMI JOIN several AS s ON s.unit = p.unit AND s.known_from = p.known_from AND s.origin = p.origin
  JOIN membership AS m ON m.gbt = p.gbt AND m.de = p.de
  JOIN place AS g ON g.county = p.county
  GROUP BY p.quarter, p.known_from, p.known_to, p.origin, g.region, m.scheme, m.class, p.unit
), offered AS (
  SELECT c.quarter, c.known_from, c.known_to, c.origin, g.region, c.scheme, c.class, c.va, c.size
  FROM county_largest AS c JOIN place AS g ON g.county = c.county WHERE c.turn <= 2
  UNION ALL
  SELECT quarter, known_from, known_to, origin, region, scheme, class, va, size FROM together
), largest AS (
  SELECT *, row_number() OVER (PARTITION BY known_from, origin, region, scheme, class ORDER BY size DESC) AS turn FROM offered
), counted AS (
  -- Sums, or how large one of the largest two is.
  SELECT c.quarter, c.known_from, c.known_to, c.origin, g.region, c.scheme, c.class, c.units, c.va, 0 AS va_top1, 0 AS va_top2,
         c.revenue, c.revenue_base, c.profit, c.wages, c.staff
  FROM county_cell AS c JOIN place AS g ON g.county = c.county
  UNION ALL
  SELECT quarter, known_from, known_to, origin, region, scheme, class, 1, va, 0, 0, revenue, revenue_base, profit, wages, staff
  FROM together
  UNION ALL
  SELECT quarter, known_from, known_to, origin, region, scheme, class, 0, 0,
         CASE WHEN turn = 1 THEN va ELSE 0 END, CASE WHEN turn = 2 THEN va ELSE 0 END, 0, 0, 0, 0, 0
  FROM largest WHERE turn <= 2 AND origin = 'measured'
)
SELECT quarter, known_from, known_to, origin, region, scheme, class,
       SUM(units)::BIGINT AS units, SUM(va)::BIGINT AS va, SUM(va_top1)::BIGINT AS va_top1, SUM(va_top2)::BIGINT AS va_top2,
       SUM(revenue)::BIGINT AS revenue, SUM(revenue_base)::BIGINT AS revenue_base,
       SUM(profit)::BIGINT AS profit, SUM(wages)::BIGINT AS wages, SUM(staff)::BIGINT AS staff
FROM counted
GROUP BY quarter, known_from, known_to, origin, region, scheme, class
ORDER BY known_from, origin, region, scheme, class
