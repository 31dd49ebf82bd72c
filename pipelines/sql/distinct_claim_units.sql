-- The credit codes in a quarter's claims, each once. Takes: raw_claim. Gives: unit.
SELECT DISTINCT upper(plain(unit)) AS unit FROM raw_claim WHERE NOT is_missing(unit) ORDER BY unit
