-- Registered legal units in classes that are core in full or in part, and those that came and left in the quarter.
-- Takes: core_register and core_change of the quarter; membership (scheme, class, gbt, de); place (county, region);
--        parameters quarter, last_day.
-- Gives: the contract cell_population: counts that hold from known_from until known_to and add up over the rows that hold.
-- Which digital class a unit belongs to follows from its GB/T class alone, so a unit of a starred class counts as a whole
-- in each of its divisions, and once in the core.
WITH class_of AS (
  SELECT DISTINCT gbt, class FROM membership WHERE scheme = 'digital' AND (class = 'core' OR length(class) = 2)
), counted AS (
  SELECT 'registered' AS event, unit, county, gbt, known_from, known_to
  FROM core_register
  WHERE status = 'accepted' AND kind = 'legal' AND known_from < known_to
    AND entered(entry_date, CAST($last_day AS DATE)) AND NOT gone(entry_date, exit_date, CAST($last_day AS DATE))
  UNION ALL
  SELECT event, unit, county, gbt, known_from, known_to
  FROM core_change
  WHERE kind = 'legal' AND (event = 'entry' OR event = 'exit' OR event = 'merger')
)
SELECT $quarter AS quarter, c.known_from, c.known_to, g.region, m.class, c.event, COUNT(DISTINCT c.unit)::BIGINT AS units
FROM counted AS c
JOIN class_of AS m ON m.gbt = c.gbt
JOIN place AS g ON g.county = c.county
GROUP BY c.known_from, c.known_to, g.region, m.class, c.event
ORDER BY c.known_from, c.known_to, g.region, m.class, c.event
