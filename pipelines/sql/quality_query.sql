-- How many queries each rule raised, what became of them, and what they could move, as known on a day. No unit.
-- Takes: core_query, core_return; parameter as_of.
-- Gives: rule, status (open, confirmed, …; resubmitted or withdrawn where the return had ended by that day), queries, impact (yuan).
WITH known AS (
  SELECT q.rule, q.impact,
         CASE WHEN q.status IN ('resubmitted', 'withdrawn') AND r.known_to > CAST($as_of AS DATE) THEN 'open'
              ELSE q.status END AS status
  FROM core_query AS q JOIN core_return AS r ON r.row_id = q.row_id
  WHERE r.known_from <= CAST($as_of AS DATE)
)
SELECT rule, status, COUNT(*)::BIGINT AS queries, CAST(SUM(CAST(impact AS DECIMAL(30, 2))) AS DOUBLE) AS impact
FROM known GROUP BY rule, status ORDER BY rule, status
