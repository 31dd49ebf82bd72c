-- How each assigned unit splits over the digital classes: from which share to which share of its money.
-- Takes: assigned(unit, county, gbt, …) assigned units only, core_map(gbt, de, partial) one row per pair,
--        coefficient(gbt, de, level, key, k) with k DECIMAL(7,6), one method per gbt × level × key.
-- Gives: assigned.*, de (or non_core), level_used ('' when no coefficient was needed), k_lo, k_hi DECIMAL(7,6), in no order.
--        A part of a value v is ROUND(v * k_hi, 0) - ROUND(v * k_lo, 0): the parts add up to v exactly.
--        A starred class without a vector at any level has one row with de null: the caller must refuse it.
-- Clause: 数字经济及其核心产业统计分类(2021), starred (*) classes. The whole vector of a class comes from the first of
--         unit, county, city, province, nation that has any row for it; absent entries are 0; the rest is non_core.
-- One pass over the units: all that they are joined with is as small as the coefficients are few.
WITH starred AS (
    SELECT DISTINCT gbt FROM core_map WHERE partial
),
vector AS (
    SELECT DISTINCT coefficient.gbt, coefficient.level, coefficient.key
    FROM coefficient
    INNER JOIN starred ON starred.gbt = coefficient.gbt
),
bound AS (
    SELECT
        vector.gbt,
        vector.level,
        vector.key,
        core_map.de,
        CAST(COALESCE(coefficient.k, 0) AS DECIMAL(7, 6)) AS k,
        CAST(SUM(COALESCE(coefficient.k, 0)) OVER (
            PARTITION BY vector.gbt, vector.level, vector.key ORDER BY core_map.de
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS DECIMAL(7, 6)) AS k_hi
    FROM vector
    INNER JOIN core_map ON core_map.gbt = vector.gbt
    LEFT JOIN coefficient
        ON coefficient.gbt = vector.gbt AND coefficient.level = vector.level AND coefficient.key = vector.key
        AND coefficient.de = core_map.de
),
part AS (
    SELECT gbt, level, key, de, CAST(k_hi - k AS DECIMAL(7, 6)) AS k_lo, k_hi FROM bound
    UNION ALL
    SELECT gbt, level, key, 'non_core', MAX(k_hi), CAST(1 AS DECIMAL(7, 6)) FROM bound GROUP BY gbt, level, key
),
own AS (
    SELECT gbt, level, key FROM vector WHERE level = 'unit'
),
near AS (
    SELECT gbt, level, key FROM vector WHERE level = 'county'
),
wide AS (
    SELECT
        gbt,
        CASE MIN(CASE level WHEN 'city' THEN 3 WHEN 'province' THEN 4 ELSE 5 END)
            WHEN 3 THEN 'city' WHEN 4 THEN 'province' ELSE 'nation' END AS level,
        '*' AS key
    FROM vector
    WHERE level IN ('city', 'province', 'nation')
    GROUP BY gbt
),
kind AS (
    -- Whole classes have their digital class at once; for starred ones, and for no others, the ladder is looked up.
    SELECT gbt, MIN(CASE WHEN NOT partial THEN de END) AS de, MIN(CASE WHEN partial THEN gbt END) AS starred
    FROM core_map
    GROUP BY gbt
)
SELECT
    assigned.*,
    CASE WHEN kind.starred IS NULL THEN COALESCE(kind.de, 'non_core') ELSE part.de END AS de,
    COALESCE(part.level, '') AS level_used,
    CASE WHEN kind.starred IS NULL THEN CAST(0 AS DECIMAL(7, 6)) ELSE part.k_lo END AS k_lo,
    CASE WHEN kind.starred IS NULL THEN CAST(1 AS DECIMAL(7, 6)) ELSE part.k_hi END AS k_hi
FROM assigned
LEFT JOIN kind ON kind.gbt = assigned.gbt
LEFT JOIN own ON own.gbt = kind.starred AND own.key = assigned.unit
LEFT JOIN near ON near.gbt = kind.starred AND near.key = assigned.county
LEFT JOIN wide ON wide.gbt = kind.starred
LEFT JOIN part
    ON part.gbt = kind.starred
    AND part.level = COALESCE(own.level, near.level, wide.level)
    AND part.key = COALESCE(own.key, near.key, wide.key)
