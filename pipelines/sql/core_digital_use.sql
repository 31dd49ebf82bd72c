-- The survey of digital use, row for row.
-- Takes: raw_digital_use, identifier, region. Gives: the contract core_digital_use, in order of row_id.
-- A technology counts as used on 是, 1, √ or Y; as not used on 否, 0, × or N; anything else makes the answer unreadable.
WITH answers AS (
  SELECT row_id, received_at AS known_from, whole(year) AS year, file, row,
         nullif(upper(plain(unit)), '') AS unit, nullif(plain(county), '') AS county, nullif(trim(gbt), '') AS gbt_received,
         upper(plain(cloud)) AS cloud, upper(plain(iot)) AS iot, upper(plain(ai)) AS ai, upper(plain(platform)) AS platform
  FROM raw_digital_use
), judged AS (
  SELECT a.*,
         cloud IN ('是', '1', '√', 'Y') OR iot IN ('是', '1', '√', 'Y')
           OR ai IN ('是', '1', '√', 'Y') OR platform IN ('是', '1', '√', 'Y') AS uses,
         cloud IN ('是', '1', '√', 'Y', '否', '0', '×', 'N') AND iot IN ('是', '1', '√', 'Y', '否', '0', '×', 'N')
           AND ai IN ('是', '1', '√', 'Y', '否', '0', '×', 'N')
           AND platform IN ('是', '1', '√', 'Y', '否', '0', '×', 'N') AS readable,
         coalesce(i.valid, FALSE) AS identifier_valid, r.code IS NOT NULL AS county_known,
         row_number() OVER (PARTITION BY year, a.unit ORDER BY known_from, file, row, row_id) AS occurrence
  FROM answers AS a LEFT JOIN identifier AS i ON i.unit = a.unit LEFT JOIN region AS r ON r.code = a.county
)
SELECT coalesce(year, 0) AS year, row_id, known_from, unit, county, gbt_received, coalesce(uses, FALSE) AS uses,
       CASE WHEN coalesce(readable, FALSE) AND identifier_valid AND county_known AND year IS NOT NULL AND occurrence = 1
            THEN 'accepted' ELSE 'set_aside' END AS status,
       CASE WHEN year IS NULL THEN 'N04' WHEN NOT coalesce(readable, FALSE) THEN 'N01' WHEN NOT identifier_valid THEN 'C01'
            WHEN NOT county_known THEN 'C01R' WHEN occurrence > 1 THEN 'C02' ELSE '' END AS rules
FROM judged
ORDER BY row_id
