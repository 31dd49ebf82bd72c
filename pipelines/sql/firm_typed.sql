-- Firm returns with all that the review rules look at. Row for row.
-- Takes: reported (firm_row, or those of its rows that are looked at); before and last (core_history of the quarter
--        before and of last year's quarter); class_norm; registered, the register of the quarter; counted_twice (unit, since,
--        until); reporting_parent; one_name; activity_said (activity, class_code, reads_core);
--        region (code, name).
-- Gives: reported, row for row, and
--   prev_*    the return of the quarter before, of the same year (cumulative, fewer months)
--   last_*    last year's return of the same months; NULL where it covered other months
--   was_core  whether the class on the return of the quarter before was core
--   class_*   norms of the division, of the whole survey where the division has fewer than 20 firms
--   in_register          whether the unit belongs to the quarter by its register; NULL before any register came
--   counted_with_parent  whether the unit is a local one whose legal unit's accepted return had come
--   activity_at_odds     whether the main activity clearly reads like another division than the code's
--   activity_reads_core  then, whether the class it reads most like is core
--   parent_reports       whether the legal unit that the return itself names had reported
--   *_shift   how many powers of ten the row is above what it is compared with
-- A row sees what had been received by its own day and no more, so no order of runs and no later return changes it.
WITH registered_since AS (
  SELECT MIN(known_from) AS first_known FROM registered
), compared AS (
  SELECT n.*,
         CASE WHEN p.quarter IS NOT NULL AND substr(p.quarter, 1, 4) = substr(n.quarter, 1, 4) THEN p.months END
           AS prev_months,
         CASE WHEN substr(p.quarter, 1, 4) = substr(n.quarter, 1, 4) THEN p.revenue END AS prev_revenue,
         CASE WHEN substr(p.quarter, 1, 4) = substr(n.quarter, 1, 4) THEN p.gross_output END AS prev_gross_output,
         CASE WHEN substr(p.quarter, 1, 4) = substr(n.quarter, 1, 4) THEN p.cost END AS prev_cost,
         CASE WHEN substr(p.quarter, 1, 4) = substr(n.quarter, 1, 4) THEN p.wages END AS prev_wages,
         p.staff AS before_staff, p.is_core AS was_core, p.class_code AS before_class,
         CASE WHEN l.months = n.months THEN l.revenue END AS last_revenue,
         CASE WHEN l.months = n.months THEN l.gross_output END AS last_gross_output,
         CASE WHEN l.months = n.months THEN l.wages END AS last_wages,
         l.staff AS last_staff,
         CASE WHEN d.firms >= 20 THEN d.head_p1 ELSE s.head_p1 END AS class_head_p1,
         CASE WHEN d.firms >= 20 THEN d.head_p50 ELSE s.head_p50 END AS class_head_p50,
         CASE WHEN d.firms >= 20 THEN d.head_p99 ELSE s.head_p99 END AS class_head_p99,
         CASE WHEN d.firms >= 20 THEN d.burden_p25 ELSE s.burden_p25 END AS class_burden_p25,
         CASE WHEN d.firms >= 20 THEN d.burden_p50 ELSE s.burden_p50 END AS class_burden_p50,
         CASE WHEN d.firms >= 20 THEN d.burden_p75 ELSE s.burden_p75 END AS class_burden_p75,
         CASE WHEN d.firms >= 20 THEN d.rate_p2 ELSE s.rate_p2 END AS class_rate_p2,
         CASE WHEN d.firms >= 20 THEN d.rate_p98 ELSE s.rate_p98 END AS class_rate_p98,
         d.base AS class_base,
         CASE WHEN g.first_known <= n.known_from THEN coalesce(u.belongs, FALSE) END AS in_register,
         t.unit IS NOT NULL AS counted_with_parent,
         h.unit IS NOT NULL AS parent_reports,
         o.name IS NOT NULL AS named_elsewhere,
         a.activity IS NOT NULL AS activity_at_odds,
         a.reads_core AS activity_reads_core,
         coalesce(n.registered_county <> n.county AND strpos(n.address, c.name) > 0, FALSE) AS lies_where_registered
  FROM reported AS n
  LEFT JOIN before AS p ON p.sector = n.sector AND p.unit = n.unit
    AND p.known_from <= n.known_from AND n.known_from < p.known_to
  LEFT JOIN last AS l ON l.sector = n.sector AND l.unit = n.unit
    AND l.known_from <= n.known_from AND n.known_from < l.known_to
  LEFT JOIN class_norm AS d ON d.day = n.known_from AND d.sector = n.sector AND d.division = n.division
  LEFT JOIN class_norm AS s ON s.day = n.known_from AND s.sector = n.sector AND s.division = ''
  LEFT JOIN registered AS u ON u.unit = n.unit AND u.known_from <= n.known_from AND n.known_from < u.known_to
  LEFT JOIN counted_twice AS t ON t.unit = n.unit AND t.since <= n.known_from AND n.known_from < t.until
  LEFT JOIN reporting_parent AS h ON h.unit = n.parent_unit AND h.known_from <= n.known_from
  LEFT JOIN one_name AS o ON o.name = n.name AND o.address = n.address
  LEFT JOIN activity_said AS a ON a.activity = n.activity AND a.class_code = n.class_code
  LEFT JOIN region AS c ON c.code = n.registered_county
  CROSS JOIN registered_since AS g
)
SELECT *,
       power_of_ten(revenue, last_revenue) AS last_shift,
       power_of_ten(CAST(revenue AS DOUBLE) * prev_months, CAST(prev_revenue AS DOUBLE) * months) AS prev_shift,
       coalesce(power_of_ten(wages, last_wages),
                power_of_ten(CAST(wages AS DOUBLE) * prev_months, CAST(prev_wages AS DOUBLE) * months)) AS wages_shift,
       power_of_ten(revenue, CAST(staff AS DOUBLE) * class_head_p50) AS head_shift,
       power_of_ten(CAST(tax + vat AS DOUBLE) * 1000000, CAST(revenue AS DOUBLE) * class_burden_p50) AS burden_shift,
       -- Heads against the last known ones: a firm that grew a thousandfold would have hired.
       coalesce(abs(power_of_ten(staff, coalesce(last_staff, before_staff))) < 0.7, TRUE) AS staff_steady
FROM compared
