-- Growth of receivables and of revenue of digital classes and divisions, of the units that reported both now and a year ago.
-- Takes: class_part of a run of quarters; receivables_pair; membership (scheme, class, gbt, de); parameters as_of, fewest.
-- Gives: level, class, quarter, receivables_growth, revenue_growth, receivables_gap; none of fewer than `fewest` units.
-- A unit counts in a class with the part of this quarter's revenue that is of it, now and a year ago alike.
WITH known AS (
  SELECT quarter, row_id, gbt, de, revenue, SUM(revenue) OVER (PARTITION BY row_id) AS whole FROM class_part
  WHERE origin = 'measured' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
    AND row_id IN (SELECT row_id FROM receivables_pair)
), held AS (
  SELECT CASE m.scheme WHEN 'digital' THEN 'industry' ELSE 'sector' END AS level, m.class, k.quarter, p.unit,
         CAST(ROUND(p.receivables * (k.revenue / k.whole), 0) AS BIGINT) AS receivables,
         CAST(ROUND(p.receivables_before * (k.revenue / k.whole), 0) AS BIGINT) AS receivables_before,
         CAST(ROUND(p.revenue * (k.revenue / k.whole), 0) AS BIGINT) AS revenue,
         CAST(ROUND(p.revenue_before * (k.revenue / k.whole), 0) AS BIGINT) AS revenue_before
  FROM known AS k
  JOIN receivables_pair AS p ON p.row_id = k.row_id
  JOIN membership AS m ON m.gbt = k.gbt AND m.de = k.de
  WHERE k.whole > 0
    AND (m.scheme = 'core_industry' OR (m.scheme = 'digital' AND (m.class = 'core' OR length(m.class) IN (2, 4))))
), cell AS (
  SELECT level, class, quarter, SUM(receivables)::BIGINT AS receivables, SUM(receivables_before)::BIGINT AS receivables_before,
         SUM(revenue)::BIGINT AS revenue, SUM(revenue_before)::BIGINT AS revenue_before
  FROM held GROUP BY level, class, quarter HAVING COUNT(DISTINCT unit) >= $fewest
)
SELECT level, class, quarter, receivables / receivables_before - 1.0 AS receivables_growth,
       revenue / revenue_before - 1.0 AS revenue_growth,
       receivables / receivables_before - revenue / revenue_before AS receivables_gap
FROM cell WHERE receivables_before > 0 AND revenue_before > 0 ORDER BY level, class, quarter
