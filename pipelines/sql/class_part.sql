-- What each unit contributes to each class of the digital economy, at one vintage.
-- Takes: valued (returns valid at the vintage, and imputed ones, with share and rate); parameters known_from, known_to.
-- Gives: the contract class_part without its order.
-- Value added by the rate method: output x last known rate, rounded half away from zero to whole yuan; the comparable
-- base takes the same rate. Parts by cumulative rounding: part_c = R(V K_c) - R(V K_{c-1}), exact for any V.
WITH whole AS (
  SELECT *, portion(output, rate) AS whole_va, portion(coalesce(output_base, 0), rate) AS whole_base FROM valued
)
SELECT quarter, CAST($known_from AS DATE) AS known_from, CAST($known_to AS DATE) AS known_to, origin,
       row_id, unit, county, sector, months, gbt, de, level_used, rate_level, link_level,
       part_between(whole_va, k_lo, k_hi) AS va,
       part_between(whole_base, k_lo, k_hi) AS va_base,
       part_between(output, k_lo, k_hi) AS output,
       part_between(revenue, k_lo, k_hi) AS revenue,
       part_between(coalesce(revenue_base, 0), k_lo, k_hi) AS revenue_base,
       part_between(coalesce(profit, 0), k_lo, k_hi) AS profit,
       part_between(coalesce(wages, 0), k_lo, k_hi) AS wages,
       part_between(coalesce(staff, 0), k_lo, k_hi) AS staff
FROM whole
