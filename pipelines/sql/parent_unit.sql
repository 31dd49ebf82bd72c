-- Which unit each belongs to, as the register last told it of units that belong to another.
-- Takes: core_register of some quarters. Gives: unit, parent_unit; one row per unit.
SELECT unit, parent_unit FROM core_register
WHERE status = 'accepted' AND unit IS NOT NULL AND parent_unit IS NOT NULL AND parent_unit <> unit
QUALIFY row_number() OVER (PARTITION BY unit ORDER BY known_from DESC, quarter DESC, row_id DESC) = 1
ORDER BY unit
