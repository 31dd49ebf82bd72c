-- The four quarterly firm forms under one set of columns, still text as received, row for row.
-- Takes: raw_industry, raw_service, raw_trade, raw_construction. Gives: every row of them, with its survey in `sector`.
SELECT 'industry' AS sector, quarter, row_id, file, sheet, row, received_at, months, yuan_per_unit,
       unit, name, county, gbt, gross_output, gross_output_base, revenue, revenue_base, cost, cost_base, profit,
       wages, vat, staff, tax, sales_output, total_assets, current_assets, receivables, inventories, fixed_assets,
       accumulated_depreciation, depreciation, liabilities, equity, main_revenue, main_cost, expenses,
       investment_income, other_income, operating_profit, non_operating_income, non_operating_expense, activity,
       address, registered_county, parent_unit, note
FROM raw_industry
UNION ALL
SELECT 'service', quarter, row_id, file, sheet, row, received_at, months, yuan_per_unit,
       unit, name, county, gbt, NULL, NULL, revenue, revenue_base, cost, cost_base, profit, wages, vat, staff, tax,
       NULL, total_assets, current_assets, receivables, inventories, fixed_assets, accumulated_depreciation,
       depreciation, liabilities, equity, main_revenue, main_cost, expenses, investment_income, other_income,
       operating_profit, non_operating_income, non_operating_expense, activity, address, registered_county,
       parent_unit, note
FROM raw_service
UNION ALL
SELECT 'trade', quarter, row_id, file, sheet, row, received_at, months, yuan_per_unit,
       unit, name, county, gbt, NULL, NULL, revenue, revenue_base, cost, cost_base, profit, wages, vat, staff, tax,
       NULL, total_assets, current_assets, receivables, inventories, fixed_assets, accumulated_depreciation,
       depreciation, liabilities, equity, main_revenue, main_cost, expenses, investment_income, other_income,
       operating_profit, non_operating_income, non_operating_expense, activity, address, registered_county,
       parent_unit, note
FROM raw_trade
UNION ALL
SELECT 'construction', quarter, row_id, file, sheet, row, received_at, months, yuan_per_unit,
       unit, name, county, gbt, gross_output, gross_output_base, revenue, revenue_base, cost, cost_base, profit,
       wages, vat, staff, tax, NULL, total_assets, current_assets, receivables, inventories, fixed_assets,
       accumulated_depreciation, depreciation, liabilities, equity, main_revenue, main_cost, expenses,
       investment_income, other_income, operating_profit, non_operating_income, non_operating_expense, activity,
       address, registered_county, parent_unit, note
FROM raw_construction
