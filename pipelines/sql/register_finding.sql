-- What the soft rules find in the register of a quarter: one line per accepted row and soft rule, with the cell as received (L3).
-- They go to whoever keeps the register and move no total by themselves: impact 0.
-- Takes: query_finding (row_id, rule, column_name, expected, suspicion); broken_row; registered_row (core_register);
--        raw_register; form_column (form, column, header); rule (id, message_zh, message_en); parameters form, code.
-- Gives: the contract core_finding, in order of row_id and rule.
SELECT r.quarter, query_number(w.row_id, w.rule) AS query, r.row_id, k.known_from, k.known_to,
       CASE WHEN k.known_to = DATE '9999-12-31' THEN '' ELSE 'return' END AS ended_by, r.unit, k.name, r.county,
       $code AS form, w.rule, coalesce(h.header, w.column_name) AS column,
       g.message_zh, g.message_en, r.file, r.sheet, CAST(r.row AS BIGINT) AS row,
       json_extract_string(to_json(t), '$.' || w.column_name) AS value, coalesce(w.expected, '') AS expected,
       CAST(0 AS DOUBLE) AS impact, w.suspicion, CAST(0 AS DOUBLE) AS score, '' AS note
FROM query_finding AS w
JOIN broken_row AS r ON r.row_id = w.row_id
JOIN registered_row AS k ON k.row_id = w.row_id
JOIN raw_register AS t ON t.row_id = w.row_id
JOIN rule AS g ON g.id = w.rule
LEFT JOIN form_column AS h ON h.form = $form AND h.column = w.column_name
ORDER BY r.row_id, w.rule
