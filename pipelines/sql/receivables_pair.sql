-- What each return says is owed to its unit, beside the unit's own return of a year ago, both as known on a day.
-- Takes: returned (core_return of a run of quarters); class_part of the same; parameter as_of.
-- Gives: quarter, row_id, unit, receivables, receivables_before (end of period), revenue, revenue_before (year so far), yuan.
-- The revenue of a year ago is of the same return as the receivables: 上年同期 may be restated for units taken over, what
-- was owed is not. No row where either return lacks one of them or the two cover other months, and none of a unit without
-- core value added, of which nothing is asked.
WITH known AS (
  SELECT quarter, sector, row_id, unit, months, receivables, revenue,
         CAST(substr(quarter, 1, 4) AS INTEGER) * 4 + CAST(substr(quarter, 6, 1) AS INTEGER) AS n
  FROM returned
  WHERE status = 'accepted' AND receivables IS NOT NULL AND revenue IS NOT NULL
    AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
    AND unit IN (SELECT unit FROM class_part WHERE de <> 'non_core')
)
SELECT now.quarter, now.row_id, now.unit, now.receivables, before.receivables AS receivables_before,
       now.revenue, before.revenue AS revenue_before
FROM known AS now
JOIN known AS before
  ON before.unit = now.unit AND before.sector = now.sector AND before.n = now.n - 4 AND before.months = now.months
ORDER BY now.row_id, before.row_id
