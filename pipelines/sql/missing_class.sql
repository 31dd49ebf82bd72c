-- Missing units as the statement `assign` takes them. Takes: missing (missing_unit). Gives: its rows with the code as `code`.
SELECT unit AS row_id, unit, name, county, sector, gbt AS code, last_row_id FROM missing
