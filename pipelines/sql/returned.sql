-- The returns that are valid at a vintage and have a class.
-- Takes: class_return; last_return, the same survey and months a year ago (core_return); taken (sector, unit, output,
--        revenue), what absorbed units had reported; parameter known.
-- The base is 上年同期 on this return; where it is blank, what the unit itself reported a year ago plus what the units
-- reported that it has absorbed since; 0 for a new-born unit.
SELECT r.quarter, r.sector, r.row_id, r.known_from, r.known_to, r.unit, r.county, r.months, r.gbt,
       r.output, coalesce(r.output_base, l.output + coalesce(t.output, 0), t.output) AS output_base,
       r.revenue, coalesce(r.revenue_base, l.revenue + coalesce(t.revenue, 0), t.revenue) AS revenue_base,
       r.profit, r.wages, r.staff
FROM class_return AS r
LEFT JOIN last_return AS l
  ON l.sector = r.sector AND l.unit = r.unit AND l.months = r.months
  AND l.status = 'accepted' AND l.known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < l.known_to
LEFT JOIN taken AS t ON t.sector = r.sector AND t.unit = r.unit
WHERE r.class_status = 'assigned' AND r.known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < r.known_to
