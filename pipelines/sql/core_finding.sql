-- What the soft rules find in a quarter: one line per accepted row and soft rule, with the cell as received (L3).
-- Takes: query_finding (row_id, rule, column_name, expected, deviation, suspicion); broken_row; broken_return; returned (core_return);
--        doubted_text (broken_text, no wider than the columns that are doubted); form_column (form, column, header); rule (form, id, message_zh, message_en); form (sector, code);
--        division_rate (division, rate), the last known value-added rates.
-- Gives: the contract core_finding, in order of row_id and rule.
-- Impact: |deviation of revenue| x output / revenue (at most 1.5, for trade its margin) x the division's last known
-- value-added rate (1 where none is known: revenue then stands for value added), for rows whose class is or was core, in
-- full or in part; 0 for all others, which cannot move the published core total. A starred class counts in full.
WITH weighed AS (
  SELECT w.*, CASE WHEN r.is_core OR coalesce(r.was_core, FALSE)
                   THEN ROUND(abs(w.deviation) * coalesce(CAST(v.rate AS DOUBLE), 1)
                              * CASE WHEN r.revenue <> 0 THEN least(abs(CAST(r.output AS DOUBLE) / r.revenue), 1.5)
                                     ELSE 1 END, 0)
                   ELSE 0 END AS impact
  FROM query_finding AS w
  JOIN broken_row AS r ON r.row_id = w.row_id
  LEFT JOIN division_rate AS v ON v.division = r.division
), said AS (
  SELECT * FROM doubted_text WHERE row_id IN (SELECT row_id FROM query_finding)
), replaced AS (
  -- Returns that ended because a later one of the same unit and form took their place.
  SELECT DISTINCT o.row_id
  FROM returned AS o
  JOIN returned AS n ON n.sector = o.sector AND n.unit = o.unit AND n.known_from = o.known_to
  WHERE o.known_to < DATE '9999-12-31' AND n.status = 'accepted' AND n.row_id <> o.row_id
)
SELECT r.quarter, query_number(w.row_id, w.rule) AS query, r.row_id, k.known_from, k.known_to,
       CASE WHEN k.known_to = DATE '9999-12-31' THEN '' WHEN e.row_id IS NOT NULL THEN 'return' ELSE 'legal_unit' END
         AS ended_by,
       r.unit, k.name, r.county,
       m.code AS form, w.rule, coalesce(h.header, w.column_name) AS column,
       g.message_zh, g.message_en, r.file, r.sheet, CAST(r.row AS BIGINT) AS row,
       json_extract_string(to_json(t), '$.' || w.column_name) AS value,
       coalesce(w.expected, '') AS expected,
       CAST(w.impact AS DOUBLE) AS impact, w.suspicion, CAST(w.impact * w.suspicion AS DOUBLE) AS score,
       coalesce(r.note, '') AS note
FROM weighed AS w
JOIN broken_row AS r ON r.row_id = w.row_id
JOIN broken_return AS k ON k.row_id = w.row_id
LEFT JOIN replaced AS e ON e.row_id = w.row_id
JOIN said AS t ON t.row_id = w.row_id
JOIN form AS m ON m.sector = r.sector
JOIN rule AS g ON g.form = r.sector AND g.id = w.rule
LEFT JOIN form_column AS h ON h.form = r.sector AND h.column = w.column_name
ORDER BY r.row_id, w.rule
