-- Rows with the rules they break. The two marks are filled from review/rules.csv: one CASE per rule.
-- Takes: typed. Gives: typed, row for row, with rules (强制性), queries (核实性) and status.
SELECT *, CASE WHEN rules = '' THEN 'accepted' ELSE 'set_aside' END AS status
FROM (
  SELECT *,
         concat_ws(';', '' || NULL /* hard rules */) AS rules,
         concat_ws(';', '' || NULL /* soft rules */) AS queries
  FROM typed
) AS marked
