-- The queries of a quarter with what became of each, row for row (L3).
-- Takes: core_finding; parameter replies, the last reply to each query: a JSON list of row_id, rule, reply, status, note,
--        replied_on.
-- Gives: the contract core_query, in order of row_id and rule.
-- A later return is the answer that counts; else what the firm replied; else the note that it put on the return itself.
-- The return of a local unit that its legal unit's return took out is no longer asked about.
WITH reply AS (
  SELECT unnest(from_json(CAST($replies AS JSON), '[{"row_id": "VARCHAR", "rule": "VARCHAR", "reply": "VARCHAR", "status": "VARCHAR", "note": "VARCHAR", "replied_on": "DATE"}]'), recursive := TRUE)
)
SELECT f.quarter, f.query, f.row_id, f.known_from, f.known_to, f.unit, f.name, f.county, f.form, f.rule, f.column,
       f.message_zh, f.message_en, f.file, f.sheet, f.row, f.value, f.expected, f.impact, f.suspicion, f.score,
       CASE WHEN f.ended_by = 'return' THEN 'resubmitted'
            WHEN f.ended_by = 'legal_unit' THEN 'withdrawn'
            WHEN p.status IS NOT NULL THEN p.status
            WHEN f.note <> '' THEN 'confirmed'
            ELSE 'open' END AS status,
       coalesce(p.reply, '') AS reply,
       coalesce(NULLIF(p.note, ''), f.note) AS note,
       CASE WHEN p.replied_on IS NOT NULL THEN p.replied_on
            WHEN f.known_to < DATE '9999-12-31' THEN f.known_to
            WHEN f.note <> '' THEN f.known_from END AS replied_on
FROM core_finding AS f
LEFT JOIN reply AS p ON p.row_id = f.row_id AND p.rule = f.rule
ORDER BY f.row_id, f.rule
