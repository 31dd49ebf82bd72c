-- What units had reported for earlier quarters, with the time during which each return was the latest one.
-- Takes: number (firm_number over the forms of those quarters). No rule is run over them: a return whose balance sheet
--        is off still says what its revenue was.
-- Gives: of a unit, a form and a quarter at most one return is valid on any day; of two rows in one file the first is.
WITH fit AS (
  -- A return that is a thousandfold its own 上年同期 or more is nothing to compare others with (rule B03).
  SELECT quarter, sector, unit, known_from, file, row, months, class_code, is_core, gross_output, revenue, cost, wages, staff
  FROM number
  WHERE unit IS NOT NULL AND revenue IS NOT NULL AND coalesce(abs(base_shift) <= 2.65, TRUE)
), repeated AS (
  SELECT quarter, sector, unit FROM fit GROUP BY quarter, sector, unit HAVING COUNT(*) > 1
), version AS (
  SELECT f.quarter, f.file, f.row,
         lead(f.known_from) OVER (
           PARTITION BY f.quarter, f.sector, f.unit ORDER BY f.known_from, replace(f.file, '.', ' '), f.row DESC) AS known_to
  FROM fit AS f JOIN repeated AS m ON m.quarter = f.quarter AND m.sector = f.sector AND m.unit = f.unit
)
SELECT f.*, coalesce(v.known_to, DATE '9999-12-31') AS known_to
FROM fit AS f LEFT JOIN version AS v ON v.quarter = f.quarter AND v.file = f.file AND v.row = f.row
