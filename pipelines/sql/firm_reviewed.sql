-- Reviewed returns with what becomes of them, no wider than core_return takes them. Row for row.
-- Takes: judged (firm_typed with status, rules, queries).
SELECT quarter, sector, row_id, file, row, known_from, unit, name, county, gbt_received, months, output, output_base,
       revenue, revenue_base, profit, wages, vat, receivables, staff, status, rules, queries
FROM judged
