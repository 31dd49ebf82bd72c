-- What units reported for a quarter, for later ones to compare with, and while each return was the latest one.
-- Takes: earlier_return; superseded_return.
-- Gives: the contract core_history, in order of row_id. Of a unit and a form at most one return is valid on any day.
SELECT f.quarter, f.sector, f.row_id, f.known_from, coalesce(v.known_to, DATE '9999-12-31') AS known_to, f.unit,
       f.months, f.class_code, f.is_core, f.gross_output, f.revenue, f.cost, f.wages, f.staff
FROM earlier_return AS f LEFT JOIN superseded_return AS v ON v.row_id = f.row_id
ORDER BY f.row_id
