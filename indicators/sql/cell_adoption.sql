-- Firms surveyed on digital use and firms that use any digital technology, by year, region and sector.
-- Takes: core_digital_use; place (county, region); sector_of (division, sector) with all, secondary, tertiary.
-- Gives: the contract cell_adoption. Known from the day the last of a year's answers arrived.
SELECT u.year, g.region, s.sector,
       COUNT(*)::BIGINT AS surveyed,
       COUNT(*) FILTER (WHERE u.uses)::BIGINT AS using,
       MAX(u.known_from) AS known_from
FROM core_digital_use AS u
JOIN place AS g ON g.county = u.county
JOIN sector_of AS s ON s.division = substr(plain(u.gbt_received), 1, 2)
WHERE u.status = 'accepted'
GROUP BY u.year, g.region, s.sector
ORDER BY u.year, g.region, s.sector
