-- The returns of units that are the legal unit of a local one. Takes: firm_row, parent (unit).
SELECT * FROM firm_row WHERE unit IN (SELECT unit FROM parent)
