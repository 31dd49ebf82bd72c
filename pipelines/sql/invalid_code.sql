-- The credit codes of returns that are none, each once; few. Codes are judged here and looked up afterwards: to judge
-- one takes as long as to read ten cells. Takes: firm_coded; the function valid_code, the check digit (GB 32100-2015).
SELECT DISTINCT unit_code AS code FROM firm_coded WHERE NOT valid_code(unit_code)
