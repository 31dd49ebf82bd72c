-- The returns of a quarter after review, row for row, with the time during which each was the valid one.
-- Takes: judged (firm_typed with status, rules, queries); reviewed, those of its rows whose unit has another return or is
--        a local one; counted_twice (unit, since, until).
-- Gives: the contract core_return, in order of row_id.
-- A later accepted return of the same unit on the same form takes the place of an earlier one on the day it arrives;
-- a row that was set aside takes nobody's place. Of two files of one day the one later by name holds (…_更正1 follows …).
-- The return of a local unit also ends on the day on which its legal unit's accepted return is there; it stays ended.
WITH repeated AS (
  SELECT sector, unit FROM reviewed WHERE status = 'accepted' GROUP BY sector, unit HAVING COUNT(*) > 1
), version AS (
  -- Only units with several accepted returns have one that ends.
  SELECT r.row_id, lead(r.known_from) OVER (PARTITION BY r.sector, r.unit ORDER BY r.known_from, replace(r.file, '.', ' '), r.row, r.row_id) AS known_to
  FROM reviewed AS r JOIN repeated AS m ON m.sector = r.sector AND m.unit = r.unit
  WHERE r.status = 'accepted'
), held_by_parent AS (
  SELECT r.row_id, MIN(t.since) AS known_to
  FROM reviewed AS r JOIN counted_twice AS t ON t.unit = r.unit AND r.known_from < t.since
  WHERE r.status = 'accepted' GROUP BY r.row_id
)
SELECT quarter, sector, r.row_id, known_from,
       least(coalesce(v.known_to, DATE '9999-12-31'), coalesce(h.known_to, DATE '9999-12-31')) AS known_to,
       unit, name, county, gbt_received, CAST(months AS BIGINT) AS months,
       output, output_base, revenue, revenue_base, profit, wages, vat, receivables, staff, status, rules, queries
FROM judged AS r
LEFT JOIN version AS v ON v.row_id = r.row_id
LEFT JOIN held_by_parent AS h ON h.row_id = r.row_id
ORDER BY r.row_id
