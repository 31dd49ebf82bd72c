-- The units that reported the same months in both years, with both years' values, as known on a day.
-- Takes: class_return; restated, last year's returns; parameter as_of.
-- Gives: sector, gbt (this year's class), and per item the values now and a year ago.
SELECT r.sector, r.gbt, r.output, l.output AS last_output, r.revenue, l.revenue AS last_revenue,
       r.wages, l.wages AS last_wages, r.staff, l.staff AS last_staff
FROM class_return AS r
JOIN restated AS l ON l.sector = r.sector AND l.unit = r.unit AND l.months = r.months
WHERE r.class_status = 'assigned' AND r.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < r.known_to
