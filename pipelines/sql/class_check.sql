-- The check of claimed classes, one row per claim and stretch of time.
-- Takes: claim (claim_stretch); checked (classification/sql/check_claims.sql over it).
-- Gives: the contract class_check, in order of its key. A claim that was set aside has no result.
SELECT c.quarter, c.claim_id AS row_id, c.known_from, c.known_to, c.unit, c.name, c.claimed, c.gbt,
       CASE WHEN c.status = 'accepted' THEN k.expected ELSE '' END AS expected,
       CASE WHEN c.status = 'accepted' THEN k.result END AS result,
       coalesce(c.code_reason, '') AS reason, c.file, c.sheet, CAST(c.row AS BIGINT) AS row, c.status, c.rules
FROM claim AS c JOIN checked AS k ON k.row_id = c.row_id
ORDER BY c.claim_id, c.known_from
