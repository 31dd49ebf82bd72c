-- Names that stand at one address under several credit codes or on several forms. Takes: firm. Gives: name, address.
SELECT name, address FROM firm WHERE name IS NOT NULL AND address IS NOT NULL AND identifier_valid
GROUP BY name, address HAVING MIN(unit) <> MAX(unit) OR MIN(sector) <> MAX(sector)
