-- What changed among the registered units from the end of the quarter before to the end of this one.
-- Takes: core_register of this quarter; earlier_register, the same of the quarter before (no rows where there is none);
--        parameters quarter, last_day, last_day_before.
-- Gives: the contract core_change, in order of its key: one row per unit and event and stretch of time in which both
--        registers said the same of the unit.
-- Entry, exit and merger (an exit with a successor) have the date that the register gives; a unit that is no longer listed
-- left on an unknown day. Recodes and moves are found by comparison alone. Where no register of the quarter before had
-- come, the unit's own dates say whether it was in.
WITH current AS (
  SELECT *, entered(entry_date, CAST($last_day AS DATE)) AS here,
         gone(entry_date, exit_date, CAST($last_day AS DATE)) AS gone_now,
         gone(entry_date, exit_date, CAST($last_day_before AS DATE)) AS gone_before,
         entered(entry_date, CAST($last_day_before AS DATE))
           AND NOT gone(entry_date, exit_date, CAST($last_day_before AS DATE)) AS in_before
  FROM core_register WHERE status = 'accepted' AND known_from < known_to
), earlier AS (
  SELECT unit, kind, county, gbt, reason, known_from, known_to,
         entered(entry_date, CAST($last_day_before AS DATE))
           AND NOT gone(entry_date, exit_date, CAST($last_day_before AS DATE)) AS was_in
  FROM earlier_register WHERE status = 'accepted' AND known_from < known_to
), arrival AS (
  SELECT (SELECT MIN(known_from) FROM current) AS now_known,
         coalesce((SELECT MIN(known_from) FROM earlier), DATE '9999-12-31') AS before_known
), listed AS (
  SELECT unit, MIN(known_from) AS known_from FROM current GROUP BY unit
), listed_before AS (
  SELECT unit, MIN(known_from) AS known_from FROM earlier GROUP BY unit
), compared AS (
  SELECT c.unit, c.kind, c.county, c.gbt, c.reason, c.successor, c.entry_date, c.exit_date, c.here, c.gone_now,
         c.gone_before, e.was_in, e.county AS county_before, e.gbt AS gbt_before,
         greatest(c.known_from, e.known_from) AS known_from, least(c.known_to, e.known_to) AS known_to
  FROM current AS c
  JOIN earlier AS e ON e.unit = c.unit AND c.known_from < e.known_to AND e.known_from < c.known_to
  UNION ALL
  -- While the register of the quarter before had come and did not list the unit: new in the register.
  SELECT c.unit, c.kind, c.county, c.gbt, c.reason, c.successor, c.entry_date, c.exit_date, c.here, c.gone_now,
         c.gone_before, FALSE, NULL, NULL,
         greatest(c.known_from, a.before_known), least(c.known_to, coalesce(l.known_from, DATE '9999-12-31'))
  FROM current AS c
  CROSS JOIN arrival AS a
  LEFT JOIN listed_before AS l ON l.unit = c.unit
  WHERE greatest(c.known_from, a.before_known) < least(c.known_to, coalesce(l.known_from, DATE '9999-12-31'))
  UNION ALL
  -- While it had not come.
  SELECT c.unit, c.kind, c.county, c.gbt, c.reason, c.successor, c.entry_date, c.exit_date, c.here, c.gone_now,
         c.gone_before, c.in_before, NULL, NULL, c.known_from, least(c.known_to, a.before_known)
  FROM current AS c CROSS JOIN arrival AS a
  WHERE c.known_from < a.before_known
  UNION ALL
  -- Units that this quarter's register does not list.
  SELECT e.unit, e.kind, e.county, e.gbt, e.reason, NULL, NULL, NULL, TRUE, TRUE, FALSE, e.was_in, NULL, NULL,
         greatest(e.known_from, a.now_known), least(e.known_to, coalesce(l.known_from, DATE '9999-12-31'))
  FROM earlier AS e
  CROSS JOIN arrival AS a
  LEFT JOIN listed AS l ON l.unit = e.unit
  WHERE e.was_in AND greatest(e.known_from, a.now_known) < least(e.known_to, coalesce(l.known_from, DATE '9999-12-31'))
), event AS (
  SELECT *, 'entry' AS event, entry_date AS date, NULL AS value_before, NULL AS value_after
  FROM compared WHERE here AND NOT was_in AND NOT gone_before
  UNION ALL
  SELECT *, CASE WHEN successor IS NULL THEN 'exit' ELSE 'merger' END, exit_date, NULL, successor
  FROM compared WHERE here AND gone_now AND (was_in OR NOT gone_before)
  UNION ALL
  SELECT *, 'recode', NULL, gbt_before, gbt FROM compared WHERE was_in AND here AND gbt <> gbt_before
  UNION ALL
  SELECT *, 'move', NULL, county_before, county FROM compared WHERE was_in AND here AND county <> county_before
)
SELECT $quarter AS quarter, unit, event, date, value_before, value_after, kind, county, gbt, reason, known_from, known_to
FROM event
ORDER BY unit, event, known_from
