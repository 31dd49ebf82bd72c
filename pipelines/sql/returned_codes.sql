-- The classes that occur in each county. Takes: returned. Gives: county, gbt.
SELECT DISTINCT county, gbt FROM returned ORDER BY county, gbt
