-- Growth of output beside growth of pay and of VAT, over the units that reported the same months in both years.
-- Takes: returned and last_returned (core_return of the quarter and of last year's); parameter as_of.
-- Gives: law 'growth' by survey and division with five units or more: subject (survey, division and item), left_side
--        (growth of output), right_side (growth of the item).
WITH pair AS (
  SELECT n.sector, substr(n.gbt_received, 1, 2) AS division, n.output, n.output_base, n.wages, l.wages AS last_wages,
         n.vat, l.vat AS last_vat
  FROM returned AS n
  JOIN last_returned AS l ON l.sector = n.sector AND l.unit = n.unit AND l.months = n.months
  WHERE n.status = 'accepted' AND n.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < n.known_to
    AND l.status = 'accepted' AND l.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < l.known_to
), item AS (
  SELECT sector, division, 'wages' AS item, output, output_base, wages AS value, last_wages AS value_base FROM pair
  UNION ALL
  SELECT sector, division, 'vat', output, output_base, vat, last_vat FROM pair
), total AS (
  SELECT sector, division, item, COUNT(*) AS units, SUM(output)::BIGINT AS output, SUM(output_base)::BIGINT AS output_base,
         SUM(value)::BIGINT AS value, SUM(value_base)::BIGINT AS value_base
  FROM item
  WHERE output IS NOT NULL AND output_base IS NOT NULL AND value IS NOT NULL AND value_base IS NOT NULL
  GROUP BY sector, division, item
)
SELECT 'growth ' || sector || ' ' || division || ' ' || item AS row_id, 'growth' AS law,
       sector || ' ' || division || ' ' || item AS subject,
       CAST(output AS DOUBLE) / output_base - 1 AS left_side, CAST(value AS DOUBLE) / value_base - 1 AS right_side
FROM total WHERE units >= 5 AND output_base > 0 AND value_base > 0
ORDER BY row_id
