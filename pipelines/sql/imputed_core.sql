-- The core value added of each imputed return of a quarter, as known on a day, numbered (L3).
-- Takes: class_part; parameter as_of. Gives: number (from 0), sector, gbt, link_level, va.
SELECT row_number() OVER (ORDER BY row_id) - 1 AS number, sector, gbt, link_level, SUM(va)::BIGINT AS va
FROM class_part
WHERE origin = 'imputed' AND de <> 'non_core'
  AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
GROUP BY row_id, sector, gbt, link_level
