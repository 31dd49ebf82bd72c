-- Claims of digital classes typed, row for row.
-- Takes: raw_claim; digital_class (code), the digital classes of six digits; the function valid_code.
-- Gives: one row per row with what the review rules look at. A code that lost its leading zero in a spreadsheet has it
--        again; an empty cell claims no class.
WITH cells AS (
  SELECT quarter, row_id, file, sheet, row, received_at AS known_from,
         CASE WHEN is_missing(unit) THEN NULL ELSE upper(plain(unit)) END AS unit, nullif(trim(name), '') AS name,
         CASE WHEN is_missing(digital) THEN NULL
              WHEN length(plain(digital)) = 5 THEN '0' || plain(digital) ELSE plain(digital) END AS claimed
  FROM raw_claim
), typed AS (
  SELECT c.*, coalesce(valid_code(c.unit), FALSE) AS identifier_valid, c.claimed IS NULL OR d.code IS NOT NULL AS digital_known
  FROM cells AS c
  LEFT JOIN digital_class AS d ON d.code = c.claimed
)
SELECT *, identifier_valid AND digital_known AS sound,
       row_number() OVER (PARTITION BY unit, known_from, file, identifier_valid AND digital_known ORDER BY row, row_id)
         AS occurrence
FROM typed
