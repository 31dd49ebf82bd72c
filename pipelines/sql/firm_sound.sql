-- Firm returns as numbers with what a look at their code says. Row for row. Takes: number; invalid_code (code).
-- Gives: number with identifier_valid, and sound: no rule on single cells sets the row aside; another row of the unit may
--        be a duplicate of it, of others not.
SELECT n.*, n.unit IS NOT NULL AND i.code IS NULL AS identifier_valid,
       n.unit IS NOT NULL AND i.code IS NULL AND county_known AND unreadable = '' AND revenue IS NOT NULL
         AND output IS NOT NULL AS sound
FROM number AS n LEFT JOIN invalid_code AS i ON i.code = n.unit
