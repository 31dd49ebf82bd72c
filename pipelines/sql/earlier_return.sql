-- The returns of one earlier quarter, typed no further than others are compared with them, row for row.
-- Takes: number (firm_number over the quarter's forms).
SELECT row_id, quarter, sector, unit, known_from, file, row, months, class_code, is_core, gross_output, revenue, cost, wages,
       staff, base_shift
FROM number
