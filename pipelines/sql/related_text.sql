-- The rows that others say something about, as received. Takes: firm_text; related (row_id).
SELECT * FROM firm_text WHERE row_id IN (SELECT row_id FROM related)
