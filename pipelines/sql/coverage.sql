-- How much of what is due for a quarter has been reported, as known on a day, by survey and for all.
-- Takes: covered; parameter quarter.
-- Gives: the release's table coverage without its rate: quarter, survey, due, reported, missing, imputed (units), and
--        revenue_due and revenue_reported: last year's revenue of the due units that had reported then, and of those among
--        them that have reported now. Counts and sums only.
WITH level AS (
  SELECT survey, reported, imputed, revenue FROM covered
  UNION ALL
  SELECT 'all', reported, imputed, revenue FROM covered
)
SELECT $quarter AS quarter, survey, COUNT(*)::BIGINT AS due,
       SUM(CASE WHEN reported THEN 1 ELSE 0 END)::BIGINT AS reported,
       SUM(CASE WHEN reported THEN 0 ELSE 1 END)::BIGINT AS missing,
       SUM(CASE WHEN imputed THEN 1 ELSE 0 END)::BIGINT AS imputed,
       SUM(revenue)::BIGINT AS revenue_due, SUM(CASE WHEN reported THEN revenue ELSE 0 END)::BIGINT AS revenue_reported
FROM level GROUP BY survey ORDER BY survey
