-- How many rows of each form and quarter were accepted, set aside or could not be classed, as known on a day.
-- Counts only, no value of a unit. Takes: class_return, form (sector, form); parameter as_of.
-- Clause: of a row that was set aside the reason is the hard rules it broke; no other row broke any.
WITH judged AS (
  SELECT quarter, sector, class_status AS status, CASE WHEN class_status = 'set_aside' THEN reason ELSE '' END AS rule
  FROM class_return WHERE known_from <= CAST($as_of AS DATE)
)
SELECT j.quarter, f.form, j.status, j.rule, COUNT(*)::BIGINT AS rows
FROM judged AS j
JOIN form AS f ON f.sector = j.sector
GROUP BY j.quarter, f.form, j.status, j.rule
ORDER BY j.quarter, f.form, j.status, j.rule
