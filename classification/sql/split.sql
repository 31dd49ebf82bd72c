-- The parts of each unit's money, from its shares.
-- Takes: units(row_id, unit, value BIGINT), share(row_id, gbt, de, level_used, k_lo, k_hi) as shares.sql gives it.
-- Gives: unit, gbt, de, level_used, value BIGINT, ordered by row_id, de.
-- Clause: methods 1, money: part_c = R(V * K_c) - R(V * K_(c-1)), R rounding half away from zero; exact for any V.
-- What the pipeline splits with is quicker (pipelines/sql/functions.sql, part_between), and held to the same.
SELECT
    units.unit,
    share.gbt,
    share.de,
    share.level_used,
    CAST(ROUND(units.value * share.k_hi, 0) AS BIGINT) - CAST(ROUND(units.value * share.k_lo, 0) AS BIGINT) AS value
FROM share
INNER JOIN units ON units.row_id = share.row_id
ORDER BY share.row_id, share.de
