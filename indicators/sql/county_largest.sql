-- The two largest contributions to each county's classes, of units whose only part lies there.
-- Takes: class_part; several_parts; membership (scheme, class, gbt, de); chosen (county), the counties that are looked at.
-- Gives: known_from, origin, county, scheme, class, size: twice the amount, and one more where it is not below zero. By that one
--        number the engine keeps two of each group and orders none, and of equal amounts what is above zero is first.
WITH alone AS (
  SELECT p.known_from, p.origin, p.county, p.gbt, p.de, 2 * abs(p.va) + CASE WHEN p.va < 0 THEN 0 ELSE 1 END AS size
  FROM class_part AS p
  ANTI JOIN several_parts AS s ON s.unit = p.unit AND s.known_from = p.known_from AND s.origin = p.origin
  WHERE p.county IN (SELECT county FROM chosen)
), leaf_largest AS (
  SELECT *, row_number() OVER (PARTITION BY known_from, origin, county, gbt, de ORDER BY size DESC) AS turn FROM alone
), largest AS (
  SELECT l.known_from, l.origin, l.county, m.scheme, m.class, l.size,
         row_number() OVER (PARTITION BY l.known_from, l.origin, l.county, m.scheme, m.class ORDER BY l.size DESC) AS turn
  FROM leaf_largest AS l JOIN membership AS m ON m.gbt = l.gbt AND m.de = l.de WHERE l.turn <= 2
)
SELECT known_from, origin, county, scheme, class, size FROM largest WHERE turn <= 2
