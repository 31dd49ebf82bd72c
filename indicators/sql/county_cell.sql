-- Sums of each county's classes, of units whose only part lies there.
-- Takes: class_part; several_parts; membership (scheme, class, gbt, de), which classes a part belongs to;
--        chosen (county), the counties that are looked at.
-- Gives: quarter, known_from, known_to, origin, county, scheme, class, units, va, revenue, revenue_base, profit, wages, staff.
WITH leaf AS (
  SELECT quarter, known_from, known_to, origin, county, gbt, de, COUNT(*) AS units, SUM(va)::BIGINT AS va,
         SUM(revenue)::BIGINT AS revenue, SUM(revenue_base)::BIGINT AS revenue_base, SUM(profit)::BIGINT AS profit, SUM(wages)::BIGINT AS wages, SUM(staff)::BIGINT AS staff
  FROM class_part AS p
  ANTI JOIN several_parts AS s ON s.unit = p.unit AND s.known_from = p.known_from AND s.origin = p.origin
  WHERE p.county IN (SELECT county FROM chosen)
  GROUP BY quarter, known_from, known_to, origin, county, gbt, de
)
SELECT l.quarter, l.known_from, l.known_to, l.origin, l.county, m.scheme, m.class, SUM(l.units)::BIGINT AS units, SUM(l.va)::BIGINT AS va,
       SUM(l.revenue)::BIGINT AS revenue, SUM(l.revenue_base)::BIGINT AS revenue_base, SUM(l.profit)::BIGINT AS profit, SUM(l.wages)::BIGINT AS wages,
       SUM(l.staff)::BIGINT AS staff
FROM leaf AS l JOIN membership AS m ON m.gbt = l.gbt AND m.de = l.de
GROUP BY l.quarter, l.known_from, l.known_to, l.origin, l.county, m.scheme, m.class
