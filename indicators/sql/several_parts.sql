-- Units with more than one part at a vintage: parts that add up before they are one contribution to a cell.
-- Takes: class_part. Gives: known_from, origin, unit. Most units have one class and one part of it, and are not here.
SELECT known_from, origin, unit FROM class_part GROUP BY known_from, origin, unit HAVING COUNT(*) > 1
