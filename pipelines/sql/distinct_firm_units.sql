-- The credit codes on a quarter's firm returns, each once. Takes: firm_text. Gives: unit.
SELECT DISTINCT upper(plain(unit)) AS unit FROM firm_text WHERE NOT is_missing(unit)
