-- The returns that are valid at a vintage and have a class, and what is imputed for returns that are missing then.
-- Takes: class_return; class_missing; last_return, the same survey and months a year ago (core_return); parameter known.
-- Gives: one row per return, origin measured, and per imputed one, origin imputed with the level of its link (link_level).
-- The base is 上年同期 on this return; where it is blank, what the unit itself reported a year ago; 0 for a new-born unit.
SELECT 'measured' AS origin, '' AS link_level,
       r.quarter, r.sector, r.row_id, r.known_from, r.known_to, r.unit, r.county, r.months, r.gbt,
       r.output, coalesce(r.output_base, l.output) AS output_base,
       r.revenue, coalesce(r.revenue_base, l.revenue) AS revenue_base, r.profit, r.wages, r.staff
FROM class_return AS r
LEFT JOIN last_return AS l
  ON l.sector = r.sector AND l.unit = r.unit AND l.months = r.months AND l.status = 'accepted'
  AND l.known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < l.known_to
WHERE r.class_status = 'assigned' AND r.known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < r.known_to
UNION ALL
SELECT 'imputed', level, quarter, sector, 'imputed:' || last_row_id, known_from, known_to, unit, county, months, gbt,
       output, output_base, revenue, revenue_base, profit, wages, staff
FROM class_missing
WHERE outcome = 'imputed' AND known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < known_to
