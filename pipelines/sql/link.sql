-- The links of the ratio of means: by how much those who reported both years changed, by survey and class at each level.
-- Takes: matched; imputation_level (step, level, digits, fewest): how many digits of the class make a level, and how many
--        matched respondents it takes.
-- Gives: sector, step, level, code, respondents, and per item the sum now and the sum a year ago of the pairs.
-- A level counts only with enough respondents and with output and revenue above zero in both years.
WITH at_level AS (
  SELECT m.*, v.step, v.level, v.fewest, substr(m.gbt, 1, v.digits) AS code
  FROM matched AS m CROSS JOIN imputation_level AS v
), sums AS (
  SELECT sector, step, level, fewest, code, COUNT(*)::BIGINT AS respondents,
         SUM(output)::BIGINT AS output, SUM(last_output)::BIGINT AS last_output,
         SUM(revenue)::BIGINT AS revenue, SUM(last_revenue)::BIGINT AS last_revenue,
         SUM(CASE WHEN last_wages IS NOT NULL THEN wages END)::BIGINT AS wages,
         SUM(CASE WHEN wages IS NOT NULL THEN last_wages END)::BIGINT AS last_wages,
         SUM(CASE WHEN last_staff IS NOT NULL THEN staff END)::BIGINT AS staff,
         SUM(CASE WHEN staff IS NOT NULL THEN last_staff END)::BIGINT AS last_staff
  FROM at_level GROUP BY sector, step, level, fewest, code
)
SELECT sector, step, level, code, respondents, output, last_output, revenue, last_revenue,
       -- Pay and staff: no pair, or nothing a year ago, is a link of 1.
       CASE WHEN last_wages > 0 AND wages >= 0 THEN wages ELSE 1 END AS wages,
       CASE WHEN last_wages > 0 AND wages >= 0 THEN last_wages ELSE 1 END AS last_wages,
       CASE WHEN last_staff > 0 AND staff >= 0 THEN staff ELSE 1 END AS staff,
       CASE WHEN last_staff > 0 AND staff >= 0 THEN last_staff ELSE 1 END AS last_staff
FROM sums
WHERE respondents >= fewest AND output > 0 AND last_output > 0 AND revenue > 0 AND last_revenue > 0
