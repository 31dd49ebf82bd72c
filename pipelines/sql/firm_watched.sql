-- The firms that rules of early warning look at, by quarter: the largest of their classes.
-- Takes: fact (firm_fact.sql); parameter most, how many of a class. Gives: level, subject, quarter.
SELECT level, unit AS subject, quarter FROM fact WHERE place <= $most ORDER BY unit, quarter
