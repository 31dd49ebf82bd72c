-- The survey of digital use, row for row.
-- Takes: raw_digital_use, region; the function valid_code. Gives: the contract core_digital_use, in order of row_id.
-- An answer is yes on 是, 1, √ or Y and no on 否, 0, × or N; anything else makes the row unreadable. What a firm need not be
-- asked (tools of design and management, key equipment and operations) may be blank and then counts nowhere: a blank is no
-- 否 and no 0. A number of controlled ones stands with the number of all, and is no larger.
WITH answers AS (
  SELECT row_id, received_at AS known_from, whole(year) AS year, file, row,
         nullif(upper(plain(unit)), '') AS unit, nullif(plain(county), '') AS county, nullif(trim(gbt), '') AS gbt_received,
         answered(cloud) AS cloud, answered(iot) AS iot, answered(ai) AS ai, answered(platform) AS platform,
         answered(design_tools) AS design_tools, answered(management) AS management,
         whole(key_equipment) AS key_equipment, whole(controlled_equipment) AS controlled_equipment,
         whole(key_operations) AS key_operations, whole(controlled_operations) AS controlled_operations,
         (is_missing(design_tools) OR answered(design_tools) IS NOT NULL)
           AND (is_missing(management) OR answered(management) IS NOT NULL)
           AND counted(key_equipment, controlled_equipment) AND counted(key_operations, controlled_operations) AS optional_readable
  FROM raw_digital_use
), judged AS (
  SELECT a.*, cloud OR iot OR ai OR platform AS uses,
         cloud IS NOT NULL AND iot IS NOT NULL AND ai IS NOT NULL AND platform IS NOT NULL AND optional_readable AS readable,
         coalesce(valid_code(a.unit), FALSE) AS identifier_valid, r.code IS NOT NULL AS county_known,
         row_number() OVER (PARTITION BY year, a.unit ORDER BY known_from, file, row, row_id) AS occurrence
  FROM answers AS a LEFT JOIN region AS r ON r.code = a.county
)
SELECT coalesce(year, 0) AS year, row_id, known_from, unit, county, gbt_received, coalesce(uses, FALSE) AS uses,
       cloud, platform, design_tools, management, key_equipment, controlled_equipment, key_operations, controlled_operations,
       CASE WHEN readable AND identifier_valid AND county_known AND year IS NOT NULL AND occurrence = 1
            THEN 'accepted' ELSE 'set_aside' END AS status,
       CASE WHEN year IS NULL THEN 'N04' WHEN NOT readable THEN 'N01' WHEN NOT identifier_valid THEN 'C01'
            WHEN NOT county_known THEN 'C01R' WHEN occurrence > 1 THEN 'C02' ELSE '' END AS rules
FROM judged
ORDER BY row_id
