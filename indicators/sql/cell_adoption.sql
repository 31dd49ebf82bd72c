-- Firms surveyed on digital use and firms that use any digital technology, by year, region and sector.
-- Takes: core_digital_use; place (county, region); sector_of (division, sector) with all, secondary, tertiary.
-- Gives: the contract cell_adoption, once for each day on which answers for a year arrived: all answers known by then.
WITH day AS (
  SELECT DISTINCT year, known_from FROM core_digital_use WHERE status = 'accepted'
)
SELECT d.year, g.region, s.sector,
       COUNT(*)::BIGINT AS surveyed,
       COUNT(*) FILTER (WHERE u.uses)::BIGINT AS using,
       d.known_from
FROM day AS d
JOIN core_digital_use AS u ON u.year = d.year AND u.known_from <= d.known_from
JOIN place AS g ON g.county = u.county
JOIN sector_of AS s ON s.division = substr(plain(u.gbt_received), 1, 2)
WHERE u.status = 'accepted'
GROUP BY d.year, g.region, s.sector, d.known_from
ORDER BY d.year, g.region, s.sector, d.known_from
