-- The units in the register of the quarter, with the day on which it arrived. Takes: raw_register.
SELECT CASE WHEN is_missing(unit) THEN NULL ELSE upper(plain(unit)) END AS unit, received_at AS known_from
FROM raw_register
