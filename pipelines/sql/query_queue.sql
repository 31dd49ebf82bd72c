-- The queue of queries (selective editing): who is asked first, and how far down the list most of the impact reaches.
-- Takes: core_query; parameters quarter; permille, the share of the open expected impact that the top covers.
-- Gives: core_query, row for row, with
--   place      the unit's place in the queue; all its queries stand together, so that it is asked once
--   expected_impact  of the unit: the largest score (impact x suspicion) among its open queries, whole yuan. They are
--              doubts about one return, so the largest counts and their sum would count one yuan several times
--   up_to, total     the same summed over all units up to this one, and over all
--   top        whether the unit belongs to the smallest first part that covers the share
-- in order of the queue: units with open queries first, by expected impact; within a unit its open queries first, by score.
WITH asked AS (
  SELECT *, coalesce(unit, row_id) AS respondent,
         CASE WHEN status = 'open' THEN 1 ELSE 0 END AS is_open,
         CASE WHEN status = 'open' THEN CAST(ROUND(score, 0) AS BIGINT) ELSE 0 END AS weight
  FROM core_query WHERE quarter = $quarter
), respondent AS (
  SELECT respondent, MAX(is_open) AS is_open, MAX(weight) AS weight FROM asked GROUP BY respondent
), ranked AS (
  SELECT respondent, weight,
         row_number() OVER (ORDER BY is_open DESC, weight DESC, respondent) AS place,
         SUM(weight) OVER (ORDER BY is_open DESC, weight DESC, respondent
                           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)::BIGINT AS up_to,
         SUM(weight) OVER ()::BIGINT AS total
  FROM respondent
)
SELECT a.* EXCLUDE (respondent, is_open, weight), r.place, r.weight AS expected_impact, r.up_to, r.total,
       r.weight > 0 AND CAST(r.up_to - r.weight AS DECIMAL(38, 0)) * 1000 < CAST(r.total AS DECIMAL(34, 0)) * $permille
         AS top
FROM asked AS a
JOIN ranked AS r ON r.respondent = a.respondent
ORDER BY r.place, a.is_open DESC, a.score DESC, a.rule, a.row_id
