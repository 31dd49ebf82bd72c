-- Sums that must hold between published numbers, and what each number must say of itself.
-- Takes: observation; section_of (division, section); parameter place. Gives: row_id, law, subject, left_side, right_side:
--   counties    core value added of the counties against the place, by period, span, class and definition
--   classes     core value added of the 大类 against the total, by period, span, region and definition
--   (what stands on one side only is compared with nothing, and is thereby off)
--   part        core value added against GDP, by period, span and region, and the core of each section of GB/T 4754 against
--               the section's value added in the accounts, by period, span and region (largest vintage)
--   attributes  how many numbers lack price basis, vintage, span or definition, against none
WITH core AS (
  -- Every own definition is held to them; the headline's (rate_method) goes without saying which it is.
  SELECT *, CASE WHEN definition_id = 'rate_method' THEN '' ELSE ' ' || definition_id END AS kind
  FROM observation WHERE indicator = 'core_value_added' AND definition_id <> 'published'
), division AS (
  -- The accounts' own figure of a division in its largest vintage.
  SELECT s.section, o.class, o.period, o.span, o.region, MAX(o.value) AS value
  FROM observation AS o JOIN section_of AS s ON s.division = o.class
  WHERE o.indicator = 'sector_value_added' AND o.price_basis = 'current'
  GROUP BY ALL
), section AS (
  SELECT section, period, span, region, SUM(value) AS value FROM division GROUP BY ALL
), core_section AS (
  SELECT s.section, o.period, o.span, o.region, SUM(o.value) AS value
  FROM observation AS o JOIN section_of AS s ON s.division = o.class
  WHERE o.indicator = 'industry_core_value_added'
  GROUP BY ALL
), laws AS (
  SELECT 'counties' AS law, period || ' ' || span || ' ' || class || kind AS subject,
         coalesce(SUM(CASE WHEN region <> $place THEN value END), 0) AS left_side,
         coalesce(SUM(CASE WHEN region = $place THEN value END), 0) AS right_side
  FROM core GROUP BY period, span, class, kind
  UNION ALL
  SELECT 'classes', period || ' ' || span || ' ' || region || kind,
         coalesce(SUM(CASE WHEN length(class) = 2 THEN value END), 0),
         coalesce(SUM(CASE WHEN class = 'core' THEN value END), 0)
  FROM core GROUP BY period, span, region, kind
  UNION ALL
  SELECT 'part', c.period || ' ' || c.span || ' ' || c.region || c.kind, MAX(c.value), MAX(g.value)
  FROM core AS c
  JOIN observation AS g
    ON g.indicator = 'gdp' AND g.period = c.period AND g.span = c.span AND g.region = c.region AND g.class = ''
  WHERE c.class = 'core' GROUP BY c.period, c.span, c.region, c.kind
  UNION ALL
  SELECT 'part', c.period || ' ' || c.span || ' ' || c.region || ' section ' || c.section, c.value, s.value
  FROM core_section AS c JOIN section AS s USING (section, period, span, region)
  UNION ALL
  SELECT 'attributes', 'all', CAST(COUNT(*) AS DOUBLE), CAST(0 AS DOUBLE)
  FROM observation
  WHERE coalesce(price_basis, '') = '' OR coalesce(vintage, '') = '' OR coalesce(span, '') = ''
    OR coalesce(definition_id, '') = ''
)
SELECT law || ' ' || subject AS row_id, law, subject, left_side, right_side FROM laws ORDER BY row_id
