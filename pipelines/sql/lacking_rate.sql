-- The classes of returns for which no value-added rate is known. Takes: valued; doubted (gbt). Gives: gbt.
SELECT DISTINCT v.gbt FROM valued AS v JOIN doubted AS d ON d.gbt = v.gbt WHERE v.rate_level IS NULL ORDER BY v.gbt
