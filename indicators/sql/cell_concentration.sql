-- How concentrated the core and its divisions are, by region, per vintage.
-- Takes: class_part; membership (scheme, class, gbt, de); place (county, region). Gives: the contract cell_concentration.
-- Contributions are summed per unit first. Shares are of units whose value added is above zero; imputed units, which are
-- nobody's data, are left out. The sums of squares are exact, so that the order of rows does not matter.
WITH contribution AS (
  SELECT p.quarter, p.known_from, p.known_to, g.region, m.class, p.unit,
         SUM(p.va)::BIGINT AS va, SUM(p.va_base)::BIGINT AS va_base
  FROM class_part AS p
  JOIN membership AS m ON m.gbt = p.gbt AND m.de = p.de AND m.scheme = 'digital' AND (m.class = 'core' OR length(m.class) = 2)
  JOIN place AS g ON g.county = p.county
  WHERE p.origin = 'measured'
  GROUP BY p.quarter, p.known_from, p.known_to, g.region, m.class, p.unit
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY known_from, region, class ORDER BY va DESC, unit) AS place_in_cell
  FROM contribution
)
SELECT quarter, known_from, known_to, region, class,
       COUNT(*)::BIGINT AS units,
       SUM(va)::BIGINT AS va, SUM(va_base)::BIGINT AS va_base,
       coalesce(SUM(va) FILTER (WHERE va > 0), 0)::BIGINT AS va_positive,
       CAST(SUM(CAST(va AS HUGEINT) * va) FILTER (WHERE va > 0) AS DOUBLE)
         / (CAST(SUM(va) FILTER (WHERE va > 0) AS DOUBLE) * CAST(SUM(va) FILTER (WHERE va > 0) AS DOUBLE)) AS hhi,
       coalesce(SUM(va) FILTER (WHERE va > 0 AND place_in_cell <= 3), 0)::BIGINT AS va_top3_positive,
       coalesce(SUM(va) FILTER (WHERE place_in_cell > 1), 0)::BIGINT AS va_but1,
       coalesce(SUM(va_base) FILTER (WHERE place_in_cell > 1), 0)::BIGINT AS va_base_but1,
       coalesce(SUM(va) FILTER (WHERE place_in_cell > 3), 0)::BIGINT AS va_but3,
       coalesce(SUM(va_base) FILTER (WHERE place_in_cell > 3), 0)::BIGINT AS va_base_but3
FROM ranked
GROUP BY quarter, known_from, known_to, region, class
ORDER BY known_from, region, class
