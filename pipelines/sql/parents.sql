-- The legal units of local ones (产业活动单位), each once. Takes: registered. Gives: unit.
SELECT DISTINCT parent_unit AS unit FROM registered WHERE kind = 'local' AND parent_unit IS NOT NULL ORDER BY unit
