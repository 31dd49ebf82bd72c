-- How long the growth of a leading proxy had been falling, and from where, at the end of each quarter, as known on a day.
-- Takes: core_leading; class_fact (level, region, class, quarter): of what is no fact there nothing is said here;
--        parameter as_of.
-- Gives: level, region, class, quarter, month (the last one known of the quarter), proxy, department, leading_growth (over
--        last year's same month), leading_falls (how many months in a row the growth has fallen), leading_before (the growth
--        that it fell from), leading_drop (since then); none where the month before is missing, or where it is not known
--        whether the growth fell earlier still.
WITH version AS (
  SELECT *, lead(known_from) OVER (PARTITION BY level, class, proxy, month ORDER BY known_from) AS known_to
  FROM core_leading WHERE known_from <= CAST($as_of AS DATE)
), grown AS (
  SELECT level, class, proxy, month, department, value / value_before - 1.0 AS growth,
         CAST(substr(month, 1, 4) AS INTEGER) * 12 + CAST(substr(month, 6, 2) AS INTEGER) AS n
  FROM version WHERE known_to IS NULL
), turned AS (
  SELECT *, CASE WHEN lag(n) OVER own = n - 1 THEN growth < lag(growth) OVER own - 0.0005 END AS fell
  FROM grown WINDOW own AS (PARTITION BY level, class, proxy ORDER BY n)
), run AS (
  SELECT *, SUM(CASE WHEN fell THEN 0 ELSE 1 END) OVER (PARTITION BY level, class, proxy ORDER BY n)::BIGINT AS stretch
  FROM turned
), told AS (
  SELECT *, row_number() OVER since - 1 AS falls, first_value(growth) OVER since AS growth_before,
         first_value(fell) OVER since AS fell_before
  FROM run WINDOW since AS (PARTITION BY level, class, proxy, stretch ORDER BY n)
), last AS (
  SELECT *, substr(month, 1, 4) || 'Q' || ((CAST(substr(month, 6, 2) AS INTEGER) + 2) // 3) AS quarter FROM told
  QUALIFY row_number() OVER (PARTITION BY level, class, proxy, quarter ORDER BY n DESC) = 1
)
SELECT c.level, c.region, c.class, c.quarter, t.month, t.proxy, t.department, t.growth AS leading_growth,
       CAST(t.falls AS DOUBLE) AS leading_falls, t.growth_before AS leading_before, t.growth_before - t.growth AS leading_drop
FROM last AS t
JOIN class_fact AS c ON c.level = t.level AND c.class = t.class AND c.quarter = t.quarter
WHERE t.fell_before IS NOT NULL ORDER BY c.level, c.class, t.proxy, t.month
