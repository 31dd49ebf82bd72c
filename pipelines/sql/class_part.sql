-- What each unit contributes to each class of the digital economy, at one vintage.
-- Takes: share (classification/sql/shares.sql over valued); parameters known_from, known_to.
-- Gives: the contract class_part without its order.
-- Parts by cumulative rounding: part_c = R(V K_c) - R(V K_{c-1}), exact for any V.
SELECT quarter, CAST($known_from AS DATE) AS known_from, CAST($known_to AS DATE) AS known_to, origin,
       row_id, unit, county, sector, months, gbt, de, level_used, rate_level, link_level,
       part_between(va, k_lo, k_hi) AS va,
       part_between(va_base, k_lo, k_hi) AS va_base,
       part_between(output, k_lo, k_hi) AS output,
       part_between(revenue, k_lo, k_hi) AS revenue,
       part_between(revenue_base, k_lo, k_hi) AS revenue_base,
       part_between(profit, k_lo, k_hi) AS profit,
       part_between(wages, k_lo, k_hi) AS wages,
       part_between(staff, k_lo, k_hi) AS staff
FROM share
