-- Value added by the income approach, per accepted annual return of a year, at one vintage.
-- Takes: classed (core_annual with gbt, class_status); income_sign, one row: the sign of each item in value added
--        (indicators/income_mapping.csv); parameters year, known. Gives: returned with va and output, in whole yuan,
--        and what size and research intensity rest on.
-- Compensation + net taxes on production + depreciation + operating surplus; investment income, fair-value and disposal
-- gains are no production and come out of operating profit; impairments go back in.
SELECT c.row_id, c.unit, c.county, c.sector, c.gbt, c.output, c.revenue, c.rd, c.staff, c.total_assets,
       coalesce(c.labour, 0) * s.labour + coalesce(c.tax_surcharge, 0) * s.tax_surcharge + coalesce(c.vat, 0) * s.vat
       + coalesce(c.depreciation, 0) * s.depreciation
       + coalesce(c.operating_profit, 0) * s.operating_profit + coalesce(c.investment_income, 0) * s.investment_income
       + coalesce(c.fair_value_gain, 0) * s.fair_value_gain + coalesce(c.disposal_gain, 0) * s.disposal_gain
       + coalesce(c.asset_impairment, 0) * s.asset_impairment + coalesce(c.credit_impairment, 0) * s.credit_impairment
       + coalesce(c.other_income, 0) * s.other_income AS va
FROM classed AS c CROSS JOIN income_sign AS s
WHERE c.year = $year AND c.class_status = 'assigned'
  AND c.known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < c.known_to
