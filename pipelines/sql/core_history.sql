-- What units reported for a quarter, for later ones to compare with, and while each return was the latest one.
-- Takes: earlier_return. No rule is run over them: a return whose balance sheet is off still says what its revenue was.
-- Gives: the contract core_history, in order of row_id. Of a unit and a form at most one return is valid on any day; of
--        two rows in one file the first is.
WITH fit AS (
  -- A return that is a thousandfold its own 上年同期 or more is nothing to compare others with (rule B03).
  SELECT * FROM earlier_return
  WHERE unit IS NOT NULL AND revenue IS NOT NULL AND coalesce(abs(base_shift) <= 2.65, TRUE)
), repeated AS (
  SELECT unit FROM fit GROUP BY unit HAVING COUNT(*) > 1
), version AS (
  -- Only units with several returns have one that ends.
  SELECT f.row_id,
         lead(f.known_from) OVER (PARTITION BY f.sector, f.unit ORDER BY f.known_from, replace(f.file, '.', ' '), f.row DESC)
           AS known_to
  FROM fit AS f JOIN repeated AS m ON m.unit = f.unit
)
SELECT f.quarter, f.sector, f.row_id, f.known_from, coalesce(v.known_to, DATE '9999-12-31') AS known_to, f.unit,
       f.months, f.class_code, f.is_core, f.gross_output, f.revenue, f.cost, f.wages, f.staff
FROM fit AS f LEFT JOIN version AS v ON v.row_id = f.row_id
ORDER BY f.row_id
