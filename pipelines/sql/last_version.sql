-- The accepted returns of a year ago as versions of what a unit says in a survey. Takes: received_last (core_return).
-- Gives: version.
SELECT sector, unit, row_id, known_from, known_to FROM received_last WHERE status = 'accepted'
