-- The classes that occur. Takes: returned. Gives: gbt.
SELECT DISTINCT gbt FROM returned ORDER BY gbt
