-- The credit codes in the digital-use survey, each once. Takes: raw_digital_use. Gives: unit.
SELECT DISTINCT upper(plain(unit)) AS unit FROM raw_digital_use WHERE NOT is_missing(unit) ORDER BY unit
