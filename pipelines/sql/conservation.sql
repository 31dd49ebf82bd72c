-- Whether every row and every yuan of a quarter is where it should be.
-- Takes: core_return, class_return, class_part, cell_leaf; raw_count (rows_in).
-- Gives: one row per law that should hold: law, law_zh, left_side, right_side.
WITH latest AS (SELECT DISTINCT known_from FROM class_part),
whole AS (
  -- What should have been split at each vintage: the assigned returns valid then.
  SELECT v.known_from, COUNT(*) AS rows_in, SUM(r.revenue)::BIGINT AS revenue, SUM(r.output)::BIGINT AS output
  FROM latest AS v JOIN class_return AS r
    ON r.class_status = 'assigned' AND r.known_from <= v.known_from AND v.known_from < r.known_to
  GROUP BY v.known_from
), split AS (
  SELECT known_from, COUNT(DISTINCT row_id) AS rows_in, SUM(revenue)::BIGINT AS revenue, SUM(output)::BIGINT AS output
  FROM class_part GROUP BY known_from
), vintage AS (
  SELECT CAST(w.known_from AS VARCHAR) AS day, w.rows_in AS whole_rows, coalesce(s.rows_in, 0) AS split_rows,
         w.revenue AS whole_revenue, coalesce(s.revenue, 0) AS split_revenue,
         w.output AS whole_output, coalesce(s.output, 0) AS split_output
  FROM whole AS w LEFT JOIN split AS s ON s.known_from = w.known_from
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
SELECT 'rows: assigned = split at ' || day, '行数：归类＝拆分（' || day || ' 所知）', whole_rows, split_rows FROM vintage
UNION ALL
SELECT 'yuan of revenue: assigned = split at ' || day, '营业收入：归类＝拆分（' || day || ' 所知）',
       whole_revenue, split_revenue FROM vintage
UNION ALL
SELECT 'yuan of output: assigned = split at ' || day, '总产出：归类＝拆分（' || day || ' 所知）',
       whole_output, split_output FROM vintage
UNION ALL
-- What holds to this day: parts that are lost as a whole have no vintage of their own to be missed in.
SELECT 'rows: assigned and never corrected = split to this day', '行数：归类且未被更正＝拆分（至今）',
       (SELECT COUNT(*) FROM class_return WHERE class_status = 'assigned' AND known_to = DATE '9999-12-31')::BIGINT,
       (SELECT COUNT(DISTINCT row_id) FROM class_part WHERE known_to = DATE '9999-12-31')::BIGINT
UNION ALL
SELECT 'yuan of value added: split = cells', '增加值：拆分＝汇总单元', coalesce((SELECT SUM(va)::BIGINT FROM class_part), 0),
       coalesce((SELECT SUM(va)::BIGINT FROM cell_leaf), 0)
ORDER BY law
