-- Each return with its GB/T class, row for row.
-- Takes: core_return; coded, the spellings of its codes (classification/sql/assign.sql over spelled_code). Gives: the contract
-- class_return without its order.
-- A return that was set aside is not looked up. Whoever asks for classes has the few spellings of them looked for first.
SELECT r.quarter, r.sector, r.row_id, r.known_from, r.known_to, r.unit, r.county, r.months,
       c.gbt, coalesce(c.class_status, 'set_aside') AS class_status, coalesce(c.reason, r.rules) AS reason,
       r.output, r.output_base, r.revenue, r.revenue_base, r.profit, r.wages, r.staff
FROM core_return AS r
LEFT JOIN coded AS c ON r.status = 'accepted' AND c.code = coalesce(r.gbt_received, '')
