-- The codes of the 2011 edition that need care as the view `gbt_2011` of assign.sql.
-- Takes: parameters code, kind, name_zh, successors (lists of text). Gives: code, kind, name_zh, successors.
-- Clause: GB/T 4754-2011 against GB/T 4754-2017.
SELECT
    UNNEST($code::VARCHAR[]) AS code,
    UNNEST($kind::VARCHAR[]) AS kind,
    UNNEST($name_zh::VARCHAR[]) AS name_zh,
    UNNEST($successors::VARCHAR[]) AS successors
