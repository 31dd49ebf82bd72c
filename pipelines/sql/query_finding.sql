-- The rows that break one soft rule, with what the value was compared with. The marks are filled from review/rules.csv,
-- once per rule.
-- Takes: typed. Gives: row_id, rule, column_name, expected (text, in the unit of the return), deviation (yuan of revenue),
--        suspicion.
SELECT row_id, '' /* id */ AS rule, '' /* column */ AS column_name, '' /* expected */ AS expected,
       CAST(coalesce(0 /* deviation */, 0) AS DOUBLE) AS deviation, CAST(0 /* suspicion */ AS DOUBLE) AS suspicion
FROM typed WHERE status = 'accepted' AND coalesce(FALSE /* predicate */, FALSE)
