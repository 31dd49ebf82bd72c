-- Cells of the published levels: every region x class, with counts and the two largest contributions.
-- Takes: class_part; membership (scheme, class, gbt, de), which classes a part belongs to; place (county, region),
--        which regions a county belongs to. Gives: the contract cell_published.
-- Contributions are summed per unit first, so that a unit with several parts in a cell is one contributor. Imputed units
-- have cells of their own (origin); their contributions are nobody's data, and the largest of them are given as 0.
WITH contribution AS (
  SELECT p.quarter, p.known_from, p.known_to, p.origin, g.region, m.scheme, m.class, p.unit,
         SUM(va)::BIGINT AS va, SUM(revenue)::BIGINT AS revenue, SUM(revenue_base)::BIGINT AS revenue_base,
         SUM(profit)::BIGINT AS profit, SUM(wages)::BIGINT AS wages, SUM(staff)::BIGINT AS staff
  FROM class_part AS p
  JOIN membership AS m ON m.gbt = p.gbt AND m.de = p.de
  JOIN place AS g ON g.county = p.county
  GROUP BY p.quarter, p.known_from, p.known_to, p.origin, g.region, m.scheme, m.class, p.unit
), ranked AS (
  SELECT *, row_number() OVER (
    PARTITION BY known_from, origin, region, scheme, class ORDER BY abs(va) DESC, unit) AS place_in_cell
  FROM contribution
)
SELECT quarter, known_from, known_to, origin, region, scheme, class,
       COUNT(*)::BIGINT AS units,
       SUM(va)::BIGINT AS va,
       coalesce(SUM(va) FILTER (WHERE place_in_cell = 1 AND origin = 'measured'), 0)::BIGINT AS va_top1,
       coalesce(SUM(va) FILTER (WHERE place_in_cell = 2 AND origin = 'measured'), 0)::BIGINT AS va_top2,
       SUM(revenue)::BIGINT AS revenue, SUM(revenue_base)::BIGINT AS revenue_base,
       SUM(profit)::BIGINT AS profit, SUM(wages)::BIGINT AS wages, SUM(staff)::BIGINT AS staff
FROM ranked
GROUP BY quarter, known_from, known_to, origin, region, scheme, class
ORDER BY known_from, origin, region, scheme, class
