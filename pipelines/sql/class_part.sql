-- What each unit contributes to each class of the digital economy, at one vintage.
-- Takes: returned (returns valid at the vintage, and imputed ones), share (classification/sql/shares.sql over them),
--        rate_for (gbt, rate, rate_level); parameters known_from, known_to.
-- Gives: the contract class_part without its order.
-- Value added by the rate method: output x last known rate, rounded half away from zero to whole yuan; the comparable
-- base takes the same rate. Parts by cumulative rounding: part_c = R(V K_c) - R(V K_{c-1}), exact for any V.
WITH valued AS (
  SELECT r.*, f.rate_level,
         CAST(ROUND(output * f.rate, 0) AS BIGINT) AS va,
         CAST(ROUND(coalesce(output_base, 0) * f.rate, 0) AS BIGINT) AS va_base
  FROM returned AS r JOIN rate_for AS f ON f.gbt = r.gbt
)
SELECT quarter, CAST($known_from AS DATE) AS known_from, CAST($known_to AS DATE) AS known_to, origin,
       v.row_id, unit, county, sector, months, v.gbt, s.de, s.level_used, rate_level, link_level,
       CAST(ROUND(va * k_hi, 0) - ROUND(va * k_lo, 0) AS BIGINT) AS va,
       CAST(ROUND(va_base * k_hi, 0) - ROUND(va_base * k_lo, 0) AS BIGINT) AS va_base,
       CAST(ROUND(output * k_hi, 0) - ROUND(output * k_lo, 0) AS BIGINT) AS output,
       CAST(ROUND(revenue * k_hi, 0) - ROUND(revenue * k_lo, 0) AS BIGINT) AS revenue,
       CAST(ROUND(coalesce(revenue_base, 0) * k_hi, 0) - ROUND(coalesce(revenue_base, 0) * k_lo, 0) AS BIGINT) AS revenue_base,
       CAST(ROUND(coalesce(profit, 0) * k_hi, 0) - ROUND(coalesce(profit, 0) * k_lo, 0) AS BIGINT) AS profit,
       CAST(ROUND(coalesce(wages, 0) * k_hi, 0) - ROUND(coalesce(wages, 0) * k_lo, 0) AS BIGINT) AS wages,
       CAST(ROUND(coalesce(staff, 0) * k_hi, 0) - ROUND(coalesce(staff, 0) * k_lo, 0) AS BIGINT) AS staff
FROM valued AS v JOIN share AS s ON s.row_id = v.row_id
