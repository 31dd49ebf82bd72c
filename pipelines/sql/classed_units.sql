-- Returns as the statement `assign` takes them. Takes: core_return. Gives: its rows with the received code as `code`.
SELECT *, gbt_received AS code FROM core_return
