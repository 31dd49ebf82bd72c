-- The facts of which one rule of early warning holds. The marks are filled from warning/rules.csv, once per rule.
-- Takes: fact. Gives: the rows of fact.
SELECT * FROM fact WHERE level IN ('' /* levels */) AND coalesce(FALSE /* predicate */, FALSE)
