-- Annual returns as numbers, row for row.
-- Takes: raw_annual, region; income_sign, by year the sign of each item in value added (indicators/income_mapping.csv); the
--        function valid_code. Gives: one row per row with what the review rules look at.
-- Value added is by the income approach: compensation + net taxes on production + depreciation + operating surplus;
-- investment income, fair-value and disposal gains are no production and come out of operating profit; impairments go back in.
WITH numbers AS (
  SELECT row_id, file, row, received_at AS known_from, whole(year) AS year, trim(sector) AS sector_received,
         nullif(upper(plain(unit)), '') AS unit, nullif(plain(county), '') AS county,
         nullif(trim(gbt), '') AS gbt_received,
         yuan(gross_output, yuan_per_unit) AS gross_output, yuan(revenue, yuan_per_unit) AS revenue,
         yuan(cost, yuan_per_unit) AS cost, yuan(labour, yuan_per_unit) AS labour,
         yuan(tax_surcharge, yuan_per_unit) AS tax_surcharge, yuan(vat, yuan_per_unit) AS vat,
         yuan(depreciation, yuan_per_unit) AS depreciation, yuan(operating_profit, yuan_per_unit) AS operating_profit,
         yuan(investment_income, yuan_per_unit) AS investment_income,
         yuan(fair_value_gain, yuan_per_unit) AS fair_value_gain, yuan(disposal_gain, yuan_per_unit) AS disposal_gain,
         yuan(asset_impairment, yuan_per_unit) AS asset_impairment,
         yuan(credit_impairment, yuan_per_unit) AS credit_impairment, yuan(other_income, yuan_per_unit) AS other_income,
         yuan(rd, yuan_per_unit) AS rd, whole(staff) AS staff, yuan(total_assets, yuan_per_unit) AS total_assets,
         CASE WHEN NOT is_missing(revenue) AND yuan(revenue, yuan_per_unit) IS NULL THEN 'revenue'
              WHEN NOT is_missing(cost) AND yuan(cost, yuan_per_unit) IS NULL THEN 'cost'
              WHEN NOT is_missing(gross_output) AND yuan(gross_output, yuan_per_unit) IS NULL THEN 'gross_output'
              WHEN NOT is_missing(labour) AND yuan(labour, yuan_per_unit) IS NULL THEN 'labour'
              WHEN NOT is_missing(tax_surcharge) AND yuan(tax_surcharge, yuan_per_unit) IS NULL THEN 'tax_surcharge'
              WHEN NOT is_missing(vat) AND yuan(vat, yuan_per_unit) IS NULL THEN 'vat'
              WHEN NOT is_missing(depreciation) AND yuan(depreciation, yuan_per_unit) IS NULL THEN 'depreciation'
              WHEN NOT is_missing(operating_profit) AND yuan(operating_profit, yuan_per_unit) IS NULL THEN 'operating_profit'
              WHEN NOT is_missing(investment_income) AND yuan(investment_income, yuan_per_unit) IS NULL THEN 'investment_income'
              WHEN NOT is_missing(fair_value_gain) AND yuan(fair_value_gain, yuan_per_unit) IS NULL THEN 'fair_value_gain'
              WHEN NOT is_missing(disposal_gain) AND yuan(disposal_gain, yuan_per_unit) IS NULL THEN 'disposal_gain'
              WHEN NOT is_missing(asset_impairment) AND yuan(asset_impairment, yuan_per_unit) IS NULL THEN 'asset_impairment'
              WHEN NOT is_missing(credit_impairment) AND yuan(credit_impairment, yuan_per_unit) IS NULL THEN 'credit_impairment'
              WHEN NOT is_missing(other_income) AND yuan(other_income, yuan_per_unit) IS NULL THEN 'other_income'
              WHEN NOT is_missing(rd) AND yuan(rd, yuan_per_unit) IS NULL THEN 'rd'
              WHEN NOT is_missing(staff) AND whole(staff) IS NULL THEN 'staff'
              WHEN NOT is_missing(total_assets) AND yuan(total_assets, yuan_per_unit) IS NULL THEN 'total_assets'
              ELSE '' END AS unreadable
  FROM raw_annual
), named AS (
  SELECT *, CASE sector_received WHEN '工业' THEN 'industry' WHEN '服务业' THEN 'service'
                 WHEN '批发和零售业' THEN 'trade' WHEN '批零' THEN 'trade' WHEN '贸易' THEN 'trade' WHEN '建筑业' THEN 'construction'
                 ELSE sector_received END AS sector
  FROM numbers
), placed AS (
  SELECT n.*,
         CASE sector WHEN 'service' THEN revenue WHEN 'trade' THEN revenue - cost ELSE gross_output END AS output,
         coalesce(valid_code(n.unit), FALSE) AS identifier_valid,
         r.code IS NOT NULL AS county_known,
         n.labour * s.labour + n.tax_surcharge * s.tax_surcharge + n.vat * s.vat + n.depreciation * s.depreciation
         + n.operating_profit * s.operating_profit + n.investment_income * s.investment_income
         + coalesce(n.fair_value_gain, 0) * s.fair_value_gain + coalesce(n.disposal_gain, 0) * s.disposal_gain
         + coalesce(n.asset_impairment, 0) * s.asset_impairment
         + coalesce(n.credit_impairment, 0) * s.credit_impairment
         + coalesce(n.other_income, 0) * s.other_income AS value_added
  FROM named AS n
  LEFT JOIN region AS r ON r.code = n.county
  LEFT JOIN income_sign AS s ON s.year = n.year
)
SELECT *,
       row_number() OVER (
         PARTITION BY year, unit, known_from, file,
                      identifier_valid AND county_known AND unreadable = '' AND output IS NOT NULL
         ORDER BY row, row_id) AS occurrence,
       identifier_valid AND county_known AND unreadable = '' AND output IS NOT NULL AS sound
FROM placed
