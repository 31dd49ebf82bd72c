-- What is usual among firms of a division, and of a survey, as known on each day on which returns arrived.
-- Takes: firm_measure. Gives: day, sector, division ('' for the whole survey), firms, base (sum of 上年同期 revenue),
--        and nearest-rank quantiles of
--   head    revenue per head, yuan            (p1, p50, p99)
--   burden  (税金及附加 + 应交增值税) / revenue, millionths  (p25, p50, p75)
--   rate    收入法增加值 / output, millionths   (p2, p98)
-- Values are cut to two digits before they are counted, so a norm is exact, quick, and less than a tenth too low. A day
-- sees the rows that had arrived by then and no others: a later correction moves no earlier judgement.
WITH item AS (
  SELECT known_from, sector, division, 'head' AS measure, head AS value FROM firm_measure WHERE head IS NOT NULL
  UNION ALL
  SELECT known_from, sector, division, 'burden', burden FROM firm_measure WHERE burden IS NOT NULL
  UNION ALL
  SELECT known_from, sector, division, 'rate', rate FROM firm_measure WHERE rate IS NOT NULL
), counted AS (
  SELECT known_from, sector, division, measure, value, COUNT(*)::BIGINT AS firms
  FROM item GROUP BY known_from, sector, division, measure, value
), level AS (
  SELECT * FROM counted
  UNION ALL
  SELECT known_from, sector, '', measure, value, SUM(firms)::BIGINT
  FROM counted GROUP BY known_from, sector, measure, value
), day AS (
  SELECT DISTINCT known_from AS day FROM firm_measure
), known AS (
  SELECT d.day, l.sector, l.division, l.measure, l.value, SUM(l.firms)::BIGINT AS firms
  FROM day AS d JOIN level AS l ON l.known_from <= d.day
  GROUP BY d.day, l.sector, l.division, l.measure, l.value
), ranked AS (
  SELECT day, sector, division, measure, value,
         SUM(firms) OVER (PARTITION BY day, sector, division, measure ORDER BY value)::BIGINT AS up_to,
         SUM(firms) OVER (PARTITION BY day, sector, division, measure)::BIGINT AS firms
  FROM known
), total AS (
  SELECT known_from, sector, division, SUM(revenue_base)::BIGINT AS base
  FROM firm_measure GROUP BY known_from, sector, division
), base AS (
  SELECT d.day, t.sector, t.division, SUM(t.base)::BIGINT AS base
  FROM day AS d JOIN total AS t ON t.known_from <= d.day GROUP BY d.day, t.sector, t.division
), norm AS (
  SELECT day, sector, division, MAX(firms) AS firms,
         MIN(CASE WHEN measure = 'head' AND up_to * 100 >= firms THEN value END) AS head_p1,
         MIN(CASE WHEN measure = 'head' AND up_to * 2 >= firms THEN value END) AS head_p50,
         MIN(CASE WHEN measure = 'head' AND up_to * 100 >= firms * 99 THEN value END) AS head_p99,
         MIN(CASE WHEN measure = 'burden' AND up_to * 4 >= firms THEN value END) AS burden_p25,
         MIN(CASE WHEN measure = 'burden' AND up_to * 2 >= firms THEN value END) AS burden_p50,
         MIN(CASE WHEN measure = 'burden' AND up_to * 4 >= firms * 3 THEN value END) AS burden_p75,
         MIN(CASE WHEN measure = 'rate' AND up_to * 50 >= firms THEN value END) AS rate_p2,
         MIN(CASE WHEN measure = 'rate' AND up_to * 50 >= firms * 49 THEN value END) AS rate_p98
  FROM ranked GROUP BY day, sector, division
)
SELECT n.*, b.base
FROM norm AS n LEFT JOIN base AS b ON b.day = n.day AND b.sector = n.sector AND b.division = n.division
