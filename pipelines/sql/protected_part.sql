-- What each unit has in each of the finest published classes of the core, for disclosure control (L3).
-- Takes: class_part and class_return of some quarters; membership (scheme, class, gbt, de); finest (class); carried
--        (quarter, year_ago, county, sector, gbt, de, va_factor, base_of, base_factor), what the release makes of what a
--        cell reported: its base is made of the bases that units gave ('base'), of what they have now ('now'), or is last
--        year's level ('level'); parameter as_of, the day of knowledge. Only what was measured protects or needs
--        protection; an imputed return is nobody's.
-- Gives: quarter, county, class, unit, part (unit, GB/T and digital class), item, value, cumulative since January, and
--        whole, the amount on its return that this is a part of: before rates and before shares, but for a share that is
--        the unit's own.
WITH own AS (
  SELECT p.quarter, p.county, p.sector, p.unit, p.gbt, p.de, p.va, p.va_base, p.revenue, p.revenue_base, p.staff,
         CAST(round(p.va * c.va_factor) AS BIGINT) AS va_carried, c.base_of, c.base_factor,
         CASE WHEN p.level_used = 'unit' AND r.output <> 0 THEN CAST(p.output AS DOUBLE) / r.output ELSE 1 END AS share,
         r.output AS output_whole, coalesce(r.output_base, 0) AS output_base_whole, r.revenue AS revenue_whole,
         coalesce(r.revenue_base, 0) AS revenue_base_whole, coalesce(r.staff, 0) AS staff_whole
  FROM class_part AS p
  JOIN class_return AS r ON r.row_id = p.row_id
  JOIN carried AS c
    ON c.quarter = p.quarter AND c.county = p.county AND c.sector = p.sector AND c.gbt = p.gbt AND c.de = p.de
  WHERE p.origin = 'measured' AND p.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < p.known_to
), told AS (
  SELECT quarter, county, unit, gbt, de, 'va' AS item, va_carried AS value, output_whole * share AS whole FROM own
  UNION ALL
  SELECT quarter, county, unit, gbt, de, 'va_base', CAST(round(va_base * base_factor) AS BIGINT), output_base_whole * share
  FROM own WHERE base_of = 'base'
  UNION ALL
  SELECT quarter, county, unit, gbt, de, 'va_base', CAST(round(va * base_factor) AS BIGINT), output_whole * share
  FROM own WHERE base_of = 'now'
  UNION ALL
  SELECT c.quarter, o.county, o.unit, o.gbt, o.de, 'va_base', o.va_carried, o.output_whole * o.share
  FROM own AS o
  JOIN carried AS c
    ON c.year_ago = o.quarter AND c.county = o.county AND c.sector = o.sector AND c.gbt = o.gbt AND c.de = o.de
  WHERE c.base_of = 'level'
  UNION ALL
  SELECT quarter, county, unit, gbt, de, 'revenue', revenue, revenue_whole * share FROM own
  UNION ALL
  SELECT quarter, county, unit, gbt, de, 'revenue_base', revenue_base, revenue_base_whole * share FROM own
  UNION ALL
  SELECT quarter, county, unit, gbt, de, 'staff', staff, staff_whole * share FROM own
)
SELECT t.quarter, t.county, m.class, t.unit, concat_ws(' ', t.unit, t.gbt, t.de) AS part, t.item,
       CAST(SUM(t.value) AS BIGINT) AS value, SUM(t.whole) AS whole
FROM told AS t
JOIN membership AS m ON m.gbt = t.gbt AND m.de = t.de AND m.scheme = 'digital'
JOIN finest AS f ON f.class = m.class
GROUP BY t.quarter, t.county, m.class, t.unit, t.gbt, t.de, t.item
ORDER BY t.item, t.quarter, t.county, m.class, part
