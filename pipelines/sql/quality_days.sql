-- On which days the rows of a quarter's firm returns came, as known on a day. Counts only.
-- Takes: core_return; parameter as_of. Gives: day, sector, rows.
SELECT known_from AS day, sector, COUNT(*)::BIGINT AS rows
FROM core_return
WHERE known_from <= CAST($as_of AS DATE)
GROUP BY known_from, sector
ORDER BY known_from, sector
