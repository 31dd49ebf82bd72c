-- Returns of one form whose industry code has no class, with the place where the code stands. No value of the unit.
-- Takes: class_return; raw, the form's rows as received; parameters code, header.
SELECT c.quarter, c.row_id, $code AS form, t.file, t.sheet, CAST(t.row AS BIGINT) AS row, $header AS column,
       c.class_status AS rule, c.reason AS reason_zh,
       'The industry code has no class of GB/T 4754-2017 or is ambiguous.' AS reason_en
FROM class_return AS c JOIN raw AS t ON t.row_id = c.row_id
WHERE c.class_status IN ('unmatched', 'ambiguous')
ORDER BY c.row_id
