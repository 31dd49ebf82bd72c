-- How many units a step of a replay rests on, by region and class: those whose parts it changes, makes or takes away.
-- Takes: part_before and part (class_part in the states before and after the step); membership (scheme, class, gbt, de);
--        place (county, region). Gives: region, class, units: of the core and its divisions.
-- A unit that moves counts where it was and where it is.
WITH before AS (
  SELECT unit, county, gbt, de, SUM(va)::BIGINT AS va, SUM(va_base)::BIGINT AS va_base FROM part_before GROUP BY ALL
), now AS (
  SELECT unit, county, gbt, de, SUM(va)::BIGINT AS va, SUM(va_base)::BIGINT AS va_base FROM part GROUP BY ALL
), touched AS (
  (FROM before EXCEPT FROM now) UNION ALL (FROM now EXCEPT FROM before)
)
SELECT g.region, m.class, COUNT(DISTINCT t.unit)::BIGINT AS units
FROM touched AS t
JOIN membership AS m ON m.scheme = 'digital' AND (m.class = 'core' OR length(m.class) = 2) AND m.gbt = t.gbt AND m.de = t.de
JOIN place AS g ON g.county = t.county
GROUP BY g.region, m.class
ORDER BY g.region, m.class
