-- The credit codes on annual returns, each once. Takes: raw_annual. Gives: unit.
SELECT DISTINCT upper(plain(unit)) AS unit FROM raw_annual WHERE NOT is_missing(unit) ORDER BY unit
