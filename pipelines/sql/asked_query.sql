-- The queries as they were sent out, by their numbers (L3).
-- Takes: core_query of some quarters. Gives: quarter, query, row_id, rule, unit, county, known_from; in order of query.
SELECT quarter, query, row_id, rule, coalesce(unit, '') AS unit, coalesce(county, '') AS county, known_from
FROM core_query ORDER BY query, row_id, rule
