-- The spellings of industry codes in returns, as the statement `assign` takes units. Takes: core_return. Gives: code.
SELECT DISTINCT coalesce(gbt_received, '') AS code FROM core_return
