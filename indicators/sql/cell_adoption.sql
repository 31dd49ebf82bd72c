-- Rates of digital use as sums: numerators and denominators by definition, year, region and sector.
-- Takes: core_digital_use; place (county, region); sector_of (division, sector) with all, industry, secondary, tertiary.
-- Gives: the contract cell_adoption, once for each day on which answers for a year arrived: all answers known by then.
-- A firm that was not asked (blank) counts in neither; a definition of which nobody was asked has no row.
WITH day AS (
  SELECT DISTINCT year, known_from FROM core_digital_use WHERE status = 'accepted'
), answered_by AS (
  SELECT *, substr(plain(gbt_received), 1, 2) AS division FROM core_digital_use WHERE status = 'accepted'
), counted AS (
  SELECT year, known_from, county, division, 'adoption' AS definition_id, 1::BIGINT AS surveyed, uses::BIGINT AS using FROM answered_by
  UNION ALL
  SELECT year, known_from, county, division, 'cloud', 1::BIGINT, cloud::BIGINT FROM answered_by
  UNION ALL
  SELECT year, known_from, county, division, 'industrial_platform', 1::BIGINT, platform::BIGINT FROM answered_by
  UNION ALL
  SELECT year, known_from, county, division, 'design_tools', 1::BIGINT, design_tools::BIGINT FROM answered_by
  UNION ALL
  SELECT year, known_from, county, division, 'management', 1::BIGINT, management::BIGINT FROM answered_by
  UNION ALL
  SELECT year, known_from, county, division, 'numerical_control', key_equipment::BIGINT, controlled_equipment FROM answered_by
  UNION ALL
  SELECT year, known_from, county, division, 'numerical_control_process', key_operations::BIGINT, controlled_operations FROM answered_by
)
SELECT d.year, c.definition_id, g.region, s.sector,
       SUM(c.surveyed)::BIGINT AS surveyed,
       SUM(c.using)::BIGINT AS using,
       d.known_from
FROM day AS d
JOIN counted AS c ON c.year = d.year AND c.known_from <= d.known_from
JOIN place AS g ON g.county = c.county
JOIN sector_of AS s ON s.division = c.division
WHERE c.using IS NOT NULL
GROUP BY d.year, c.definition_id, g.region, s.sector, d.known_from
ORDER BY d.year, c.definition_id, g.region, s.sector, d.known_from
