-- Starred classes for which no vector was found. Takes: share; doubted (gbt). Gives: gbt.
SELECT DISTINCT s.gbt FROM share AS s JOIN doubted AS d ON d.gbt = s.gbt WHERE s.de IS NULL ORDER BY s.gbt
