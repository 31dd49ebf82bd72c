-- Who is in the register of a quarter, as known over time.
-- Takes: core_register; parameters last_day (of the quarter), day_before (its first day).
-- Gives: accepted rows: unit, known_from, known_to (of a unit at most one is valid on any day), kind, parent_unit, and
--        belongs: entered by the quarter's end and not gone before it began. A unit that leaves within it may report.
SELECT unit, known_from, known_to, kind, parent_unit,
       entered(entry_date, CAST($last_day AS DATE)) AND NOT gone(entry_date, exit_date, CAST($day_before AS DATE)) AS belongs
FROM core_register
WHERE status = 'accepted' AND known_from < known_to
