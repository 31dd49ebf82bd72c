-- Whether the digital class that somebody claims for a unit is the one that follows from its industry code (行业归类核对).
-- Takes: claim(row_id, gbt, claimed): gbt a class of GB/T 4754-2017, null where the unit has none; claimed a digital class
--        of six digits, null where none is claimed; core_map(gbt, de, partial) the core classes 01-04.
-- Gives: row_id, expected ('010101', '010606*' where starred, several joined by 、, '' outside the core), result; one row
--        for each row of claim, ordered by row_id.
-- A claim of class 05 (数字化效率提升业) is no claim to the core. Result:
--   无法核对  the unit has no class
--   正确      the class claimed is one that the code maps to, wholly; or none is claimed and the code is not core
--   疑似正确  the class claimed is one that the code maps to in part (*): the code alone cannot tell
--   错报      a core class is claimed, and the code maps to others
--   多报      a core class is claimed, and the code is not core
--   漏报      none is claimed, and the code is core, wholly
--   疑似漏报  none is claimed, and the code is core in part (*)
-- Clause: 数字经济及其核心产业统计分类(2021), starred (*) classes.
WITH mapped AS (
    SELECT
        gbt,
        BOOL_AND(partial) AS only_in_part,
        STRING_AGG(de || CASE WHEN partial THEN '*' ELSE '' END, '、' ORDER BY de) AS expected
    FROM core_map
    GROUP BY gbt
),
meant AS (
    SELECT row_id, gbt, CASE WHEN claimed NOT LIKE '05%' THEN claimed END AS claimed FROM claim
)
SELECT
    meant.row_id,
    COALESCE(mapped.expected, '') AS expected,
    CASE
        WHEN meant.gbt IS NULL THEN '无法核对'
        WHEN meant.claimed IS NULL AND mapped.gbt IS NULL THEN '正确'
        WHEN meant.claimed IS NULL AND mapped.only_in_part THEN '疑似漏报'
        WHEN meant.claimed IS NULL THEN '漏报'
        WHEN mapped.gbt IS NULL THEN '多报'
        WHEN pair.partial IS NULL THEN '错报'
        WHEN pair.partial THEN '疑似正确'
        ELSE '正确'
    END AS result
FROM meant
LEFT JOIN mapped ON mapped.gbt = meant.gbt
LEFT JOIN core_map AS pair ON pair.gbt = meant.gbt AND pair.de = meant.claimed
ORDER BY meant.row_id
