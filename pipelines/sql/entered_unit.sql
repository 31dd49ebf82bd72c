-- The units that entered the register of a quarter between two days: in it as known on the later, not on the earlier.
-- Takes: core_register; parameters quarter, last_day (of the quarter), old, new. Gives: unit. Nobody, where no register of the
--        quarter had come by the earlier day: then nothing is known about who was in.
WITH known AS (
  SELECT unit, known_from, known_to FROM core_register
  WHERE quarter = $quarter AND status = 'accepted'
    AND entered(entry_date, CAST($last_day AS DATE)) AND NOT gone(entry_date, exit_date, CAST($last_day AS DATE))
), before AS (
  SELECT unit FROM known WHERE known_from <= CAST($old AS DATE) AND CAST($old AS DATE) < known_to
)
SELECT DISTINCT unit FROM known
WHERE known_from <= CAST($new AS DATE) AND CAST($new AS DATE) < known_to
  AND unit NOT IN (SELECT unit FROM before) AND EXISTS (SELECT 1 FROM before)
ORDER BY unit
