-- Whether every row and every yuan of a quarter is where it should be.
-- Takes: core_return, class_return, class_part. Gives: one row per law that should hold: law, left_side, right_side.
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
)
SELECT 'rows: received = classed' AS law, (SELECT COUNT(*) FROM core_return)::BIGINT AS left_side,
       (SELECT COUNT(*) FROM class_return)::BIGINT AS right_side
UNION ALL
SELECT 'rows: raw = received', (SELECT SUM(rows_in)::BIGINT FROM raw_count), (SELECT COUNT(*) FROM core_return)::BIGINT
UNION ALL
SELECT 'yuan: received = assigned + unmatched + ambiguous + set aside',
       coalesce((SELECT SUM(revenue)::BIGINT FROM core_return), 0),
       coalesce((SELECT SUM(revenue)::BIGINT FROM class_return
                 WHERE class_status IN ('assigned', 'unmatched', 'ambiguous', 'set_aside')), 0)
UNION ALL
SELECT 'rows: assigned = split at ' || CAST(w.known_from AS VARCHAR), w.rows_in, coalesce(s.rows_in, 0)
FROM whole AS w LEFT JOIN split AS s ON s.known_from = w.known_from
UNION ALL
SELECT 'yuan of revenue: assigned = split at ' || CAST(w.known_from AS VARCHAR), w.revenue, coalesce(s.revenue, 0)
FROM whole AS w LEFT JOIN split AS s ON s.known_from = w.known_from
UNION ALL
SELECT 'yuan of output: assigned = split at ' || CAST(w.known_from AS VARCHAR), w.output, coalesce(s.output, 0)
FROM whole AS w LEFT JOIN split AS s ON s.known_from = w.known_from
UNION ALL
-- What holds to this day: parts that are lost as a whole have no vintage of their own to be missed in.
SELECT 'rows: assigned and never corrected = split to this day',
       (SELECT COUNT(*) FROM class_return WHERE class_status = 'assigned' AND known_to = DATE '9999-12-31')::BIGINT,
       (SELECT COUNT(DISTINCT row_id) FROM class_part WHERE known_to = DATE '9999-12-31')::BIGINT
UNION ALL
SELECT 'yuan of value added: split = cells', coalesce((SELECT SUM(va)::BIGINT FROM class_part), 0),
       coalesce((SELECT SUM(va)::BIGINT FROM cell_leaf), 0)
ORDER BY law
