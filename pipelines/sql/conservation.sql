-- Whether every row and every yuan of a quarter is where it should be.
-- Takes: core_return, class_return, class_missing, class_part, cell_leaf; raw_count (rows_in).
-- Gives: one row per law that should hold: law, law_zh, left_side, right_side.
WITH latest AS (SELECT DISTINCT known_from FROM class_part),
expected AS (
  SELECT 'measured' AS origin, row_id, unit, known_from, known_to, revenue, output
  FROM class_return WHERE class_status = 'assigned'
  UNION ALL
  SELECT 'imputed', 'imputed:' || last_row_id, unit, known_from, known_to, revenue, output
  FROM class_missing WHERE outcome = 'imputed'
), origin AS (
  SELECT 'measured' AS origin, 'assigned' AS name, '归类' AS name_zh UNION ALL SELECT 'imputed', 'imputed', '推算'
), whole AS (
  -- What should have been split at each vintage: the assigned returns valid then, and what is imputed then.
  SELECT v.known_from, o.origin, o.name, o.name_zh, COUNT(r.row_id) AS rows_in, coalesce(SUM(r.revenue), 0)::BIGINT AS revenue,
         coalesce(SUM(r.output), 0)::BIGINT AS output
  FROM latest AS v CROSS JOIN origin AS o
  LEFT JOIN expected AS r ON r.origin = o.origin AND r.known_from <= v.known_from AND v.known_from < r.known_to
  GROUP BY v.known_from, o.origin, o.name, o.name_zh
), split AS (
  SELECT known_from, origin, COUNT(DISTINCT row_id) AS rows_in, SUM(revenue)::BIGINT AS revenue,
         SUM(output)::BIGINT AS output
  FROM class_part GROUP BY known_from, origin
), compared AS (
  SELECT w.name || ' = split at ' || CAST(w.known_from AS VARCHAR) AS place,
         w.name_zh || '＝拆分（' || CAST(w.known_from AS VARCHAR) || ' 所知）' AS place_zh,
         w.rows_in, w.revenue, w.output,
         coalesce(s.rows_in, 0) AS split_rows, coalesce(s.revenue, 0) AS split_revenue,
         coalesce(s.output, 0) AS split_output
  FROM whole AS w LEFT JOIN split AS s ON s.known_from = w.known_from AND s.origin = w.origin
)
SELECT 'rows: received = classed' AS law, '行数：收到＝归类表' AS law_zh,
       (SELECT COUNT(*) FROM core_return)::BIGINT AS left_side, (SELECT COUNT(*) FROM class_return)::BIGINT AS right_side
UNION ALL
SELECT 'rows: raw = received', '行数：原报＝收到',
       (SELECT SUM(rows_in)::BIGINT FROM raw_count), (SELECT COUNT(*) FROM core_return)::BIGINT
UNION ALL
SELECT 'yuan: received = assigned + unmatched + ambiguous + set aside', '营业收入：收到＝归类＋未归类＋多义＋搁置',
       coalesce((SELECT SUM(revenue)::BIGINT FROM core_return), 0),
       coalesce((SELECT SUM(revenue)::BIGINT FROM class_return
                 WHERE class_status IN ('assigned', 'unmatched', 'ambiguous', 'set_aside')), 0)
UNION ALL
SELECT 'rows: ' || place, '行数：' || place_zh, rows_in, split_rows FROM compared
UNION ALL
SELECT 'yuan of revenue: ' || place, '营业收入：' || place_zh, revenue, split_revenue FROM compared
UNION ALL
SELECT 'yuan of output: ' || place, '总产出：' || place_zh, output, split_output FROM compared
UNION ALL
-- What holds to this day: parts that are lost as a whole have no vintage of their own to be missed in.
SELECT 'rows: ' || o.name || ' and never corrected = split to this day', '行数：' || o.name_zh || '且未被更正＝拆分（至今）',
       (SELECT COUNT(*) FROM expected AS r WHERE r.origin = o.origin AND r.known_to = DATE '9999-12-31')::BIGINT,
       (SELECT COUNT(DISTINCT row_id) FROM class_part AS p
        WHERE p.origin = o.origin AND p.known_to = DATE '9999-12-31')::BIGINT
FROM origin AS o
UNION ALL
-- An imputed value is gone on the day on which the unit's own return arrives.
SELECT 'units: imputed although they reported = none', '单位数：已报仍推算＝无', COUNT(*)::BIGINT, CAST(0 AS BIGINT)
FROM class_part AS i
JOIN class_part AS m ON m.unit = i.unit AND m.known_from = i.known_from AND m.origin = 'measured'
WHERE i.origin = 'imputed'
UNION ALL
SELECT 'yuan of value added, ' || o.origin || ': split = cells', '增加值（' || o.name_zh || '）：拆分＝汇总单元',
       coalesce((SELECT SUM(va)::BIGINT FROM class_part AS p WHERE p.origin = o.origin), 0),
       coalesce((SELECT SUM(va)::BIGINT FROM cell_leaf AS c WHERE c.origin = o.origin), 0)
FROM origin AS o
ORDER BY law
