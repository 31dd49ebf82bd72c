-- How much of what is due for a quarter has been reported, as known on a day, by survey and for all.
-- Takes: due (due_unit); missing (missing_unit); last_returned (core_return of the same quarter a year ago); imputed (unit),
--        the units whose return is imputed; parameters quarter, as_of.
-- Gives: the release's table coverage without its rate: quarter, survey, due, reported, missing, imputed (units), and
--        revenue_due and revenue_reported: last year's revenue of the due units that had reported then, and of those among
--        them that have reported now. Counts and sums only.
-- Clause: who has left, or was taken over, is not due and lacks nowhere. An imputed return is not a reported one.
WITH last AS (
  SELECT unit, SUM(revenue)::BIGINT AS revenue
  FROM last_returned
  WHERE status = 'accepted' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
  GROUP BY unit
), unit AS (
  SELECT d.sector AS survey, m.unit IS NULL AS reported, i.unit IS NOT NULL AS imputed, coalesce(l.revenue, 0) AS revenue
  FROM due AS d
  LEFT JOIN missing AS m ON m.unit = d.unit
  LEFT JOIN imputed AS i ON i.unit = d.unit
  LEFT JOIN last AS l ON l.unit = d.unit
), level AS (
  SELECT * FROM unit
  UNION ALL
  SELECT 'all', reported, imputed, revenue FROM unit
)
SELECT $quarter AS quarter, survey, COUNT(*)::BIGINT AS due,
       SUM(CASE WHEN reported THEN 1 ELSE 0 END)::BIGINT AS reported,
       SUM(CASE WHEN reported THEN 0 ELSE 1 END)::BIGINT AS missing,
       SUM(CASE WHEN imputed AND NOT reported THEN 1 ELSE 0 END)::BIGINT AS imputed,
       SUM(revenue)::BIGINT AS revenue_due, SUM(CASE WHEN reported THEN revenue ELSE 0 END)::BIGINT AS revenue_reported
FROM level GROUP BY survey ORDER BY survey
