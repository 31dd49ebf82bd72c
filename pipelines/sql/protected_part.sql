-- What each unit reported in each of the finest published classes of the core, for disclosure control (L3).
-- Takes: class_part and class_return of some quarters; membership (scheme, class, gbt, de); finest (class); parameter
--        as_of, the day of knowledge. Only what was measured protects or needs protection; an imputed return is nobody's.
-- Gives: quarter, county, class, unit, part (unit, GB/T and digital class) and per item what the unit has there,
--        cumulative since January, and beside it as …_whole the amount on its return that this is a part of: before rates
--        and before shares, but for a share that is the unit's own.
WITH own AS (
  SELECT p.*, r.output AS output_whole, coalesce(r.output_base, 0) AS output_base_whole, r.revenue AS revenue_whole,
         coalesce(r.revenue_base, 0) AS revenue_base_whole, coalesce(r.staff, 0) AS staff_whole,
         CASE WHEN p.level_used = 'unit' AND r.output <> 0 THEN CAST(p.output AS DOUBLE) / r.output ELSE 1 END AS share
  FROM class_part AS p
  JOIN class_return AS r ON r.row_id = p.row_id
  WHERE p.origin = 'measured' AND p.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < p.known_to
)
SELECT o.quarter, o.county, m.class, o.unit, concat_ws(' ', o.unit, o.gbt, o.de) AS part,
       CAST(SUM(o.va) AS BIGINT) AS va, SUM(o.output_whole * o.share) AS va_whole,
       CAST(SUM(o.va_base) AS BIGINT) AS va_base, SUM(o.output_base_whole * o.share) AS va_base_whole,
       CAST(SUM(o.revenue) AS BIGINT) AS revenue, SUM(o.revenue_whole * o.share) AS revenue_whole,
       CAST(SUM(o.revenue_base) AS BIGINT) AS revenue_base, SUM(o.revenue_base_whole * o.share) AS revenue_base_whole,
       CAST(SUM(o.staff) AS BIGINT) AS staff, SUM(o.staff_whole * o.share) AS staff_whole
FROM own AS o
JOIN membership AS m ON m.gbt = o.gbt AND m.de = o.de AND m.scheme = 'digital'
JOIN finest AS f ON f.class = m.class
GROUP BY o.quarter, o.county, m.class, o.unit, o.gbt, o.de
ORDER BY o.quarter, o.county, m.class, part
