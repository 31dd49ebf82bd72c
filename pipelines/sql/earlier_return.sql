-- The returns of one earlier quarter that others can be compared with, typed no further than that, row for row.
-- Takes: number (firm_number over the quarter's forms, or over those of its rows that are looked at). No rule is run over
-- them: a return whose balance sheet is off still says what its revenue was. A return that is a thousandfold its own
-- 上年同期 or more is nothing to compare others with (rule B03).
SELECT row_id, quarter, sector, unit, known_from, file, row, months, class_code, is_core, gross_output, revenue, cost, wages,
       staff
FROM number
WHERE unit IS NOT NULL AND revenue IS NOT NULL AND coalesce(abs(base_shift) <= 2.65, TRUE)
