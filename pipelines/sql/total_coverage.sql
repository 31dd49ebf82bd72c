-- Coverage as a fact that rules look at. Takes: coverage.
-- Gives: law 'coverage' by survey and for all, where there is anything to set it against: left_side (last year's revenue of
--        the units that reported), right_side (of all that are due).
SELECT 'coverage ' || survey AS row_id, 'coverage' AS law, survey AS subject,
       CAST(revenue_reported AS DOUBLE) AS left_side, CAST(revenue_due AS DOUBLE) AS right_side
FROM coverage WHERE revenue_due > 0 ORDER BY survey
