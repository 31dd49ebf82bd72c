-- Which class of GB/T 4754-2017 each unit belongs to, or why none can be given.
-- Takes: units(row_id, code, …) with the industry code as it was received (text), gbt(code, level, section, name_zh),
--        gbt_2011(code, kind, name_zh, successors).
-- Gives: units.*, gbt, class_status (assigned | unmatched | ambiguous), reason (Chinese, '' when assigned); one row for
--        each row of units, in no order.
-- Clause: 国民经济行业分类 GB/T 4754-2017 with amendment 1. A class has four digits; a section letter before it is
--         allowed if it is the right one. Each spelling is resolved once, however many units use it.
-- A code that both editions use is read as 2017: the code alone cannot show that 2011 was meant.
WITH spelling AS (
    SELECT DISTINCT COALESCE(code, '') AS written
    FROM units
),
plain AS (
    -- Full-width characters become half-width; blanks of all kinds go.
    SELECT
        written,
        UPPER(TRANSLATE(
            written,
            '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔ．　 '
            || CHR(9) || CHR(10) || CHR(13) || CHR(160),
            '0123456789ABCDEFGHIJKLMNOPQRSTABCDEFGHIJKLMNOPQRST.'
        )) AS text_code
    FROM spelling
),
split AS (
    -- 3911.0 is what a spreadsheet makes of 3911.
    SELECT
        written,
        CASE WHEN SUBSTR(text_code, 1, 1) BETWEEN 'A' AND 'T' THEN SUBSTR(text_code, 1, 1) ELSE '' END AS letter,
        REGEXP_REPLACE(
            CASE WHEN SUBSTR(text_code, 1, 1) BETWEEN 'A' AND 'T' THEN SUBSTR(text_code, 2) ELSE text_code END,
            '[.]0*$', ''
        ) AS digits
    FROM plain
),
leaf AS (
    SELECT code, section, name_zh FROM gbt WHERE level = 'class'
),
found AS (
    SELECT
        split.written,
        split.letter,
        split.digits,
        leaf.code AS class_code,
        leaf.section AS class_section,
        gone.name_zh AS gone_name,
        gone.successors AS gone_heirs,
        wide.level AS wide_level,
        wide.name_zh AS wide_name,
        zeroed.code AS zeroed_code,
        zeroed.name_zh AS zeroed_name,
        padded.name_zh AS padded_name
    FROM split
    LEFT JOIN leaf ON leaf.code = split.digits
    LEFT JOIN gbt_2011 AS gone ON gone.code = split.digits AND gone.kind = 'gone'
    LEFT JOIN gbt AS wide
        ON wide.code = CASE WHEN split.digits = '' THEN split.letter ELSE split.digits END AND wide.level <> 'class'
    LEFT JOIN gbt AS zeroed
        ON zeroed.code = '0' || split.digits AND zeroed.level IN ('class', 'division')
    LEFT JOIN gbt AS padded
        ON padded.code = SUBSTR(split.digits, 1, 3) AND padded.level = 'group' AND split.digits LIKE '___0'
),
resolved AS (
    SELECT
        written,
        CASE WHEN class_code IS NOT NULL AND letter IN ('', class_section) THEN class_code END AS gbt,
        CASE
            WHEN class_code IS NOT NULL AND letter IN ('', class_section) THEN 'assigned'
            WHEN class_code IS NOT NULL THEN 'ambiguous'
            WHEN gone_name IS NOT NULL THEN 'unmatched'
            WHEN wide_level IS NOT NULL OR zeroed_code IS NOT NULL OR padded_name IS NOT NULL THEN 'ambiguous'
            ELSE 'unmatched'
        END AS class_status,
        CASE
            WHEN class_code IS NOT NULL AND letter IN ('', class_section) THEN ''
            WHEN class_code IS NOT NULL
                THEN '门类字母 ' || letter || ' 与小类 ' || digits || '（属门类 ' || class_section || '）不符'
            WHEN letter = '' AND digits = '' THEN '行业代码为空'
            WHEN gone_name IS NOT NULL
                THEN digits || ' 是2011版代码（' || gone_name || '），2017版改为 ' || gone_heirs
            WHEN wide_level IS NOT NULL AND zeroed_code IS NOT NULL
                THEN digits || ' 可能是' || CASE wide_level WHEN 'group' THEN '中类' ELSE '大类' END || '“' || wide_name
                    || '”，也可能是丢了首位 0 的 ' || zeroed_code || '（' || zeroed_name || '），请填四位小类'
            WHEN wide_level IS NOT NULL
                THEN CASE WHEN digits = '' THEN letter ELSE digits END || ' 是'
                    || CASE wide_level WHEN 'group' THEN '中类' WHEN 'division' THEN '大类' ELSE '门类' END
                    || '“' || wide_name || '”，请填四位小类'
            WHEN zeroed_code IS NOT NULL
                THEN digits || ' 可能丢了首位 0，疑为 ' || zeroed_code || '（' || zeroed_name || '），请填四位小类'
            WHEN padded_name IS NOT NULL
                THEN digits || ' 像是中类“' || padded_name || '”补零，请填四位小类'
            ELSE '不是 GB/T 4754-2017 的代码'
        END AS reason
    FROM found
)
SELECT units.*, resolved.gbt, resolved.class_status, resolved.reason
FROM units
LEFT JOIN resolved ON resolved.written = COALESCE(units.code, '')
