-- How each assigned unit splits over the digital classes: from which share to which share of its money.
-- Takes: assigned(row_id, unit, county, gbt) assigned units only, core_map(gbt, de, partial) one row per pair,
--        coefficient(gbt, de, level, key, k) with k DECIMAL(7,6), one method per gbt × level × key.
-- Gives: row_id, gbt, de (or non_core), level_used ('' when no coefficient was needed), k_lo, k_hi DECIMAL(7,6), ordered
--        by row_id, de. A part of a value v is ROUND(v * k_hi, 0) - ROUND(v * k_lo, 0): the parts add up to v exactly.
--        A starred class without a vector at any level has one row with de null: the caller must refuse it.
-- Clause: 数字经济及其核心产业统计分类(2021), starred (*) classes. The whole vector of a class comes from the first of
--         unit, county, city, province, nation that has any row for it; absent entries are 0; the rest is non_core.
-- Only units of starred classes pay for the look-up.
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
wanted AS (
    SELECT assigned.row_id, assigned.unit, assigned.county, assigned.gbt
    FROM assigned
    INNER JOIN starred ON starred.gbt = assigned.gbt
),
ladder AS (
    SELECT row_id, gbt, 1 AS step, 'unit' AS level, unit AS key FROM wanted
    UNION ALL
    SELECT row_id, gbt, 2, 'county', county FROM wanted
    UNION ALL
    SELECT row_id, gbt, 3, 'city', '*' FROM wanted
    UNION ALL
    SELECT row_id, gbt, 4, 'province', '*' FROM wanted
    UNION ALL
    SELECT row_id, gbt, 5, 'nation', '*' FROM wanted
),
first_step AS (
    SELECT ladder.row_id, MIN(ladder.step) AS step
    FROM ladder
    INNER JOIN vector ON vector.gbt = ladder.gbt AND vector.level = ladder.level AND vector.key = ladder.key
    GROUP BY ladder.row_id
),
chosen AS (
    SELECT ladder.row_id, ladder.level, ladder.key
    FROM ladder
    INNER JOIN first_step ON first_step.row_id = ladder.row_id AND first_step.step = ladder.step
)
SELECT
    assigned.row_id,
    assigned.gbt,
    COALESCE(core_map.de, 'non_core') AS de,
    '' AS level_used,
    CAST(0 AS DECIMAL(7, 6)) AS k_lo,
    CAST(1 AS DECIMAL(7, 6)) AS k_hi
FROM assigned
LEFT JOIN core_map ON core_map.gbt = assigned.gbt
WHERE core_map.partial IS NULL OR NOT core_map.partial
UNION ALL
SELECT wanted.row_id, wanted.gbt, part.de, COALESCE(part.level, '') AS level_used, part.k_lo, part.k_hi
FROM wanted
LEFT JOIN chosen ON chosen.row_id = wanted.row_id
LEFT JOIN part ON part.gbt = wanted.gbt AND part.level = chosen.level AND part.key = chosen.key
ORDER BY row_id, de
