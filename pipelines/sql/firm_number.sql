-- Firm returns as numbers: whole yuan and heads. Row for row; a cell that cannot be read is named in `unreadable`
-- where the accounts need it, in `unreadable_item` where only the review looks at it.
-- Takes: firm_coded; region (code, name) with the counties of the workspace; core_code (code) with the classes that are core, in
--        full or in part.
-- Gives: one row per row, with all that can be said of a row by itself.
-- Output (总产出): gross output of industry and construction, revenue of services, margin of trade (methods: rate method).
-- Value added here is 收入法 over the months reported (薪酬 + 税金 + 增值税 + 折旧 + 营业利润 - 投资收益 - 其他收益), for
-- comparison between firms only. A *_shift is how many powers of ten the row is above what it is compared with.
WITH rough AS (
  SELECT *,
         near(gross_output, yuan_per_unit) AS r_gross_output,
         near(gross_output_base, yuan_per_unit) AS r_gross_output_base,
         near(revenue, yuan_per_unit) AS r_revenue,
         near(revenue_base, yuan_per_unit) AS r_revenue_base,
         near(cost, yuan_per_unit) AS r_cost,
         near(cost_base, yuan_per_unit) AS r_cost_base,
         near(profit, yuan_per_unit) AS r_profit,
         near(wages, yuan_per_unit) AS r_wages,
         near(vat, yuan_per_unit) AS r_vat,
         near(tax, yuan_per_unit) AS r_tax,
         near(sales_output, yuan_per_unit) AS r_sales_output,
         near(total_assets, yuan_per_unit) AS r_total_assets,
         near(current_assets, yuan_per_unit) AS r_current_assets,
         near(receivables, yuan_per_unit) AS r_receivables,
         near(inventories, yuan_per_unit) AS r_inventories,
         near(fixed_assets, yuan_per_unit) AS r_fixed_assets,
         near(accumulated_depreciation, yuan_per_unit) AS r_accumulated_depreciation,
         near(depreciation, yuan_per_unit) AS r_depreciation,
         near(liabilities, yuan_per_unit) AS r_liabilities,
         near(equity, yuan_per_unit) AS r_equity,
         near(main_revenue, yuan_per_unit) AS r_main_revenue,
         near(main_cost, yuan_per_unit) AS r_main_cost,
         near(expenses, yuan_per_unit) AS r_expenses,
         near(investment_income, yuan_per_unit) AS r_investment_income,
         near(other_income, yuan_per_unit) AS r_other_income,
         near(operating_profit, yuan_per_unit) AS r_operating_profit,
         near(non_operating_income, yuan_per_unit) AS r_non_operating_income,
         near(non_operating_expense, yuan_per_unit) AS r_non_operating_expense
  FROM firm_coded
), numbers AS (
  SELECT t.*,
         CASE WHEN regexp_full_match(staff, '[0-9]{1,9}') THEN TRY_CAST(staff AS BIGINT) ELSE whole(staff) END AS n_staff,
         exact(gross_output, r_gross_output, yuan_per_unit) AS n_gross_output,
         exact(gross_output_base, r_gross_output_base, yuan_per_unit) AS n_gross_output_base,
         exact(revenue, r_revenue, yuan_per_unit) AS n_revenue,
         exact(revenue_base, r_revenue_base, yuan_per_unit) AS n_revenue_base,
         exact(cost, r_cost, yuan_per_unit) AS n_cost,
         exact(cost_base, r_cost_base, yuan_per_unit) AS n_cost_base,
         exact(profit, r_profit, yuan_per_unit) AS n_profit,
         exact(wages, r_wages, yuan_per_unit) AS n_wages,
         exact(vat, r_vat, yuan_per_unit) AS n_vat,
         exact(tax, r_tax, yuan_per_unit) AS n_tax,
         exact(sales_output, r_sales_output, yuan_per_unit) AS n_sales_output,
         exact(total_assets, r_total_assets, yuan_per_unit) AS n_total_assets,
         exact(current_assets, r_current_assets, yuan_per_unit) AS n_current_assets,
         exact(receivables, r_receivables, yuan_per_unit) AS n_receivables,
         exact(inventories, r_inventories, yuan_per_unit) AS n_inventories,
         exact(fixed_assets, r_fixed_assets, yuan_per_unit) AS n_fixed_assets,
         exact(accumulated_depreciation, r_accumulated_depreciation, yuan_per_unit) AS n_accumulated_depreciation,
         exact(depreciation, r_depreciation, yuan_per_unit) AS n_depreciation,
         exact(liabilities, r_liabilities, yuan_per_unit) AS n_liabilities,
         exact(equity, r_equity, yuan_per_unit) AS n_equity,
         exact(main_revenue, r_main_revenue, yuan_per_unit) AS n_main_revenue,
         exact(main_cost, r_main_cost, yuan_per_unit) AS n_main_cost,
         exact(expenses, r_expenses, yuan_per_unit) AS n_expenses,
         exact(investment_income, r_investment_income, yuan_per_unit) AS n_investment_income,
         exact(other_income, r_other_income, yuan_per_unit) AS n_other_income,
         exact(operating_profit, r_operating_profit, yuan_per_unit) AS n_operating_profit,
         exact(non_operating_income, r_non_operating_income, yuan_per_unit) AS n_non_operating_income,
         exact(non_operating_expense, r_non_operating_expense, yuan_per_unit) AS n_non_operating_expense,
         CASE WHEN is_missing(registered_county) THEN NULL ELSE plain(registered_county) END AS registered_code,
         CASE WHEN is_missing(note) THEN NULL ELSE trim(note) END AS note_text
  FROM rough AS t
), named AS (
  SELECT sector, quarter, row_id, file, sheet, row, received_at AS known_from, months, yuan_per_unit,
         unit_code AS unit, name_text AS name, nullif(plain(county), '') AS county,
         nullif(trim(gbt), '') AS gbt_received, class_code, activity_text AS activity,
         nullif(trim(address), '') AS address, registered_code AS registered_county,
         parent_code AS parent_unit, note_text AS note, n_staff AS staff,
         n_gross_output AS gross_output, n_gross_output_base AS gross_output_base, n_revenue AS revenue,
         n_revenue_base AS revenue_base, n_cost AS cost, n_cost_base AS cost_base, n_profit AS profit,
         n_wages AS wages, n_vat AS vat, n_tax AS tax, n_sales_output AS sales_output,
         n_total_assets AS total_assets, n_current_assets AS current_assets, n_receivables AS receivables,
         n_inventories AS inventories, n_fixed_assets AS fixed_assets,
         n_accumulated_depreciation AS accumulated_depreciation, n_depreciation AS depreciation,
         n_liabilities AS liabilities, n_equity AS equity, n_main_revenue AS main_revenue, n_main_cost AS main_cost,
         n_expenses AS expenses, n_investment_income AS investment_income, n_other_income AS other_income,
         n_operating_profit AS operating_profit, n_non_operating_income AS non_operating_income,
         n_non_operating_expense AS non_operating_expense,
         CASE WHEN n_gross_output IS NULL AND NOT is_missing(gross_output) THEN 'gross_output'
            WHEN n_gross_output_base IS NULL AND NOT is_missing(gross_output_base) THEN 'gross_output_base'
            WHEN n_revenue IS NULL AND NOT is_missing(revenue) THEN 'revenue'
            WHEN n_revenue_base IS NULL AND NOT is_missing(revenue_base) THEN 'revenue_base'
            WHEN n_cost IS NULL AND NOT is_missing(cost) THEN 'cost'
            WHEN n_cost_base IS NULL AND NOT is_missing(cost_base) THEN 'cost_base'
            WHEN n_profit IS NULL AND NOT is_missing(profit) THEN 'profit'
            WHEN n_wages IS NULL AND NOT is_missing(wages) THEN 'wages'
            WHEN n_vat IS NULL AND NOT is_missing(vat) THEN 'vat'
            WHEN n_staff IS NULL AND NOT is_missing(staff) THEN 'staff'
            ELSE '' END AS unreadable,
         CASE WHEN n_tax IS NULL AND NOT is_missing(tax) THEN 'tax'
            WHEN n_sales_output IS NULL AND NOT is_missing(sales_output) THEN 'sales_output'
            WHEN n_total_assets IS NULL AND NOT is_missing(total_assets) THEN 'total_assets'
            WHEN n_current_assets IS NULL AND NOT is_missing(current_assets) THEN 'current_assets'
            WHEN n_receivables IS NULL AND NOT is_missing(receivables) THEN 'receivables'
            WHEN n_inventories IS NULL AND NOT is_missing(inventories) THEN 'inventories'
            WHEN n_fixed_assets IS NULL AND NOT is_missing(fixed_assets) THEN 'fixed_assets'
            WHEN n_accumulated_depreciation IS NULL AND NOT is_missing(accumulated_depreciation) THEN 'accumulated_depreciation'
            WHEN n_depreciation IS NULL AND NOT is_missing(depreciation) THEN 'depreciation'
            WHEN n_liabilities IS NULL AND NOT is_missing(liabilities) THEN 'liabilities'
            WHEN n_equity IS NULL AND NOT is_missing(equity) THEN 'equity'
            WHEN n_main_revenue IS NULL AND NOT is_missing(main_revenue) THEN 'main_revenue'
            WHEN n_main_cost IS NULL AND NOT is_missing(main_cost) THEN 'main_cost'
            WHEN n_expenses IS NULL AND NOT is_missing(expenses) THEN 'expenses'
            WHEN n_investment_income IS NULL AND NOT is_missing(investment_income) THEN 'investment_income'
            WHEN n_other_income IS NULL AND NOT is_missing(other_income) THEN 'other_income'
            WHEN n_operating_profit IS NULL AND NOT is_missing(operating_profit) THEN 'operating_profit'
            WHEN n_non_operating_income IS NULL AND NOT is_missing(non_operating_income) THEN 'non_operating_income'
            WHEN n_non_operating_expense IS NULL AND NOT is_missing(non_operating_expense) THEN 'non_operating_expense'
            ELSE '' END AS unreadable_item
  FROM numbers
)
SELECT n.*, substr(class_code, 1, 2) AS division,
       CASE sector WHEN 'service' THEN revenue WHEN 'trade' THEN revenue - cost ELSE gross_output END AS output,
       CASE sector WHEN 'service' THEN revenue_base WHEN 'trade' THEN revenue_base - cost_base
                   ELSE gross_output_base END AS output_base,
       wages + tax + vat + depreciation + operating_profit - investment_income - other_income AS value_added,
       power_of_ten(revenue, revenue_base) AS base_shift,
       -- Pay a head and year against 80,000 yuan.
       power_of_ten(CAST(wages AS DOUBLE) * 12, CAST(staff AS DOUBLE) * months * 80000) AS pay_shift,
       r.code IS NOT NULL AS county_known,
       k.code IS NOT NULL AS is_core
FROM named AS n
LEFT JOIN region AS r ON r.code = n.county
LEFT JOIN core_code AS k ON k.code = n.class_code
