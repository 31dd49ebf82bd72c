-- The units that owe a return: due for a quarter on a day, and without an accepted return that is valid on that day.
-- Takes: due (due_unit); returned (core_return of the quarter and of earlier ones); parameters quarter, as_of.
-- Gives: the columns of due, and state: absent (nothing came) or set_aside (what came broke a hard rule); in order of unit.
WITH now AS (
  SELECT unit, MAX(CASE WHEN status = 'accepted' AND CAST($as_of AS DATE) < known_to THEN 1 ELSE 0 END) AS accepted
  FROM returned
  WHERE quarter = $quarter AND known_from <= CAST($as_of AS DATE) AND unit IS NOT NULL
  GROUP BY unit
)
SELECT d.*, CASE WHEN n.unit IS NULL THEN 'absent' ELSE 'set_aside' END AS state
FROM due AS d LEFT JOIN now AS n ON n.unit = d.unit
WHERE coalesce(n.accepted, 0) = 0
ORDER BY d.unit
