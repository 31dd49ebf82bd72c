-- The units whose first accepted return of a quarter came after its deadline (L3).
-- Takes: returned (core_return); parameters quarter, as_of, and deadlines: a JSON object, survey → last day in time.
-- Gives: county, sector, unit, name, arrived, due; in order of county, day and unit.
WITH first_return AS (
  SELECT sector, unit, county, name, known_from,
         CAST(json_extract_string(CAST($deadlines AS JSON), '$.' || sector) AS DATE) AS due,
         row_number() OVER (PARTITION BY sector, unit ORDER BY known_from, row_id) AS occurrence
  FROM returned
  WHERE quarter = $quarter AND status = 'accepted' AND known_from <= CAST($as_of AS DATE)
)
SELECT coalesce(f.county, '') AS county, f.sector, coalesce(f.unit, '') AS unit, coalesce(f.name, '') AS name,
       f.known_from AS arrived, f.due
FROM first_return AS f
WHERE f.occurrence = 1 AND f.known_from > f.due
ORDER BY coalesce(f.county, ''), f.known_from, f.unit
