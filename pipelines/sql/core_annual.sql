-- Annual returns after review, row for row, with the time during which each was the valid one.
-- Takes: reviewed (annual_typed with status, rules, queries). Gives: the contract core_annual, in order of row_id.
SELECT coalesce(year, 0) AS year,
       CASE WHEN sector IN ('industry', 'service', 'trade', 'construction') THEN sector ELSE '' END AS sector, row_id, known_from,
       coalesce(
         lead(CASE WHEN status = 'accepted' THEN known_from END) OVER (
           PARTITION BY year, unit, status ORDER BY known_from, replace(file, '.', ' '), row, row_id),
         DATE '9999-12-31') AS known_to,
       unit, county, gbt_received, output, labour, tax_surcharge, vat, depreciation, operating_profit,
       investment_income, fair_value_gain, disposal_gain, asset_impairment, credit_impairment, other_income,
       value_added, revenue, rd, staff, total_assets,
       status, rules, queries
FROM reviewed
ORDER BY row_id
