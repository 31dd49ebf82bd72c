-- Rows with the rules they break. The marks are filled from review/rules.csv: one condition and one CASE per
-- rule. Most rows break none, and for these no list is put together.
-- Takes: typed. Gives: typed, row for row, with rules (强制性), queries (核实性) and status.
SELECT *, CASE WHEN rules = '' THEN 'accepted' ELSE 'set_aside' END AS status
FROM (
  SELECT *,
         CASE WHEN FALSE /* any hard rule */ THEN concat_ws(';', '' || NULL /* hard rules */) ELSE '' END AS rules,
         CASE WHEN FALSE /* any soft rule */ THEN concat_ws(';', '' || NULL /* soft rules */) ELSE '' END AS queries
  FROM typed
) AS marked
