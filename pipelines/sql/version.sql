-- The accepted returns as versions of what a unit says in a survey. Takes: received (class_return). Gives: version.
SELECT sector, unit, row_id, known_from, known_to FROM received WHERE class_status <> 'set_aside'
