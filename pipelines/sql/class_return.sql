-- Each return with its GB/T class, row for row.
-- Takes: coded (classification/sql/assign.sql over core_return). Gives: the contract class_return
-- without its order.
SELECT quarter, sector, row_id, known_from, known_to, unit, county, months,
       CASE WHEN status = 'accepted' THEN gbt END AS gbt,
       CASE WHEN status = 'accepted' THEN class_status ELSE 'set_aside' END AS class_status,
       CASE WHEN status = 'accepted' THEN reason ELSE rules END AS reason,
       output, output_base, revenue, revenue_base, profit, wages, staff
FROM coded
