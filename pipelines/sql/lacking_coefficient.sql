-- Starred classes for which no vector was found. Takes: share. Gives: gbt.
SELECT DISTINCT gbt FROM share WHERE de IS NULL ORDER BY gbt
