-- Returns with their value added by the rate method, row for row.
-- Takes: returned (returns valid at the vintage, and imputed ones); rate_for (county, gbt, rate, rate_level), the rates of
--        counties and, with '' for county, of all others. Gives: returned.*, rate_level (NULL without a rate), va, va_base.
-- Value added by the rate method: output x last known rate, rounded half away from zero to whole yuan; the comparable
-- base takes the same rate.
WITH rated AS (
  SELECT r.*, coalesce(o.rate, e.rate) AS rate, coalesce(o.rate_level, e.rate_level) AS rate_level
  FROM returned AS r
  LEFT JOIN (SELECT * FROM rate_for WHERE county <> '') AS o ON o.county = r.county AND o.gbt = r.gbt
  LEFT JOIN (SELECT * FROM rate_for WHERE county = '') AS e ON e.gbt = r.gbt
)
SELECT quarter, row_id, origin, unit, county, sector, months, gbt, link_level, rate_level,
       portion(output, rate) AS va,
       portion(coalesce(output_base, 0), rate) AS va_base,
       output, revenue, coalesce(revenue_base, 0) AS revenue_base, coalesce(profit, 0) AS profit,
       coalesce(wages, 0) AS wages, coalesce(staff, 0) AS staff
FROM rated
