-- The returns that are valid at a vintage and have a class.
-- Takes: class_return; last_return, the same survey and months a year ago (core_return); succession (absorbed, heir);
--        parameter known.
-- The base is 上年同期 on this return; where it is blank, what the unit itself reported a year ago plus what the units
-- reported that it has absorbed since; 0 for a new-born unit. An absorbed unit's return goes to the heir's return of the
-- same survey, else to its first one, over the same months; a unit that still reports keeps its own base.
WITH valid AS (
  SELECT * FROM class_return
  WHERE class_status <> 'set_aside' AND known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < known_to
), last AS (
  SELECT row_id, sector, unit, months, output, revenue FROM last_return
  WHERE status = 'accepted' AND known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < known_to
), offered AS (
  SELECT r.row_id, l.output, l.revenue,
         row_number() OVER (
           PARTITION BY l.row_id ORDER BY CASE WHEN r.sector = l.sector THEN 0 ELSE 1 END, r.sector, r.row_id) AS turn
  FROM succession AS s
  JOIN last AS l ON l.unit = s.absorbed
  JOIN valid AS r ON r.unit = s.heir AND r.months = l.months
  WHERE NOT EXISTS (SELECT 1 FROM valid AS v WHERE v.unit = s.absorbed)
), taken AS (
  SELECT row_id, SUM(output)::BIGINT AS output, SUM(revenue)::BIGINT AS revenue
  FROM offered WHERE turn = 1 GROUP BY row_id
)
SELECT r.quarter, r.sector, r.row_id, r.known_from, r.known_to, r.unit, r.county, r.months, r.gbt,
       r.output, coalesce(r.output_base, l.output + coalesce(t.output, 0), t.output) AS output_base,
       r.revenue, coalesce(r.revenue_base, l.revenue + coalesce(t.revenue, 0), t.revenue) AS revenue_base,
       r.profit, r.wages, r.staff
FROM valid AS r
LEFT JOIN last AS l ON l.sector = r.sector AND l.unit = r.unit AND l.months = r.months
LEFT JOIN taken AS t ON t.row_id = r.row_id
WHERE r.class_status = 'assigned'
