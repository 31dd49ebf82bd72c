-- How many units the change of an input rests on, by region and class.
-- Takes: own_pair, last_pair (revised_pair); received (class_return), received_last (core_return of a year before);
--        old_link, new_link (succession on the two days); membership (scheme, class, gbt, de); place (county, region).
-- Gives: cause (an input of revision_steps.csv), region, class, units.
-- A unit counts under the class and county that it had and under those that it has. A correction counts as one of money where
-- some of it differs, and as a recode where class or county do.
WITH corrected AS (
  SELECT p.unit, o.county AS old_county, o.gbt AS old_gbt, n.county, n.gbt,
         (o.output, o.output_base, o.revenue, o.revenue_base) IS DISTINCT FROM (n.output, n.output_base, n.revenue, n.revenue_base) AS is_money,
         (o.county, o.gbt) IS DISTINCT FROM (n.county, n.gbt) AS is_recode
  FROM own_pair AS p
  JOIN received AS o ON o.row_id = p.old_row
  JOIN received AS n ON n.row_id = p.new_row
  WHERE p.cause = 'revised_returns'
), link AS (
  (SELECT absorbed, heir FROM old_link EXCEPT SELECT absorbed, heir FROM new_link)
  UNION ALL
  (SELECT absorbed, heir FROM new_link EXCEPT SELECT absorbed, heir FROM old_link)
), touched AS (
  SELECT 'revised_returns' AS cause, unit, old_county AS county, old_gbt AS gbt FROM corrected WHERE is_money
  UNION ALL
  SELECT 'recodes', unit, old_county, old_gbt FROM corrected WHERE is_recode
  UNION ALL
  SELECT 'recodes', unit, county, gbt FROM corrected WHERE is_recode
  UNION ALL
  SELECT p.cause, p.unit, r.county, r.gbt
  FROM own_pair AS p JOIN received AS r ON r.row_id = coalesce(p.new_row, p.old_row)
  WHERE p.cause <> '' AND p.cause <> 'revised_returns'
  UNION ALL
  SELECT p.cause, p.unit, r.county, r.gbt_received
  FROM last_pair AS p JOIN received_last AS r ON r.row_id = coalesce(p.new_row, p.old_row)
  WHERE p.cause <> ''
  UNION ALL
  SELECT 'register', r.unit, r.county, r.gbt_received
  FROM link AS l JOIN received_last AS r ON r.unit = l.absorbed AND r.status = 'accepted'
), class_of AS (
  SELECT DISTINCT gbt, class FROM membership WHERE scheme = 'digital' AND (class = 'core' OR length(class) = 2)
)
SELECT t.cause, g.region, c.class, COUNT(DISTINCT t.unit)::BIGINT AS units
FROM touched AS t
JOIN class_of AS c ON c.gbt = t.gbt
JOIN place AS g ON g.county = t.county
GROUP BY t.cause, g.region, c.class
ORDER BY t.cause, g.region, c.class
