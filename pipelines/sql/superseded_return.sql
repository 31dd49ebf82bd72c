-- Until when each return of a unit that made several was the latest one of its survey: of two rows in one file the first
-- is. Takes: earlier_return over repeated_text. Gives: row_id, known_to; NULL for the last.
SELECT row_id,
       lead(known_from) OVER (PARTITION BY sector, unit ORDER BY known_from, replace(file, '.', ' '), row DESC) AS known_to
FROM earlier_return
