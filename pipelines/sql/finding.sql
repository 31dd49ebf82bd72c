-- The rows that break one hard rule. The marks are filled from review/rules.csv, once per rule.
-- Takes: typed. Gives: row_id, rule, column_name.
SELECT row_id, '' /* id */ AS rule, '' /* column */ AS column_name FROM typed WHERE coalesce(FALSE /* predicate */, FALSE)
