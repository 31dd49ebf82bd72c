-- Annual cells: income-approach value added and output by county, survey, GB/T class and digital class, at one vintage.
-- Takes: returned (income_approach), share; parameters year, known_from, known_to. Gives: the contract cell_annual.
SELECT CAST($year AS BIGINT) AS year, CAST($known_from AS DATE) AS known_from, CAST($known_to AS DATE) AS known_to,
       r.county, r.sector, r.gbt, s.de,
       COUNT(DISTINCT r.unit)::BIGINT AS units,
       SUM(CAST(ROUND(r.va * s.k_hi, 0) - ROUND(r.va * s.k_lo, 0) AS BIGINT))::BIGINT AS va,
       SUM(CAST(ROUND(r.output * s.k_hi, 0) - ROUND(r.output * s.k_lo, 0) AS BIGINT))::BIGINT AS output
FROM returned AS r JOIN share AS s ON s.row_id = r.row_id
GROUP BY r.county, r.sector, r.gbt, s.de
ORDER BY r.county, r.sector, r.gbt, s.de
