-- Firm returns as numbers with what other rows of the same form say about each: repetitions and versions. Row for row.
-- Takes: sound; ranked_unit (row_id, occurrence, edits) and ranked_name (row_id, name_occurrence), few rows both.
-- Gives: sound with occurrence, name_occurrence and edits.
SELECT f.*, coalesce(u.occurrence, 1) AS occurrence, coalesce(m.name_occurrence, 1) AS name_occurrence,
       coalesce(u.edits, 0) AS edits
FROM sound AS f
LEFT JOIN ranked_unit AS u ON u.row_id = f.row_id
LEFT JOIN ranked_name AS m ON m.row_id = f.row_id
