-- Cells of the published levels: every region x class, with counts and the two largest contributions.
-- Takes: class_part; several (several_parts); membership (scheme, class, gbt, de), which classes a part belongs to; place
--        (county, region), which regions a county belongs to. Gives: the contract cell_published.
-- Contributions are summed per unit, so that a unit with several parts in a cell is one contributor. A unit's only part is
-- its contribution to every cell: such units are added up, and the two largest found, before a part goes to the dozen cells
-- that it belongs to. A row has sums (units, va …), or what one unit contributes (of_unit), or both. Imputed units have cells of their own (origin); their contributions are nobody's data, and the largest
-- of them are given as 0.
WITH alone AS (
  SELECT p.* FROM class_part AS p
  ANTI JOIN several AS s ON s.unit = p.unit AND s.known_from = p.known_from AND s.origin = p.origin
), largest AS (
  -- By one number, so that the engine keeps two rows of each leaf and orders none: of equal size what is above zero is first.
  SELECT quarter, known_from, known_to, origin, county, gbt, de, va, row_number() OVER (
    PARTITION BY known_from, origin, county, gbt, de ORDER BY 2 * abs(va) + CASE WHEN va < 0 THEN 0 ELSE 1 END DESC) AS place_in_leaf
  FROM alone
), leaf AS (
  SELECT quarter, known_from, known_to, origin, county, gbt, de,
         COUNT(*) AS units, SUM(va) AS va, SUM(revenue) AS revenue, SUM(revenue_base) AS revenue_base,
         SUM(profit) AS profit, SUM(wages) AS wages, SUM(staff) AS staff, NULL::BIGINT AS of_unit
  FROM alone GROUP BY quarter, known_from, known_to, origin, county, gbt, de
  UNION ALL  -- counted above: these say only how large the largest two are
  SELECT quarter, known_from, known_to, origin, county, gbt, de, 0, 0, 0, 0, 0, 0, 0, va
  FROM largest WHERE place_in_leaf <= 2
), contribution AS (
  SELECT l.quarter, l.known_from, l.known_to, l.origin, g.region, m.scheme, m.class,
         l.units, l.va, l.revenue, l.revenue_base, l.profit, l.wages, l.staff, l.of_unit
  FROM leaf AS l
  JOIN membership AS m ON m.gbt = l.gbt AND m.de = l.de
  JOIN place AS g ON g.county = l.county
  UNION ALL
  SELECT p.quarter, p.known_from, p.known_to, p.origin, g.region, m.scheme, m.class,
         1, SUM(va), SUM(revenue), SUM(revenue_base), SUM(profit), SUM(wages), SUM(staff), SUM(va)
  FROM class_part AS p
  SEMI JOIN several AS s ON s.unit = p.unit AND s.known_from = p.known_from AND s.origin = p.origin
  JOIN membership AS m ON m.gbt = p.gbt AND m.de = p.de
  JOIN place AS g ON g.county = p.county
  GROUP BY p.quarter, p.known_from, p.known_to, p.origin, g.region, m.scheme, m.class, p.unit
), ranked AS (
  SELECT *, row_number() OVER (
    PARTITION BY known_from, origin, region, scheme, class ORDER BY abs(of_unit) DESC NULLS LAST, of_unit DESC) AS place_in_cell
  FROM contribution
)
SELECT quarter, known_from, known_to, origin, region, scheme, class,
       SUM(units)::BIGINT AS units,
       SUM(va)::BIGINT AS va,
       coalesce(SUM(of_unit) FILTER (WHERE place_in_cell = 1 AND origin = 'measured'), 0)::BIGINT AS va_top1,
       coalesce(SUM(of_unit) FILTER (WHERE place_in_cell = 2 AND origin = 'measured'), 0)::BIGINT AS va_top2,
       SUM(revenue)::BIGINT AS revenue, SUM(revenue_base)::BIGINT AS revenue_base,
       SUM(profit)::BIGINT AS profit, SUM(wages)::BIGINT AS wages, SUM(staff)::BIGINT AS staff
FROM ranked
GROUP BY quarter, known_from, known_to, origin, region, scheme, class
ORDER BY known_from, origin, region, scheme, class
