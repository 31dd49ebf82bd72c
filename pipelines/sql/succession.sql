-- Which unit has taken over which, as known on a day: chains followed to their end, circles left out.
-- Takes: core_register of the quarters between the two returns that are compared; parameters known, last_day.
-- Gives: absorbed, heir; each absorbed unit once. A unit is absorbed once it has left the register with a successor; what
-- the latest quarter's register says of it holds.
WITH RECURSIVE named AS (
  SELECT DISTINCT unit FROM core_register WHERE status = 'accepted' AND successor IS NOT NULL
), said AS (
  SELECT r.unit, r.successor, r.entry_date, r.exit_date,
         row_number() OVER (PARTITION BY r.unit ORDER BY r.quarter DESC, r.known_from DESC, r.row_id) AS turn
  FROM core_register AS r JOIN named AS n ON n.unit = r.unit
  WHERE r.status = 'accepted' AND r.known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < r.known_to
), link AS (
  SELECT unit, successor FROM said
  WHERE turn = 1 AND successor IS NOT NULL AND gone(entry_date, exit_date, CAST($last_day AS DATE))
), longest AS (
  -- No chain has more links than there are; what walks further walks in a circle.
  SELECT COUNT(*) AS links FROM link
), walk AS (
  SELECT unit, successor AS reached, 1 AS taken FROM link
  UNION ALL
  SELECT w.unit, l.successor, w.taken + 1
  FROM walk AS w JOIN link AS l ON l.unit = w.reached JOIN longest AS m ON w.taken < m.links
)
SELECT w.unit AS absorbed, w.reached AS heir
FROM walk AS w LEFT JOIN link AS l ON l.unit = w.reached
WHERE l.unit IS NULL
ORDER BY absorbed
