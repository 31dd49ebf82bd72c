-- The returns that break any rule, as received, to be looked at once more with all that the rules say of them.
-- Takes: firm_text; broken_return.
SELECT * FROM firm_text WHERE row_id IN (SELECT row_id FROM broken_return)
