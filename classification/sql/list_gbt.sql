-- The codes of GB/T 4754-2017 as the view `gbt` of assign.sql.
-- Takes: parameters code, level, section, name_zh (lists of text). Gives: code, level, section, name_zh.
-- Clause: GB/T 4754-2017 with amendment 1.
SELECT
    UNNEST($code::VARCHAR[]) AS code,
    UNNEST($level::VARCHAR[]) AS level,
    UNNEST($section::VARCHAR[]) AS section,
    UNNEST($name_zh::VARCHAR[]) AS name_zh
