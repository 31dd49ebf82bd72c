-- The returns that hold when some inputs are new: the money of one row under the class and county of another.
-- Takes: received (class_return), chosen (replayed_pair). Gives: the contract class_return, valid on every day.
SELECT m.quarter, m.sector, m.row_id, DATE '1900-01-01' AS known_from, DATE '9999-12-31' AS known_to, m.unit, c.county, m.months,
       c.gbt, c.class_status, c.reason, m.output, m.output_base, m.revenue, m.revenue_base, m.profit, m.wages, m.staff
FROM chosen AS p
JOIN received AS m ON m.row_id = p.money_row
JOIN received AS c ON c.row_id = p.class_row
