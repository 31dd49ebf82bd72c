-- What a published cell is made of: its GB/T and digital classes with the rates and coefficients that they took.
-- Takes: class_part; membership (scheme, class, gbt, de), place (county, region); parameters class, region, as_of, origins.
-- Gives: sums over the months that the returns cover, by survey, class and digital class, the largest first; no unit.
SELECT p.sector, p.gbt, p.de, COUNT(DISTINCT p.unit)::BIGINT AS units, SUM(p.output)::BIGINT AS output,
       SUM(p.va)::BIGINT AS va, SUM(p.va_base)::BIGINT AS va_base,
       string_agg(DISTINCT p.rate_level, '、' ORDER BY p.rate_level) AS rate_level,
       string_agg(DISTINCT p.level_used, '、' ORDER BY p.level_used) FILTER (WHERE p.level_used <> '') AS level_used
FROM class_part AS p
JOIN membership AS m ON m.scheme = 'digital' AND m.class = $class AND m.gbt = p.gbt AND m.de = p.de
JOIN place AS g ON g.county = p.county AND g.region = $region
WHERE p.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < p.known_to
  AND list_contains($origins, p.origin)
GROUP BY p.sector, p.gbt, p.de
ORDER BY va DESC, p.gbt, p.de
