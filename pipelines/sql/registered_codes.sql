-- The register as the statement `assign` takes units: accepted rows with their industry code. Takes: core_register.
SELECT row_id, unit, known_from, known_to, gbt AS code FROM core_register
WHERE status = 'accepted' AND known_from < known_to
