-- The rows whose unit occurs in more than one, as received. Takes: firm_text; repeated_unit (row_id).
SELECT * FROM firm_text WHERE row_id IN (SELECT row_id FROM repeated_unit)
