-- Rates of digital use as sums: numerators and denominators by definition, year, region and sector.
-- Takes: core_digital_use; place (county, region); sector_of (division, sector) with all, industry, secondary, tertiary.
-- Gives: the contract cell_adoption, once for each day on which answers for a year arrived: all answers known by then.
-- A firm that was not asked (blank) counts in neither; a definition of which nobody was asked has no row.
WITH day AS (
  SELECT DISTINCT year, known_from FROM core_digital_use WHERE status = 'accepted'
), counted AS (
  SELECT year, known_from, county, substr(plain(gbt_received), 1, 2) AS division,
         unnest([
           {'definition_id': 'adoption', 'surveyed': 1, 'using': uses::BIGINT},
           {'definition_id': 'cloud', 'surveyed': 1, 'using': cloud::BIGINT},
           {'definition_id': 'industrial_platform', 'surveyed': 1, 'using': platform::BIGINT},
           {'definition_id': 'design_tools', 'surveyed': 1, 'using': design_tools::BIGINT},
           {'definition_id': 'management', 'surveyed': 1, 'using': management::BIGINT},
           {'definition_id': 'numerical_control', 'surveyed': key_equipment, 'using': controlled_equipment},
           {'definition_id': 'numerical_control_process', 'surveyed': key_operations, 'using': controlled_operations}
         ], recursive := TRUE)
  FROM core_digital_use
  WHERE status = 'accepted'
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
