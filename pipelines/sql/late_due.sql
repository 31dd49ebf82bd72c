-- How many units owe a return, by county and survey. Counts only.
-- Takes: due (due_unit). Gives: county, sector, units; in order of both.
SELECT coalesce(county, '') AS county, sector, COUNT(*)::BIGINT AS units
FROM due GROUP BY coalesce(county, ''), sector ORDER BY coalesce(county, ''), sector
