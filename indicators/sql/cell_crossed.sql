-- Units that crossed the threshold within a year: their value added of a year ago, by county and class, per vintage.
-- Takes: class_part; last_return, the returns of the same quarter a year ago (core_return). Gives: the contract
-- cell_crossed. A unit that has a base of its own and no accepted return in any survey a year ago was not observed
-- then: it was below the threshold. Where nothing of a year ago is known, nothing is told of anybody.
WITH last AS (
  SELECT DISTINCT unit, known_from, known_to FROM last_return WHERE status = 'accepted'
)
SELECT p.quarter, p.known_from, p.known_to, p.county, p.gbt, p.de,
       COUNT(DISTINCT p.unit)::BIGINT AS units, SUM(p.va_base)::BIGINT AS va_base
FROM class_part AS p
WHERE p.origin = 'measured' AND p.va_base > 0 AND p.de <> 'non_core'
  AND EXISTS (SELECT 1 FROM last AS l WHERE l.known_from <= p.known_from AND p.known_from < l.known_to)
  AND NOT EXISTS (
    SELECT 1 FROM last AS l
    WHERE l.unit = p.unit AND l.known_from <= p.known_from AND p.known_from < l.known_to)
GROUP BY p.quarter, p.known_from, p.known_to, p.county, p.gbt, p.de
ORDER BY p.known_from, p.county, p.gbt, p.de
