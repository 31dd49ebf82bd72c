-- Claims beside the unit's class by the register, for each stretch of time in which neither changed.
-- Takes: reviewed (claim_typed with status, rules); assigned (registered_codes with gbt, class_status, reason).
-- Gives: one row per claim and stretch, whose row_id is that of the claim and the day on which the stretch begins;
--        gbt is NULL where the unit is not in the register or its code has no class, and code_reason says why.
WITH version AS (
  SELECT *, coalesce(
           lead(CASE WHEN status = 'accepted' THEN known_from END) OVER (
             PARTITION BY unit, status ORDER BY known_from, replace(file, '.', ' '), row, row_id),
           DATE '9999-12-31') AS known_to
  FROM reviewed
), listed AS (
  SELECT unit, MIN(known_from) AS known_from FROM assigned GROUP BY unit
), stretch AS (
  SELECT v.quarter, v.row_id AS claim_id, v.unit, v.name, v.claimed, v.status, v.rules, v.file, v.sheet, v.row,
         a.gbt, a.reason AS code_reason,
         greatest(v.known_from, a.known_from) AS known_from, least(v.known_to, a.known_to) AS known_to
  FROM version AS v
  JOIN assigned AS a ON a.unit = v.unit AND v.known_from < a.known_to AND a.known_from < v.known_to
  WHERE v.status = 'accepted' AND v.known_from < v.known_to
  UNION ALL
  -- Until the register lists the unit; a claim that was set aside, or was corrected on its own day, is not compared.
  SELECT v.quarter, v.row_id, v.unit, v.name, v.claimed, v.status, v.rules, v.file, v.sheet, v.row, NULL,
         CASE WHEN v.status = 'accepted' AND v.known_from < v.known_to THEN '单位不在本期名录中' ELSE '' END, v.known_from,
         CASE WHEN v.status = 'accepted' THEN least(v.known_to, coalesce(l.known_from, DATE '9999-12-31')) ELSE v.known_to END
  FROM version AS v LEFT JOIN listed AS l ON l.unit = v.unit
  WHERE v.status <> 'accepted' OR v.known_from = v.known_to OR v.known_from < coalesce(l.known_from, DATE '9999-12-31')
)
SELECT claim_id || ' ' || CAST(known_from AS VARCHAR) AS row_id, stretch.* FROM stretch
