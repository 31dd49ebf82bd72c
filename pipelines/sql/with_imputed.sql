-- The returns that are valid at a vintage, and beside them what is imputed for those that are missing then.
-- Takes: measured (returned); class_missing; parameter known.
-- Gives: the columns of measured, origin (measured, imputed) and link_level, the level of the link of an imputed return.
SELECT *, 'measured' AS origin, '' AS link_level FROM measured
UNION ALL
SELECT quarter, sector, 'imputed:' || last_row_id, known_from, known_to, unit, county, months, gbt, output, output_base,
       revenue, revenue_base, profit, wages, staff, 'imputed', level
FROM class_missing
WHERE outcome = 'imputed' AND known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < known_to
