-- What the soft rules find in annual returns: one line per accepted row and soft rule, with the cell as received (L3). A
-- line is of the last quarter of its year. No quarter's total rests on the return itself: impact 0.
-- Takes: query_finding (row_id, rule, column_name, expected, suspicion); annual_row (core_annual);
--        raw_annual; form_column (form, column, header); rule (id, message_zh, message_en); parameters form, code.
-- Gives: the contract core_finding, in order of row_id and rule.
SELECT k.year || 'Q4' AS quarter, query_number(w.row_id, w.rule) AS query, k.row_id, k.known_from, k.known_to,
       CASE WHEN k.known_to = DATE '9999-12-31' THEN '' ELSE 'return' END AS ended_by, k.unit, t.name, k.county,
       $code AS form, w.rule, coalesce(h.header, w.column_name) AS column,
       g.message_zh, g.message_en, t.file, t.sheet, CAST(t.row AS BIGINT) AS row,
       json_extract_string(to_json(t), '$.' || w.column_name) AS value, coalesce(w.expected, '') AS expected,
       CAST(0 AS DOUBLE) AS impact, w.suspicion, CAST(0 AS DOUBLE) AS score, '' AS note
FROM query_finding AS w
JOIN annual_row AS k ON k.row_id = w.row_id
JOIN raw_annual AS t ON t.row_id = w.row_id
JOIN rule AS g ON g.id = w.rule
LEFT JOIN form_column AS h ON h.form = $form AND h.column = w.column_name
ORDER BY k.row_id, w.rule
