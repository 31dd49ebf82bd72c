-- The credit codes in the register of units, each once. Takes: raw_register. Gives: unit.
SELECT DISTINCT upper(plain(unit)) AS unit FROM raw_register WHERE NOT is_missing(unit) ORDER BY unit
