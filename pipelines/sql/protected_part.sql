-- What each unit has in each of the finest published classes of the core, for disclosure control (L3).
-- Takes: class_part and class_return of some quarters; membership (scheme, class, gbt, de); finest (class); carried
--        (quarter, county, sector, gbt, de, va_factor, base_factor), what the release makes of what a cell reported;
--        parameter as_of, the day of knowledge. Only what was measured protects or needs protection; an imputed return
--        is nobody's.
-- Gives: quarter, county, class, unit, part (unit, GB/T and digital class) and per item what the unit has there,
--        cumulative since January, and beside it as …_whole the amount on its return that this is a part of: before rates
--        and before shares, but for a share that is the unit's own.
WITH own AS (
  SELECT p.*, r.output AS output_whole, coalesce(r.output_base, 0) AS output_base_whole, r.revenue AS revenue_whole,
         coalesce(r.revenue_base, 0) AS revenue_base_whole, coalesce(r.staff, 0) AS staff_whole,
         CASE WHEN p.level_used = 'unit' AND r.output <> 0 THEN CAST(p.output AS DOUBLE) / r.output ELSE 1 END AS share,
         CAST(round(p.va * c.va_factor) AS BIGINT) AS va_carried,
         CAST(round(p.va_base * c.base_factor) AS BIGINT) AS va_base_carried
  FROM class_part AS p
  JOIN class_return AS r ON r.row_id = p.row_id
  JOIN carried AS c ON c.quarter = p.quarter AND c.county = p.county AND c.sector = p.sector AND c.gbt = p.gbt AND c.de = p.de
  WHERE p.origin = 'measured' AND p.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < p.known_to
)
SELECT o.quarter, o.county, m.class, o.unit, concat_ws(' ', o.unit, o.gbt, o.de) AS part,
       CAST(SUM(o.va_carried) AS BIGINT) AS va, SUM(o.output_whole * o.share) AS va_whole,
       CAST(SUM(o.va_base_carried) AS BIGINT) AS va_base, SUM(o.output_base_whole * o.share) AS va_base_whole,
       CAST(SUM(o.revenue) AS BIGINT) AS revenue, SUM(o.revenue_whole * o.share) AS revenue_whole,
       CAST(SUM(o.revenue_base) AS BIGINT) AS revenue_base, SUM(o.revenue_base_whole * o.share) AS revenue_base_whole,
       CAST(SUM(o.staff) AS BIGINT) AS staff, SUM(o.staff_whole * o.share) AS staff_whole
FROM own AS o
JOIN membership AS m ON m.gbt = o.gbt AND m.de = o.de AND m.scheme = 'digital'
JOIN finest AS f ON f.class = m.class
GROUP BY o.quarter, o.county, m.class, o.unit, o.gbt, o.de
ORDER BY o.quarter, o.county, m.class, part
