-- Takes: an open release database (v_observation), and `fixed` (list, id, value): codes for words that cannot be codes.
-- Gives: its observations under the components of sdmx.yml, and whether each is a headline (of the core and its divisions), in the order of their key.
-- Clause: a figure that is withheld or missing leaves without its value, whatever the table holds. An authority that has no
--   code of its own gets one from its name, so that it stays the same from release to release. Area codes (GB/T 2260) stand
--   behind CN, or a reader takes them for numbers and 000000 for 0.
SELECT
  o.indicator || '-' || o.definition_id AS INDICATOR,
  o.span AS SPAN,
  'CN' || o.region AS REF_AREA,
  CASE WHEN o.class = '' THEN '_Z' ELSE o.scheme || '-' || o.class END AS CLASS,
  o.price_basis AS PRICE_BASIS,
  o.base AS BASE,
  o.vintage AS VINTAGE,
  coalesce(a.id, 'A_' || left(sha256(o.authority), 8)) AS AUTHORITY,
  replace(o.period, 'Q', '-Q') AS TIME_PERIOD,
  CASE WHEN o.status NOT IN ('M', 'C') THEN o.value END AS OBS_VALUE,
  u.id AS UNIT_MEASURE,
  s.id AS OBS_STATUS,
  CASE WHEN o.status = 'C' THEN 'C' WHEN o.release_level = 'L0' THEN 'F' ELSE 'N' END AS CONF_STATUS,
  o.release_level AS RELEASE_LEVEL,
  o.as_of::VARCHAR AS AS_OF,
  o.definition_id IN ('rate_method', 'same_vintage', 'published') AND o.indicator IN
    ('core_value_added', 'core_growth', 'core_share_gdp', 'core_class_share', 'core_pull', 'core_contribution', 'core_region_share')
    AND (o.class = 'core' OR length(o.class) = 2)
    AS headline
FROM v_observation AS o
LEFT JOIN fixed AS a ON a.list = 'CL_AUTHORITY' AND a.value = o.authority
LEFT JOIN fixed AS u ON u.list = 'CL_UNIT' AND u.value = o.unit
LEFT JOIN fixed AS s ON s.list = 'CL_OBS_STATUS' AND s.value = o.status
ORDER BY o.indicator, o.definition_id, o.span, o.region, o.scheme, o.class, o.price_basis, o.base, o.vintage_order, o.authority,
  o.period;
