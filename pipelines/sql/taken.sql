-- What units that were absorbed since had reported a year ago, by the return of their heir that takes it.
-- Takes: class_return; last_return, the same survey and months a year ago (core_return); succession (absorbed, heir), few
--        rows; parameter known. Gives: sector and unit of the heir, output, revenue.
-- An absorbed unit's return goes to the heir's return of the same survey, else to its first one, over the same months; a
-- unit that still reports keeps its own base.
WITH absorbed AS (
  SELECT l.row_id, l.sector, l.months, l.output, l.revenue, s.absorbed, s.heir
  FROM succession AS s JOIN last_return AS l ON l.unit = s.absorbed
  WHERE l.status = 'accepted' AND l.known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < l.known_to
), party AS (
  SELECT absorbed AS unit FROM succession UNION SELECT heir FROM succession
), valid AS (
  SELECT r.row_id, r.sector, r.unit, r.months
  FROM class_return AS r JOIN party AS p ON p.unit = r.unit
  WHERE r.class_status <> 'set_aside' AND r.known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < r.known_to
), offered AS (
  SELECT r.sector, r.unit, a.output, a.revenue,
         row_number() OVER (
           PARTITION BY a.row_id ORDER BY CASE WHEN r.sector = a.sector THEN 0 ELSE 1 END, r.sector, r.row_id) AS turn
  FROM absorbed AS a
  JOIN valid AS r ON r.unit = a.heir AND r.months = a.months
  WHERE NOT EXISTS (SELECT 1 FROM valid AS v WHERE v.unit = a.absorbed)
)
SELECT sector, unit, SUM(output)::BIGINT AS output, SUM(revenue)::BIGINT AS revenue
FROM offered WHERE turn = 1 GROUP BY sector, unit
