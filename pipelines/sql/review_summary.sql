-- How many rows of each form and quarter were accepted, set aside or could not be classed, as known on a day.
-- Counts only, no value of a unit. Takes: core_return, class_return, form (sector, form); parameter as_of.
SELECT r.quarter, f.form, c.class_status AS status, r.rules AS rule, COUNT(*)::BIGINT AS rows
FROM core_return AS r
JOIN class_return AS c ON c.row_id = r.row_id
JOIN form AS f ON f.sector = r.sector
WHERE r.known_from <= CAST($as_of AS DATE)
GROUP BY r.quarter, f.form, c.class_status, r.rules
ORDER BY r.quarter, f.form, c.class_status, r.rules
