-- Accepted annual returns as the statement `assign` takes them. Takes: core_annual.
SELECT *, gbt_received AS code FROM core_annual WHERE status = 'accepted'
