-- The inputs among whose returns something changed; the class and county of a corrected return turn with the recodes.
-- Takes: pair. Gives: cause.
SELECT DISTINCT cause FROM pair WHERE cause <> ''
UNION
SELECT 'recodes' FROM pair WHERE cause = 'revised_returns'
ORDER BY cause
