-- How much of a year's returns the annual returns cover, as known on a day: the ground for closing the year.
-- Takes: returned (core_return of fourth quarters); core_annual; parameter as_of.
-- Gives: year, units, units_annual, revenue, revenue_annual: the units that reported for the whole year by quarter, with their
--        revenue (yuan), and those among them whose annual return of the year has come. Counts and sums only.
WITH reported AS (
  SELECT CAST(substr(quarter, 1, 4) AS BIGINT) AS year, unit, SUM(revenue) AS revenue
  FROM returned
  WHERE status = 'accepted' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
  GROUP BY ALL
), annual AS (
  SELECT DISTINCT year, unit
  FROM core_annual
  WHERE status = 'accepted' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
)
SELECT r.year, COUNT(*)::BIGINT AS units, COUNT(a.unit)::BIGINT AS units_annual,
       coalesce(SUM(r.revenue), 0)::BIGINT AS revenue,
       coalesce(SUM(r.revenue) FILTER (WHERE a.unit IS NOT NULL), 0)::BIGINT AS revenue_annual
FROM reported AS r LEFT JOIN annual AS a ON a.year = r.year AND a.unit = r.unit
GROUP BY r.year ORDER BY r.year
