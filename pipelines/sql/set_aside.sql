-- Why rows of one form were set aside, one line per row and hard rule, with the cell as received (L3).
-- Takes: finding (row_id, rule, column_name); raw, the form's rows as received; form_column (form, column, header);
--        rule (id, message_zh, message_en); parameters form, code.
-- Gives: the contract core_set_aside without its order.
SELECT t.quarter, t.row_id, $code AS form, t.file, t.sheet, CAST(t.row AS BIGINT) AS row,
       coalesce(h.header, w.column_name) AS column, w.rule, r.message_zh AS reason_zh, r.message_en AS reason_en,
       json_extract_string(to_json(t), '$.' || w.column_name) AS value
FROM raw AS t
JOIN finding AS w ON w.row_id = t.row_id
JOIN rule AS r ON r.id = w.rule
LEFT JOIN form_column AS h ON h.form = $form AND h.column = w.column_name
