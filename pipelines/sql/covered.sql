-- The units that owe a return for a quarter, as known on a day, with whether it has come and what they had reported a year
-- ago (L3). Takes: due (due_unit); missing (missing_unit); last_returned (core_return of the same quarter a year ago);
--        imputed (unit), the units whose return is imputed; parameter as_of.
-- Gives: survey, county, reported, imputed, revenue (of a year ago; 0 where the unit did not report then).
-- Clause: who has left, or was taken over, is not due and lacks nowhere. An imputed return is not a reported one.
WITH last AS (
  SELECT unit, SUM(revenue)::BIGINT AS revenue
  FROM last_returned
  WHERE status = 'accepted' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
  GROUP BY unit
)
SELECT d.sector AS survey, d.county, m.unit IS NULL AS reported, i.unit IS NOT NULL AND m.unit IS NOT NULL AS imputed,
       coalesce(l.revenue, 0) AS revenue
FROM due AS d
LEFT JOIN missing AS m ON m.unit = d.unit
LEFT JOIN imputed AS i ON i.unit = d.unit
LEFT JOIN last AS l ON l.unit = d.unit
