-- Returns as the statement `shares` takes them. Takes: returned.
SELECT row_id, unit, county, gbt FROM returned
