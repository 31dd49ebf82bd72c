-- The finest cells: sums by origin, county, survey, GB/T class and digital class, per vintage.
-- Takes: class_part. Gives: the contract cell_leaf. Exact integers; nothing is filtered. At a vintage a unit has one return
-- in a survey, and this one class (core_return): parts count units.
SELECT quarter, known_from, known_to, origin, county, sector, gbt, de,
       MAX(months)::BIGINT AS months,
       COUNT(*)::BIGINT AS units,
       SUM(va)::BIGINT AS va,
       SUM(va_base)::BIGINT AS va_base,
       SUM(output)::BIGINT AS output
FROM class_part
GROUP BY quarter, known_from, known_to, origin, county, sector, gbt, de
ORDER BY known_from, origin, county, sector, gbt, de
