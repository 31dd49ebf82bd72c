-- The shares of returns with the rate by which the value added of each is reckoned, row for row.
-- Takes: share (classification/sql/shares.sql over returned); rate_for (county, gbt, rate, rate_level), the rates of counties
--        and, with '' for county, of all others. Gives: share.*, rate, rate_level (NULL where there is none).
SELECT s.*, coalesce(o.rate, e.rate) AS rate, coalesce(o.rate_level, e.rate_level) AS rate_level
FROM share AS s
LEFT JOIN (SELECT * FROM rate_for WHERE county <> '') AS o ON o.county = s.county AND o.gbt = s.gbt
LEFT JOIN (SELECT * FROM rate_for WHERE county = '') AS e ON e.gbt = s.gbt
