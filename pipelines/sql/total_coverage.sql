-- How much of last year's units has reported, as known on a day.
-- Takes: returned and last_returned (core_return of the quarter and of last year's); parameter as_of.
-- Gives: law 'coverage' by survey and for all: left_side (last year's revenue of the units that reported), right_side
--        (of all units that were accepted then).
WITH now AS (
  SELECT DISTINCT sector, unit FROM returned
  WHERE status = 'accepted' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
), before AS (
  SELECT l.sector, l.revenue, n.unit IS NOT NULL AS reported
  FROM last_returned AS l LEFT JOIN now AS n ON n.sector = l.sector AND n.unit = l.unit
  WHERE l.status = 'accepted' AND l.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < l.known_to
), level AS (
  SELECT sector AS subject, revenue, reported FROM before UNION ALL SELECT 'all', revenue, reported FROM before
)
SELECT 'coverage ' || subject AS row_id, 'coverage' AS law, subject,
       CAST(SUM(CASE WHEN reported THEN revenue ELSE 0 END)::BIGINT AS DOUBLE) AS left_side,
       CAST(SUM(revenue)::BIGINT AS DOUBLE) AS right_side
FROM level GROUP BY subject ORDER BY subject
