-- Unit changes of the four quarters up to one and what they mean for the core value added reported of it.
-- Takes: core_change of the four quarters; part, last_part (class_part of the quarter and of the same one a year before);
--        place (county, region); parameters quarter, place (code of the place), as_of,
--        fewest: the number of units below which rows fold.
-- Gives: the contract unit_change, in order of its key.
-- A unit counts under one change alone: merger before exit before entry before recode before move. The heirs of mergers are
-- no units of their own here, yet what they report stands beside what the absorbed had reported. Rows that rest on fewer
-- units than that fold into one; where that is too few again, it has a count and no value.
WITH known AS (
  SELECT unit, event, value_after FROM core_change
  WHERE known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
), counted AS (
  SELECT unit, event FROM known
  UNION ALL
  SELECT value_after, 'merger' FROM known WHERE event = 'merger' AND value_after IS NOT NULL
), changed AS (
  SELECT unit, arg_min(event, rank) AS event FROM (
    SELECT unit, event, list_position(['merger', 'exit', 'entry', 'recode', 'move'], event) AS rank FROM counted)
  GROUP BY unit
), heir AS (
  SELECT DISTINCT value_after AS unit FROM known
  WHERE event = 'merger' AND value_after NOT IN (SELECT unit FROM known WHERE event = 'merger')
), side AS (
  SELECT unit, county, substr(de, 1, 2) AS class, va, va_base, 0 AS last_va FROM part
  WHERE de <> 'non_core' AND origin = 'measured' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
  UNION ALL
  SELECT unit, county, substr(de, 1, 2), 0, 0, va FROM last_part
  WHERE de <> 'non_core' AND origin = 'measured' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
), cell AS (
  SELECT s.unit, g.region, c.class, s.va, s.va_base, s.last_va
  FROM side AS s
  JOIN place AS g ON g.county = s.county
  CROSS JOIN LATERAL (SELECT unnest(CASE WHEN g.region = $place THEN ['core', s.class] ELSE ['core'] END) AS class) AS c
), base AS (
  SELECT region, class, SUM(va_base) AS va_base FROM cell GROUP BY region, class
), effect AS (
  SELECT s.region, s.class, s.unit, e.event, h.unit IS NOT NULL AS is_heir,
         SUM(s.va) AS va, SUM(s.va_base) AS va_base, SUM(s.last_va) AS last_va
  FROM cell AS s JOIN changed AS e ON e.unit = s.unit LEFT JOIN heir AS h ON h.unit = s.unit
  GROUP BY s.region, s.class, s.unit, e.event, h.unit
), few AS (
  SELECT region, class, event, COUNT(*) < $fewest AS folds FROM effect GROUP BY region, class, event
), folded AS (
  SELECT e.* REPLACE (CASE WHEN f.folds THEN 'other' ELSE e.event END AS event)
  FROM effect AS e JOIN few AS f ON f.region = e.region AND f.class = e.class AND f.event = e.event
), sums AS (
  SELECT region, class, event, COUNT(*) AS resting, COUNT(*) FILTER (WHERE NOT is_heir) AS units,
         SUM(va) AS va, SUM(va_base) AS va_base, SUM(last_va) AS last_va
  FROM folded GROUP BY region, class, event
)
SELECT $quarter AS quarter, s.region, s.class, s.event, s.units::BIGINT AS units,
       CASE WHEN resting >= $fewest THEN s.va END::BIGINT AS value_added,
       CASE WHEN resting >= $fewest THEN s.va_base - s.last_va END::BIGINT AS base_change,
       CASE WHEN resting >= $fewest AND b.va_base > 0 THEN round(CAST(s.va - s.va_base AS DOUBLE) / b.va_base, 12) END AS pull
FROM sums AS s JOIN base AS b ON b.region = s.region AND b.class = s.class
ORDER BY s.region, s.class, s.event
