-- The units that make up a published cell: microdata, for those who may see it.
-- Takes: class_part, core_return; membership, place; parameters class, region, as_of, origins. Gives: one row per unit and
-- return with its value added in the cell and where its return lies, the largest first.
SELECT p.unit, max(r.name) AS name, p.county, p.gbt, SUM(p.va)::BIGINT AS va, SUM(p.va_base)::BIGINT AS va_base, p.row_id
FROM class_part AS p
JOIN membership AS m ON m.scheme = 'digital' AND m.class = $class AND m.gbt = p.gbt AND m.de = p.de
JOIN place AS g ON g.county = p.county AND g.region = $region
LEFT JOIN core_return AS r ON r.row_id = p.row_id
WHERE p.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < p.known_to
  AND list_contains($origins, p.origin)
GROUP BY p.unit, p.county, p.gbt, p.row_id
ORDER BY va DESC, p.unit, p.row_id
