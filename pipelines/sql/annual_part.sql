-- Value added of units by their annual returns of a year, as parts of every digital class of their GB/T class.
-- Takes: returned (indicators/sql/income_approach.sql); core_map (gbt, de). Gives: unit, county, gbt, de, va, va_base.
SELECT r.unit, r.county, r.gbt, m.de, r.va, CAST(0 AS BIGINT) AS va_base
FROM returned AS r JOIN core_map AS m ON m.gbt = r.gbt
