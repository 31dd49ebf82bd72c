-- The units from which a return is due for a quarter, as known on a day.
-- Takes: register (core_register of the quarter); returned (core_return of the quarter and of earlier ones, at least of
--        the same quarter a year ago); parameters quarter, last_year (the same quarter a year ago), last_day (of the
--        quarter), as_of.
-- Gives: unit, name, county, gbt, sector, and its last accepted return: last_quarter, last_row_id, last_months,
--        last_revenue (NULL where it has none). One row per unit.
-- Clause: due are the legal units that the register, as known on the day, says came by the end of the quarter and have
--        neither left by then nor been taken over (a takeover later than that is none yet). Where no register of the
--        quarter is known on the day, due is who reported a year ago. The survey is that of the last
--        accepted return, else the one of the unit's section of GB/T 4754-2017: B to D industry, E construction, F trade,
--        all others service.
WITH valid_return AS (
  SELECT unit, name, county, gbt_received, sector, quarter, known_from, row_id, months, revenue
  FROM returned
  WHERE status = 'accepted' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
    AND quarter <= $quarter
), valid_register AS (
  SELECT * FROM register
  WHERE status = 'accepted' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
), listed AS (
  SELECT unit, name, county, gbt
  FROM valid_register
  WHERE kind = 'legal' AND entered(entry_date, CAST($last_day AS DATE))
    AND NOT gone(entry_date, exit_date, CAST($last_day AS DATE))
    AND (successor IS NULL OR coalesce(exit_date > CAST($last_day AS DATE), FALSE))
  UNION ALL
  SELECT unit, name, county, gbt_received
  FROM valid_return
  WHERE quarter = $last_year AND NOT EXISTS (SELECT 1 FROM valid_register)
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY unit ORDER BY name, county, gbt) AS occurrence,
         regexp_extract(gbt, '[0-9]{2}') AS division
  FROM listed WHERE unit IS NOT NULL
), owing AS (
  SELECT * FROM placed WHERE occurrence = 1
), dated_return AS (
  SELECT v.*, row_number() OVER (PARTITION BY v.unit ORDER BY v.quarter DESC, v.known_from DESC, v.row_id DESC) AS age
  FROM valid_return AS v JOIN owing AS d ON d.unit = v.unit
)
SELECT d.unit, coalesce(d.name, l.name) AS name, d.county, d.gbt,
       coalesce(l.sector, CASE WHEN d.division BETWEEN '06' AND '46' THEN 'industry'
                               WHEN d.division BETWEEN '47' AND '50' THEN 'construction'
                               WHEN d.division BETWEEN '51' AND '52' THEN 'trade' ELSE 'service' END) AS sector,
       l.quarter AS last_quarter, l.row_id AS last_row_id, l.months AS last_months, l.revenue AS last_revenue
FROM owing AS d
LEFT JOIN dated_return AS l ON l.unit = d.unit AND l.age = 1
