-- Last year's returns as this year's units would have given them: a unit that has taken over others since, with theirs.
-- Takes: last_return (core_return of the same quarter a year ago); class_return; succession (absorbed, heir); parameter
--        as_of.
-- Gives: the accepted returns of a year ago that are valid on the day, row for row: row_id, sector, unit, months, output,
--        revenue, profit, wages, staff. What an absorbed unit reported over the same months goes to its heir's return of the
--        same survey; a unit that still reports keeps its own.
WITH last AS (
  SELECT row_id, sector, unit, months, output, revenue, profit, wages, staff FROM last_return
  WHERE status = 'accepted' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
), reporting AS (
  SELECT DISTINCT unit FROM class_return
  WHERE class_status <> 'set_aside' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
), taken AS (
  SELECT s.heir AS unit, l.sector, l.months, SUM(output)::BIGINT AS output, SUM(revenue)::BIGINT AS revenue,
         SUM(profit)::BIGINT AS profit, SUM(wages)::BIGINT AS wages, SUM(staff)::BIGINT AS staff
  FROM succession AS s
  JOIN last AS l ON l.unit = s.absorbed
  LEFT JOIN reporting AS r ON r.unit = s.absorbed
  WHERE r.unit IS NULL
  GROUP BY s.heir, l.sector, l.months
)
SELECT l.row_id, l.sector, l.unit, l.months, l.output + coalesce(t.output, 0) AS output,
       l.revenue + coalesce(t.revenue, 0) AS revenue, l.profit + coalesce(t.profit, 0) AS profit,
       l.wages + coalesce(t.wages, 0) AS wages, l.staff + coalesce(t.staff, 0) AS staff
FROM last AS l LEFT JOIN taken AS t ON t.unit = l.unit AND t.sector = l.sector AND t.months = l.months
