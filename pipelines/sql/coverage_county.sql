-- How much of last year's units of each county has reported, as known on a day. Sums only.
-- Takes: returned and last_returned (core_return of the quarter and of last year's); parameter as_of.
-- Gives: survey, county, revenue_due (last year's revenue of the units accepted then, yuan), revenue_reported (of those
--        among them that have reported now).
WITH now AS (
  SELECT DISTINCT sector, unit FROM returned
  WHERE status = 'accepted' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
)
SELECT l.sector AS survey, l.county, SUM(l.revenue)::BIGINT AS revenue_due,
       SUM(CASE WHEN n.unit IS NULL THEN 0 ELSE l.revenue END)::BIGINT AS revenue_reported
FROM last_returned AS l LEFT JOIN now AS n ON n.sector = l.sector AND n.unit = l.unit
WHERE l.status = 'accepted' AND l.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < l.known_to
GROUP BY l.sector, l.county
ORDER BY l.sector, l.county
