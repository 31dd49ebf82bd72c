-- The rows of one raw table under the name `raw`. The mark raw_form is replaced by the table's name.
SELECT * FROM raw_form
