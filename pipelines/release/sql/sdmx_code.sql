-- Takes: an open release database, and `fixed` (list, id, value) as for sdmx_observation.
-- Gives: the codes that the tables of the release give: list, id, parent ('' at the top), names, definition, in order.
-- Clause: what observations name and no table does is called by its code, as in the views; English names are '' where
--   there are none.
SELECT list, id, parent, name_en, name_zh, text_zh
FROM (
  SELECT 'CL_INDICATOR' AS list, id || '-' || definition_id AS id, '' AS parent, name_en, name_zh, definition_zh AS text_zh,
    rowid AS turn
  FROM catalogue
  UNION ALL
  SELECT 'CL_AREA', 'CN' || region, CASE WHEN parent = '' THEN '' ELSE 'CN' || parent END, '', name_zh, '', rowid FROM region
  UNION ALL
  SELECT DISTINCT 'CL_AREA', 'CN' || region, '', '', region_zh, '', 1000000 FROM v_observation ANTI JOIN region USING (region)
  UNION ALL
  SELECT 'CL_CLASS', '_Z', '', 'Not applicable', '不分类别', '', -1
  UNION ALL
  SELECT 'CL_CLASS', scheme || '-' || class, CASE WHEN parent = '' THEN '' ELSE scheme || '-' || parent END, name_en, name_zh, '',
    rowid
  FROM class_label
  UNION ALL
  SELECT DISTINCT 'CL_CLASS', scheme || '-' || class, '', '', class_zh, '', 1000000
  FROM v_observation ANTI JOIN class_label USING (scheme, class) WHERE class <> ''
  UNION ALL
  SELECT DISTINCT 'CL_AUTHORITY', 'A_' || left(sha256(authority), 8), '', '', authority, '', 1000000
  FROM v_observation WHERE authority NOT IN (SELECT value FROM fixed WHERE list = 'CL_AUTHORITY')
)
ORDER BY list, turn, id;
