-- Takes: two release databases attached as `before` and `after`; the vintage of each release's own figures and whose
--   figures these are, bound.
-- Gives: every observation that is not the same in both: kind, indicator, definition, labels, both values as shown.
-- Clause: a flash and what followed it are compared figure by figure, so the vintage of a release's own figures is none of
--   the key. The day of knowledge differs between any two releases and is no difference.
WITH earlier AS (
  SELECT *, CASE WHEN vintage = $1 AND authority = $3 THEN '' ELSE vintage END AS kept FROM before.v_observation
),
later AS (
  SELECT *, CASE WHEN vintage = $2 AND authority = $3 THEN '' ELSE vintage END AS kept FROM after.v_observation
)
SELECT
  CASE
    WHEN b.indicator IS NULL THEN 'added'
    WHEN a.indicator IS NULL THEN 'removed'
    WHEN a.value <> b.value THEN 'changed'
    ELSE 'relabelled' END AS kind,
  coalesce(a.indicator, b.indicator) AS indicator,
  coalesce(a.definition_id, b.definition_id) AS definition_id,
  coalesce(a.indicator_zh, b.indicator_zh) AS indicator_zh,
  coalesce(a.period, b.period) AS period,
  coalesce(a.span_zh, b.span_zh) AS span_zh,
  coalesce(a.region_zh, b.region_zh) AS region_zh,
  coalesce(a.class_zh, b.class_zh) AS class_zh,
  coalesce(a.price_zh, b.price_zh) AS price_zh,
  coalesce(a.base, b.base) AS base,
  coalesce(a.authority, b.authority) AS authority,
  coalesce(a.shown_unit, b.shown_unit) AS shown_unit,
  b.shown AS before_shown,
  a.shown AS after_shown,
  a.shown - b.shown AS difference,
  b.vintage_zh AS before_vintage,
  a.vintage_zh AS after_vintage,
  b.status AS before_status,
  a.status AS after_status
FROM earlier AS b
FULL JOIN later AS a
  ON a.indicator = b.indicator AND a.definition_id = b.definition_id AND a.period = b.period AND a.span = b.span
  AND a.region = b.region AND a.class = b.class AND a.price_basis = b.price_basis AND a.base = b.base
  AND a.authority = b.authority AND a.kept = b.kept
WHERE a.indicator IS NULL OR b.indicator IS NULL OR a.value <> b.value OR a.unit <> b.unit OR a.status <> b.status
  OR a.vintage <> b.vintage OR a.release_level <> b.release_level
ORDER BY kind, indicator, definition_id, span_zh, period, coalesce(a.region, b.region), coalesce(a.class, b.class), price_zh, base,
  authority, coalesce(a.vintage_order, b.vintage_order);
