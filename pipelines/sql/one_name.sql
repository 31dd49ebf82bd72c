-- Names that stand at one address under several credit codes or on several forms. Takes: repeated_name.
-- Gives: name, address.
SELECT name, address FROM repeated_name WHERE address IS NOT NULL
GROUP BY name, address HAVING MIN(unit) <> MAX(unit) OR MIN(sector) <> MAX(sector)
