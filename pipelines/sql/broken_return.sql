-- The returns that break any rule, to be looked at once more with all that the rules say of them.
-- Takes: firm_row, reviewed (firm_reviewed).
SELECT f.* FROM firm_row AS f JOIN reviewed AS r ON r.row_id = f.row_id WHERE r.rules <> '' OR r.queries <> ''
