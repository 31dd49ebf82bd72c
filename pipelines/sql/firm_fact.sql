-- What the rules of early warning look at of each firm with core value added, in each quarter, as known on a day.
-- Takes: class_part of a run of quarters; core_change of the same; returned (core_return of the same);
--        receivables_pair; parameter as_of.
-- Gives: level, region (county), class (the digital class in which most of its value added lies), unit, name, quarter,
--        growth (of revenue so far this year over the same unit's base), quarter_growth (of the single quarter), falls (how
--        many quarters in a row that has fallen), place, place_before (by value added in its class, now and in the quarter
--        before), absent (there a quarter ago, gone without having left since), receivables_growth, revenue_growth, receivables_gap
--        (over its own return of a year ago); in order of unit and quarter. It never leaves L3.
WITH known AS (
  -- Most units never have core value added: they are left out before anything is put in groups or in order.
  SELECT quarter, unit, county, substr(de, 1, 4) AS class, va, revenue, revenue_base, de FROM class_part
  WHERE origin = 'measured' AND known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < known_to
    AND unit IN (SELECT unit FROM class_part WHERE de <> 'non_core')
), firm AS (
  SELECT quarter, unit, any_value(county ORDER BY county) AS county,
         arg_max(class, (va, class)) FILTER (WHERE de <> 'non_core') AS class,
         coalesce(SUM(va) FILTER (WHERE de <> 'non_core'), 0)::BIGINT AS va,
         SUM(revenue)::BIGINT AS revenue, SUM(revenue_base)::BIGINT AS revenue_base,
         CAST(substr(quarter, 1, 4) AS INTEGER) * 4 + CAST(substr(quarter, 6, 1) AS INTEGER) AS n
  FROM known GROUP BY quarter, unit HAVING COUNT(*) FILTER (WHERE de <> 'non_core') > 0
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY quarter, class ORDER BY va DESC, unit) AS place FROM firm
), single AS (
  SELECT now.*, before.place AS place_before,
         CASE WHEN now.n % 4 = 1 THEN now.revenue WHEN before.unit IS NOT NULL THEN now.revenue - before.revenue END AS alone,
         CASE WHEN now.n % 4 = 1 THEN now.revenue_base
              WHEN before.unit IS NOT NULL THEN now.revenue_base - before.revenue_base END AS alone_base
  FROM placed AS now LEFT JOIN placed AS before ON before.unit = now.unit AND before.n = now.n - 1
), grown AS (
  SELECT *, CASE WHEN revenue_base > 0 THEN revenue / revenue_base - 1.0 END AS growth,
         CASE WHEN alone_base > 0 THEN alone / alone_base - 1.0 END AS quarter_growth
  FROM single
), turned AS (
  SELECT *, coalesce(quarter_growth < lag(quarter_growth) OVER own - 0.0005 AND lag(n) OVER own = n - 1, FALSE) AS fell
  FROM grown WINDOW own AS (PARTITION BY unit ORDER BY n)
), run AS (
  SELECT *, SUM(CASE WHEN fell THEN 0 ELSE 1 END) OVER (PARTITION BY unit ORDER BY n)::BIGINT AS stretch FROM turned
), there AS (
  SELECT county, class, unit, quarter, n, growth, quarter_growth,
         SUM(CASE WHEN fell THEN 1 ELSE 0 END) OVER (PARTITION BY unit, stretch ORDER BY n)::BIGINT AS falls,
         place, place_before, FALSE AS absent
  FROM run
), gone AS (
  SELECT county, class, unit, next.quarter, next.n, CAST(NULL AS DOUBLE) AS growth, CAST(NULL AS DOUBLE) AS quarter_growth,
         0 AS falls, CAST(NULL AS BIGINT) AS place, placed.place AS place_before, TRUE AS absent
  FROM placed JOIN (SELECT DISTINCT quarter, n FROM placed) AS next ON next.n = placed.n + 1
  WHERE NOT EXISTS (SELECT 1 FROM known AS k WHERE k.unit = placed.unit AND k.quarter = next.quarter)
    AND NOT EXISTS (
      SELECT 1 FROM core_change AS c
      WHERE c.unit = placed.unit AND c.event IN ('exit', 'merger') AND c.quarter BETWEEN placed.quarter AND next.quarter
        AND c.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < c.known_to)
), called AS (
  SELECT unit, arg_max(name, (quarter, known_from, row_id)) AS name FROM returned
  WHERE status = 'accepted' AND known_from <= CAST($as_of AS DATE) AND name IS NOT NULL
    AND unit IN (SELECT unit FROM placed) GROUP BY unit
), owed AS (
  SELECT quarter, unit, SUM(receivables)::BIGINT AS receivables, SUM(receivables_before)::BIGINT AS receivables_before,
         SUM(revenue)::BIGINT AS revenue, SUM(revenue_before)::BIGINT AS revenue_before
  FROM receivables_pair GROUP BY quarter, unit HAVING SUM(receivables_before) > 0 AND SUM(revenue_before) > 0
)
SELECT 'firm' AS level, f.county AS region, f.class, f.unit, coalesce(c.name, f.unit) AS name, f.quarter,
       f.growth, f.quarter_growth, CAST(f.falls AS DOUBLE) AS falls, f.place, f.place_before, f.absent,
       o.receivables / o.receivables_before - 1.0 AS receivables_growth, o.revenue / o.revenue_before - 1.0 AS revenue_growth,
       o.receivables / o.receivables_before - o.revenue / o.revenue_before AS receivables_gap
FROM (SELECT * FROM there UNION ALL SELECT * FROM gone) AS f
LEFT JOIN called AS c ON c.unit = f.unit
LEFT JOIN owed AS o ON o.unit = f.unit AND o.quarter = f.quarter
ORDER BY f.unit, f.quarter
