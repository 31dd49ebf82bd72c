-- The units to call in, those of a county with the largest last revenue first (L3).
-- Takes: missing (missing_unit); returned (core_return); parameters quarter, as_of.
-- Gives: county, sector, unit, name, state, last_quarter, rules (the hard rules that what came last breaks, '' where
--        nothing came); in order of county, last revenue and unit.
WITH aside AS (
  SELECT unit, rules, row_number() OVER (PARTITION BY unit ORDER BY known_from DESC, row_id DESC) AS age
  FROM returned
  WHERE quarter = $quarter AND status = 'set_aside' AND known_from <= CAST($as_of AS DATE) AND unit IS NOT NULL
)
SELECT coalesce(m.county, '') AS county, m.sector, m.unit, coalesce(m.name, '') AS name, m.state,
       coalesce(m.last_quarter, '') AS last_quarter, coalesce(a.rules, '') AS rules
FROM missing AS m LEFT JOIN aside AS a ON a.unit = m.unit AND a.age = 1
ORDER BY coalesce(m.county, ''), coalesce(m.last_revenue, 0) DESC, m.unit
