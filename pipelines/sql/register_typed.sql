-- The register of units typed, row for row, with what the other rows say that had arrived by the row's own day.
-- Takes: raw_register; the function valid_code; region (code, name); written_day (text, day), each text that stands in a
--        date cell with the day it means, NULL where it means none.
-- Gives: one row per row with what the review rules look at. A blank kind is a legal unit.
--   sound            what no hard rule on single cells sets aside
--   occurrence       1 for the first sound row of a unit in a file, which stands; 2, 3, … for the other sound ones
--   unreadable_date  the column of a date that cannot be read, '' where there is none
--   *_known          whether the register holds the unit named
--   in_circle        whether the successors lead back to the unit itself
WITH RECURSIVE cells AS (
  SELECT quarter, row_id, file, sheet, row, received_at AS known_from,
         CASE WHEN is_missing(unit) THEN NULL ELSE upper(plain(unit)) END AS unit,
         nullif(trim(name), '') AS name, nullif(plain(county), '') AS county,
         nullif(upper(plain(gbt)), '') AS code_text,
         CASE WHEN is_missing(kind) THEN '法人单位' ELSE plain(kind) END AS kind_text,
         CASE WHEN is_missing(parent_unit) THEN NULL ELSE upper(plain(parent_unit)) END AS parent_unit,
         CASE WHEN is_missing(successor) THEN NULL ELSE upper(plain(successor)) END AS successor,
         nullif(trim(reason), '') AS reason, entry_date AS entry_text, exit_date AS exit_text
  FROM raw_register
), typed AS (
  SELECT c.*,
         CASE WHEN substr(code_text, 1, 1) BETWEEN 'A' AND 'T' THEN substr(code_text, 2) ELSE code_text END AS gbt,
         CASE WHEN kind_text IN ('产业活动单位', '产业活动') THEN 'local' ELSE 'legal' END AS kind,
         kind_text NOT IN ('产业活动单位', '产业活动', '法人单位', '法人', '视同法人单位') AS kind_unknown,
         e.day AS entry_date, x.day AS exit_date,
         CASE WHEN e.day IS NULL AND NOT is_missing(entry_text) THEN 'entry_date'
              WHEN x.day IS NULL AND NOT is_missing(exit_text) THEN 'exit_date' ELSE '' END AS unreadable_date,
         coalesce(valid_code(c.unit), FALSE) AS identifier_valid, r.code IS NOT NULL AS county_known
  FROM cells AS c
  LEFT JOIN region AS r ON r.code = c.county
  LEFT JOIN written_day AS e ON e.text = c.entry_text
  LEFT JOIN written_day AS x ON x.text = c.exit_text
), ranked AS (
  SELECT *, identifier_valid AND county_known AS sound,
         row_number() OVER (PARTITION BY unit, known_from, file, identifier_valid AND county_known ORDER BY row, row_id)
           AS occurrence
  FROM typed
), version AS (
  SELECT row_id, unit, successor, known_from,
         coalesce(lead(known_from) OVER (PARTITION BY unit ORDER BY known_from, replace(file, '.', ' '), row, row_id),
                  DATE '9999-12-31') AS known_to
  FROM ranked WHERE sound AND occurrence = 1
), known_unit AS (
  SELECT unit, MIN(known_from) AS known_from FROM version GROUP BY unit
), walk AS (
  -- From each unit that names a successor to whoever follows, as known on the row's day, until it is the unit itself or
  -- a mark on the way, which is set anew after 1, 2, 4, … steps: a circle further on holds nobody up for longer (Brent).
  SELECT row_id, unit, known_from AS day, successor AS reached, unit AS mark, 1 AS taken, 1 AS due
  FROM version WHERE successor IS NOT NULL
  UNION ALL
  SELECT w.row_id, w.unit, w.day, v.successor, CASE WHEN w.taken = w.due THEN w.reached ELSE w.mark END,
         w.taken + 1, CASE WHEN w.taken = w.due THEN w.due * 2 ELSE w.due END
  FROM walk AS w
  JOIN version AS v ON v.unit = w.reached AND v.known_from <= w.day AND w.day < v.known_to
  WHERE v.successor IS NOT NULL AND w.reached <> w.unit AND w.reached <> w.mark
), circle AS (
  SELECT DISTINCT row_id FROM walk WHERE reached = unit
)
SELECT n.*, s.unit IS NOT NULL OR n.successor IS NULL AS successor_known,
       p.unit IS NOT NULL OR n.parent_unit IS NULL AS parent_known,
       c.row_id IS NOT NULL AS in_circle
FROM ranked AS n
LEFT JOIN known_unit AS s ON s.unit = n.successor AND s.known_from <= n.known_from
LEFT JOIN known_unit AS p ON p.unit = n.parent_unit AND p.known_from <= n.known_from
LEFT JOIN circle AS c ON c.row_id = n.row_id
