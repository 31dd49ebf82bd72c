-- What each unit reported in each of the finest published classes of the core, for disclosure control (L3).
-- Takes: class_part of some quarters; membership (scheme, class, gbt, de); finest (class); parameter as_of, the day of
--        knowledge. Only what was measured protects or needs protection; an imputed return is nobody's.
-- Gives: quarter, county, class, unit and per item the sum of the unit's parts, cumulative since January.
SELECT p.quarter, p.county, m.class, p.unit, SUM(p.va)::BIGINT AS va, SUM(p.va_base)::BIGINT AS va_base,
       SUM(p.revenue)::BIGINT AS revenue, SUM(p.revenue_base)::BIGINT AS revenue_base, SUM(p.staff)::BIGINT AS staff
FROM class_part AS p
JOIN membership AS m ON m.gbt = p.gbt AND m.de = p.de AND m.scheme = 'digital'
JOIN finest AS f ON f.class = m.class
WHERE p.origin = 'measured' AND p.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < p.known_to
GROUP BY p.quarter, p.county, m.class, p.unit
ORDER BY p.quarter, p.county, m.class, p.unit
