-- The same by survey and county. Takes: covered.
-- Gives: survey, county, revenue_due, revenue_reported (yuan of a year ago). Sums only.
SELECT survey, county, SUM(revenue)::BIGINT AS revenue_due,
       SUM(CASE WHEN reported THEN revenue ELSE 0 END)::BIGINT AS revenue_reported
FROM covered GROUP BY survey, county ORDER BY survey, county
