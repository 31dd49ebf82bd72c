-- A list of written industry codes as the view `units` of assign.sql.
-- Takes: parameters row_id (list of BIGINT), code (list of text). Gives: row_id, code.
-- Clause: none; lists are bound because Arrow would load pandas, which a look-up at the command line must not wait for.
SELECT UNNEST($row_id::BIGINT[]) AS row_id, UNNEST($code::VARCHAR[]) AS code
