-- What units had reported for earlier quarters, with the time during which each return was the valid one.
-- Takes: reviewed (firm_row of earlier quarters with status, by the rules that look at one row alone).
-- Gives: accepted returns only; of a unit, a form and a quarter at most one is valid on any day.
WITH fit AS (
  -- A return that is a thousandfold its own 上年同期 is nothing to compare others with.
  SELECT quarter, sector, unit, known_from, row_id, months, class_code, is_core, gross_output, revenue, cost, wages, staff
  FROM reviewed
  WHERE status = 'accepted' AND coalesce(abs(abs(base_shift) - 3.5) >= 0.85, TRUE)
), repeated AS (
  SELECT quarter, sector, unit FROM fit GROUP BY quarter, sector, unit HAVING COUNT(*) > 1
), version AS (
  SELECT f.row_id,
         lead(f.known_from) OVER (PARTITION BY f.quarter, f.sector, f.unit ORDER BY f.known_from, f.row_id) AS known_to
  FROM fit AS f JOIN repeated AS m ON m.quarter = f.quarter AND m.sector = f.sector AND m.unit = f.unit
)
SELECT f.*, coalesce(v.known_to, DATE '9999-12-31') AS known_to
FROM fit AS f LEFT JOIN version AS v ON v.row_id = f.row_id
