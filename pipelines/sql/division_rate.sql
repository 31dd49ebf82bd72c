-- The last known value-added rate of each division: of the latest year before the quarter's own, as received last.
-- Takes: core_rate; parameter year, the quarter's. Gives: division, rate.
SELECT code AS division, rate
FROM (
  SELECT code, rate, row_number() OVER (PARTITION BY code ORDER BY year DESC, known_from DESC) AS age
  FROM core_rate WHERE code_level = 'division' AND year < CAST($year AS BIGINT)
) AS dated
WHERE age = 1
