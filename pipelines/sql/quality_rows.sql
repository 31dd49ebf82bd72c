-- What became of the rows of a quarter's firm returns, as known on a day. Counts only, no value of a unit.
-- Takes: class_return; parameter as_of.
-- Gives: sector, state (set_aside, superseded by a correction, assigned, unmatched, ambiguous), rows.
SELECT sector,
       CASE WHEN class_status = 'set_aside' THEN 'set_aside' WHEN known_to <= CAST($as_of AS DATE) THEN 'superseded'
            ELSE class_status END AS state,
       COUNT(*)::BIGINT AS rows
FROM class_return
WHERE known_from <= CAST($as_of AS DATE)
GROUP BY 1, 2
ORDER BY 1, 2
