-- The returns of a quarter after review, row for row, with the time during which each was the valid one.
-- Takes: reviewed (firm_typed with status, rules, queries). Gives: the contract core_return, in order of row_id.
-- A later accepted return of the same unit on the same form takes the place of an earlier one on the day it arrives;
-- a row that was set aside takes nobody's place. Of two files of one day the one later by name holds (…_更正1 follows …).
SELECT quarter, sector, row_id, known_from,
       coalesce(
         lead(CASE WHEN status = 'accepted' THEN known_from END) OVER (
           PARTITION BY sector, unit, status ORDER BY known_from, replace(file, '.', ' '), row, row_id),
         DATE '9999-12-31') AS known_to,
       unit, name, county, gbt_received, CAST(months AS BIGINT) AS months,
       output, output_base, revenue, revenue_base, profit, wages, vat, staff, status, rules, queries
FROM reviewed
ORDER BY row_id
