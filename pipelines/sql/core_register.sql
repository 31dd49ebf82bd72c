-- The register after review, row for row, with the time during which each row was the valid one of its unit.
-- Takes: reviewed (register_typed with status, rules, queries). Gives: the contract core_register, in order of row_id.
-- Of two files of one day the one later by name holds (…_更正1 follows …); a row set aside takes nobody's place.
SELECT quarter, row_id, known_from,
       coalesce(
         lead(CASE WHEN status = 'accepted' THEN known_from END) OVER (
           PARTITION BY unit, status ORDER BY known_from, replace(file, '.', ' '), row, row_id),
         DATE '9999-12-31') AS known_to,
       unit, name, county, gbt, kind, parent_unit, entry_date, exit_date, successor, reason, status, rules, queries
FROM reviewed
ORDER BY row_id
