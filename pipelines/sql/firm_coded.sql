-- Firm returns as received, with what other rows are found by: codes and names without blanks and in one spelling.
-- Takes: received (firm_text, or those of its rows that are looked at). Gives: received, row for row, and unit_code,
--        parent_code, class_code, name_text, activity_text; NULL where the cell is empty.
SELECT c.*,
       CASE WHEN substr(code_text, 1, 1) BETWEEN 'A' AND 'T' THEN substr(code_text, 2) ELSE code_text END AS class_code
FROM (
  SELECT t.*,
         nullif(upper(plain(unit)), '') AS unit_code,
         CASE WHEN is_missing(parent_unit) THEN NULL ELSE upper(plain(parent_unit)) END AS parent_code,
         upper(plain(gbt)) AS code_text, nullif(trim(name), '') AS name_text, nullif(trim(activity), '') AS activity_text
  FROM received AS t
) AS c
