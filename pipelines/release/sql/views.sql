-- Takes: the tables of a release (observation, catalogue, region, class_label, cell_published, coefficient, coverage,
--   review_summary, revision, unit_change, revision_triangle), in the database in use.
-- Gives: views by topic (v_…) and, for those who write their questions in Chinese, the same under Chinese names.
-- Clause: every row keeps period, span, price basis, base and vintage, so that no figure can be read without them. Each
--   view ends in an order that a reader expects (time, place, class), for DuckDB gives rows of a join in any order.

-- Which scheme a class code belongs to follows from the indicator: "01" is 数字产品制造业 for core figures, 农业 for sectors.
CREATE VIEW v_observation AS
SELECT
  o.indicator,
  coalesce(c.name_zh, o.indicator) AS indicator_zh,
  o.definition_id,
  o.period,
  o.span,
  CASE o.span WHEN 'cumulative' THEN '累计' WHEN 'quarter' THEN '当季' ELSE '年度' END AS span_zh,
  o.region,
  coalesce(r.name_zh, o.region) AS region_zh,
  o.scheme,
  o.class,
  CASE WHEN o.class = '' THEN '' ELSE coalesce(l.name_zh, o.class) END AS class_zh,
  o.value,
  o.unit,
  CASE WHEN c.display_unit IN ('%', '百分点') THEN round(o.value * 100.0, 8) WHEN c.display_unit = '亿' || o.unit THEN o.value / 100000000.0
    ELSE o.value END AS shown,
  coalesce(c.display_unit, o.unit) AS shown_unit,
  o.price_basis,
  CASE o.price_basis WHEN 'current' THEN '现价' WHEN 'constant' THEN '可比价' ELSE '' END AS price_zh,
  o.base,
  o.vintage,
  CASE o.vintage WHEN 'flash' THEN '快报' WHEN 'preliminary' THEN '初步' WHEN 'final' THEN '最终核实' ELSE '普查修订' END
    AS vintage_zh,
  CASE o.vintage WHEN 'flash' THEN 1 WHEN 'preliminary' THEN 2 WHEN 'final' THEN 3 ELSE 4 END AS vintage_order,
  o.as_of,
  o.status,
  o.authority,
  o.release_level,
  -- The name of the row in every release that holds it, as the bulletin shows it (release/figures.Origin).
  substr(sha256(concat_ws(chr(31), 'observation', 'value', o.indicator, o.definition_id, o.period, o.span, o.region, o.class,
    o.price_basis, o.base, o.vintage, o.authority)), 1, 10) AS lineage
FROM (
  SELECT *, CASE
    WHEN class = '' THEN ''
    WHEN indicator LIKE 'core_%' OR indicator IN ('firms', 'revenue', 'revenue_growth', 'staff') THEN 'digital'
    WHEN indicator LIKE 'chain_%' THEN 'chain'
    WHEN indicator LIKE 'future_%' THEN 'future'
    WHEN indicator IN ('annual_target', 'target_completion', 'provincial_rank') THEN 'monitored'
    WHEN indicator LIKE 'size_%' THEN 'size'
    WHEN indicator LIKE 'development_%' THEN 'index'
    ELSE 'sector' END AS scheme
  FROM observation
) AS o
LEFT JOIN catalogue AS c ON c.id = o.indicator AND c.definition_id = o.definition_id
LEFT JOIN region AS r ON r.region = o.region
LEFT JOIN class_label AS l ON l.scheme = o.scheme AND l.class = o.class
ORDER BY o.indicator, o.definition_id, o.span, o.period, o.region, o.class, o.price_basis, o.base, o.authority, vintage_order;
COMMENT ON VIEW v_observation IS '全部观测值，附中文名称与显示单位（金额为亿元，比率为%）';

-- A window with row_number() = 1 would be shorter, but DuckDB 1.5.0 fails on it inside further views (internal error).
CREATE VIEW v_newest AS
SELECT o.*
FROM v_observation AS o
JOIN (
  SELECT indicator, definition_id, period, span, region, class, price_basis, base, authority,
    max(vintage_order) AS vintage_order
  FROM v_observation
  GROUP BY indicator, definition_id, period, span, region, class, price_basis, base, authority
) AS newest
  ON newest.indicator = o.indicator AND newest.definition_id = o.definition_id AND newest.period = o.period
  AND newest.span = o.span AND newest.region = o.region AND newest.class = o.class
  AND newest.price_basis = o.price_basis AND newest.base = o.base AND newest.authority = o.authority
  AND newest.vintage_order = o.vintage_order
ORDER BY o.indicator, o.definition_id, o.span, o.period, o.region, o.class, o.price_basis, o.base, o.authority;
COMMENT ON VIEW v_newest IS '每个指标、口径、时期、地区、类别只留最新版次的观测值';

-- A growth of ours is always over the comparable base; a published one is taken as its publisher gave it. Published figures
-- stand here only where there are none of ours, so that a row never mixes the two; all of them are in v_observation.
CREATE VIEW v_core AS
SELECT
  period,
  span,
  region,
  region_zh,
  class,
  class_zh,
  max(CASE WHEN indicator = 'core_value_added' THEN definition_id END) AS definition_id,
  max(CASE WHEN indicator = 'core_value_added' THEN authority END) AS authority,
  max(CASE WHEN indicator = 'core_value_added' AND price_basis = 'current' THEN shown END) AS value_added_100m,
  max(CASE WHEN indicator = 'core_growth' AND price_basis = 'constant' THEN shown END) AS growth_constant_pct,
  max(CASE WHEN indicator = 'core_growth' AND price_basis = 'current' THEN shown END) AS growth_current_pct,
  max(CASE WHEN indicator = 'core_share_gdp' THEN shown END) AS share_gdp_pct,
  max(CASE WHEN indicator = 'core_class_share' THEN shown END) AS share_core_pct,
  max(CASE WHEN indicator = 'core_region_share' THEN shown END) AS share_place_pct,
  max(CASE WHEN indicator = 'core_pull' THEN shown END) AS pull_points,
  max(CASE WHEN indicator = 'core_contribution' THEN shown END) AS contribution_pct
FROM v_newest AS o
WHERE indicator IN
  ('core_value_added', 'core_growth', 'core_share_gdp', 'core_class_share', 'core_pull', 'core_contribution', 'core_region_share')
  AND (indicator <> 'core_growth' OR base = 'comparable' OR definition_id = 'published')
  AND definition_id IN ('rate_method', 'same_vintage', 'published')
  AND (definition_id <> 'published' OR NOT EXISTS (
    SELECT 1 FROM observation AS ours
    WHERE ours.indicator = 'core_value_added' AND ours.definition_id = 'rate_method'
      AND ours.span = o.span AND ours.period = o.period AND ours.region = o.region))
GROUP BY period, span, region, region_zh, class, class_zh
ORDER BY span, period, region, class <> 'core', class;
COMMENT ON VIEW v_core IS '核心产业增加值：值（亿元，现价）、可比价增速与现价增速（%，同口径）、占比（%）、拉动（百分点）、贡献率（%），各时期类型并列';

CREATE VIEW v_core_cumulative AS SELECT * EXCLUDE (span) FROM v_core WHERE span = 'cumulative'
ORDER BY period, region, class <> 'core', class;
COMMENT ON VIEW v_core_cumulative IS '核心产业增加值，年初累计';

CREATE VIEW v_core_quarterly AS SELECT * EXCLUDE (span) FROM v_core WHERE span = 'quarter'
ORDER BY period, region, class <> 'core', class;
COMMENT ON VIEW v_core_quarterly IS '核心产业增加值，单季';

CREATE VIEW v_core_annual AS
SELECT period, region, region_zh, class, class_zh, indicator, indicator_zh, definition_id, shown AS value_added_100m,
  vintage, authority
FROM v_newest
WHERE span = 'annual' AND price_basis = 'current' AND indicator IN ('core_value_added', 'core_value_added_income')
ORDER BY period, region, class <> 'core', class, indicator, definition_id, authority;
COMMENT ON VIEW v_core_annual IS '核心产业增加值，年度：公布数与收入法测算数分列，不与季度数混用';

CREATE VIEW v_core_latest AS
SELECT * FROM v_core
WHERE (span, period) IN (SELECT (span, max(period)) FROM v_core WHERE value_added_100m IS NOT NULL GROUP BY span)
ORDER BY span, region, class <> 'core', class;
COMMENT ON VIEW v_core_latest IS '核心产业增加值，各时期类型的最新一期';

CREATE VIEW v_county AS
SELECT
  v.period,
  v.region,
  v.region_zh,
  v.value_added_100m,
  rank() OVER (PARTITION BY v.period ORDER BY v.value_added_100m DESC) AS rank_value_added,
  v.growth_constant_pct,
  CASE WHEN v.growth_constant_pct IS NOT NULL
    THEN rank() OVER (PARTITION BY v.period ORDER BY v.growth_constant_pct DESC NULLS LAST) END AS rank_growth,
  v.growth_current_pct,
  v.share_place_pct,
  v.share_gdp_pct,
  v.pull_points,
  v.authority
FROM v_core AS v
JOIN region AS r ON r.region = v.region AND r.level = 'county'
WHERE v.span = 'cumulative' AND v.class = 'core'
ORDER BY v.period, v.region;
COMMENT ON VIEW v_county IS '分县（市、区）核心产业增加值与位次，年初累计';

CREATE VIEW v_gdp AS
SELECT indicator, indicator_zh, definition_id, period, span, region, region_zh, class, class_zh, shown, shown_unit,
  price_zh, vintage, vintage_zh, status, authority
FROM v_observation
WHERE indicator IN ('gdp', 'gdp_growth', 'sector_value_added', 'sector_growth', 'industry_above_value_added')
ORDER BY indicator, span, period, region, class, price_zh, vintage_order, authority;
COMMENT ON VIEW v_gdp IS '地区生产总值与分行业增加值，各版次并列';

CREATE VIEW v_gdp_share AS
SELECT period, span, region, region_zh, class, class_zh, definition_id, vintage, vintage_zh, shown AS share_pct, authority
FROM v_observation
WHERE indicator = 'core_share_gdp'
ORDER BY span, period, region, class, definition_id DESC, vintage_order, authority;
COMMENT ON VIEW v_gdp_share IS '核心产业增加值占地区生产总值比重；same_vintage 为同版次，mixed_vintage 为跨版次，仅供对照';

CREATE VIEW v_penetration AS
SELECT definition_id, indicator_zh, period, span, region, region_zh, class, class_zh, shown AS rate_pct, status, authority
FROM v_newest
WHERE indicator = 'digital_penetration'
ORDER BY definition_id, span, period, region, class, authority;
COMMENT ON VIEW v_penetration IS '产业数字化渗透率；口径（definition_id）不同不可比，不可连成一个序列';

CREATE VIEW v_chain AS
SELECT indicator, indicator_zh, definition_id, period, span, region, region_zh, class, class_zh, shown, shown_unit,
  vintage_zh, authority
FROM v_newest
WHERE indicator LIKE 'chain_%'
ORDER BY span, period, region, class, authority, indicator;
COMMENT ON VIEW v_chain IS '产业链增加值、其中核心产业部分，以及占第二产业和占规模以上工业的两个比重';

CREATE VIEW v_scale AS
SELECT indicator, indicator_zh, period, span, region, region_zh, class, class_zh, shown, shown_unit, authority
FROM v_newest
WHERE indicator IN ('firms', 'revenue', 'revenue_growth', 'staff')
ORDER BY indicator, span, period, region, class <> 'core', class, authority;
COMMENT ON VIEW v_scale IS '核心产业规模以上单位数、营业收入、平均用工人数';

CREATE VIEW v_department AS
SELECT o.indicator, o.indicator_zh, o.period, o.span, o.region, o.region_zh, o.shown, o.shown_unit, o.authority
FROM v_newest AS o
WHERE o.definition_id = 'department'
ORDER BY o.indicator, o.span, o.period, o.region, o.authority;
COMMENT ON VIEW v_department IS '部门监测数：基础设施、数据归集、政务服务、企业与项目';

CREATE VIEW v_national AS
SELECT o.indicator, o.indicator_zh, o.definition_id, o.period, o.span, o.class, o.class_zh, o.shown, o.shown_unit,
  o.price_zh, o.vintage, o.vintage_zh, o.authority
FROM v_observation AS o
JOIN region AS r ON r.region = o.region AND r.level = 'nation'
ORDER BY o.indicator, o.definition_id, o.span, o.period, o.class, o.price_basis, o.vintage_order, o.authority;
COMMENT ON VIEW v_national IS '全国数';

CREATE VIEW v_cell AS
SELECT p.*, r.name_zh AS region_zh, coalesce(l.name_zh, p.class) AS class_zh
FROM cell_published AS p
LEFT JOIN region AS r ON r.region = p.region
LEFT JOIN class_label AS l ON l.scheme = p.scheme AND l.class = p.class
ORDER BY p.quarter, p.region, p.scheme, p.class;
COMMENT ON VIEW v_cell IS '发布层级的汇总单元（内部，未作保密处理）';

CREATE VIEW v_coverage AS
SELECT quarter,
  survey,
  CASE survey WHEN 'industry' THEN '工业' WHEN 'service' THEN '服务业' WHEN 'trade' THEN '批零业'
    WHEN 'construction' THEN '建筑业' ELSE '合计' END AS survey_zh,
  due, reported, missing, imputed, round(coverage * 100.0, 8) AS coverage_pct
FROM coverage
ORDER BY quarter, survey;
COMMENT ON VIEW v_coverage IS '各季度各专业应报、已报、未报、推算的单位数和覆盖率（%，按上年同期营业收入）';

CREATE VIEW 核心产业增加值 AS
SELECT period AS 时期, CASE span WHEN 'cumulative' THEN '累计' WHEN 'quarter' THEN '当季' ELSE '年度' END AS 时期类型,
  region_zh AS 地区, class AS 类别代码, class_zh AS 类别, value_added_100m AS 增加值_亿元,
  growth_constant_pct AS 可比价增速_百分比, growth_current_pct AS 现价增速_百分比, share_gdp_pct AS 占GDP比重_百分比,
  share_core_pct AS 占核心产业比重_百分比, pull_points AS 拉动_百分点, contribution_pct AS 贡献率_百分比,
  authority AS 数据权属
FROM v_core
ORDER BY span, period, region, class <> 'core', class;
COMMENT ON VIEW 核心产业增加值 IS '核心产业增加值与增速、占比、拉动，同 v_core';

CREATE VIEW 分县区 AS
SELECT period AS 时期, region_zh AS 地区, value_added_100m AS 增加值_亿元, rank_value_added AS 规模位次,
  growth_constant_pct AS 可比价增速_百分比, rank_growth AS 增速位次, growth_current_pct AS 现价增速_百分比,
  share_place_pct AS 占全市比重_百分比, share_gdp_pct AS 占GDP比重_百分比,
  pull_points AS 拉动_百分点, authority AS 数据权属
FROM v_county
ORDER BY period, region;
COMMENT ON VIEW 分县区 IS '分县（市、区）核心产业增加值，年初累计，同 v_county';

CREATE VIEW 占GDP比重 AS
SELECT period AS 时期, span AS 时期类型, region_zh AS 地区, class_zh AS 类别, definition_id AS 口径, vintage_zh AS 版次,
  share_pct AS 比重_百分比, authority AS 数据权属
FROM v_gdp_share
ORDER BY span, period, region, class, definition_id DESC, vintage_zh, authority;
COMMENT ON VIEW 占GDP比重 IS '核心产业增加值占地区生产总值比重，同 v_gdp_share';

CREATE VIEW 渗透率 AS
SELECT definition_id AS 口径, period AS 时期, region_zh AS 地区, class_zh AS 部门, rate_pct AS 渗透率_百分比,
  authority AS 数据权属
FROM v_penetration
ORDER BY definition_id, span, period, region, class, authority;
COMMENT ON VIEW 渗透率 IS '产业数字化渗透率，口径不同不可比，同 v_penetration';

CREATE VIEW 产业链 AS
SELECT indicator_zh AS 指标, period AS 时期, region_zh AS 地区, class_zh AS 产业链, shown AS 数值, shown_unit AS 单位,
  authority AS 数据权属
FROM v_chain
ORDER BY span, period, region, class, authority, indicator;
COMMENT ON VIEW 产业链 IS '产业链增加值与两个比重，同 v_chain';

CREATE VIEW 报表覆盖情况 AS
SELECT quarter AS 季度, survey_zh AS 专业, due AS 应报单位数, reported AS 已报单位数, missing AS 未报单位数,
  imputed AS 推算单位数, coverage_pct AS 覆盖率_百分比
FROM v_coverage
ORDER BY quarter, survey;
COMMENT ON VIEW 报表覆盖情况 IS '应报、已报、未报、推算的单位数和覆盖率，同 v_coverage';

CREATE VIEW 指标目录 AS
SELECT id AS 指标, definition_id AS 口径, name_zh AS 名称, definition_zh AS 定义, formula AS 计算公式,
  display_unit AS 单位, release_level AS 发布级别
FROM catalogue
ORDER BY id, definition_id;
COMMENT ON VIEW 指标目录 IS '指标、口径、公式与单位，同 catalogue';

CREATE VIEW 全部观测值 AS
SELECT indicator_zh AS 指标, definition_id AS 口径, period AS 时期, span_zh AS 时期类型, region_zh AS 地区,
  class_zh AS 类别, shown AS 数值, shown_unit AS 单位, price_zh AS 价格, vintage_zh AS 版次, status AS 数据状态,
  authority AS 数据权属
FROM v_observation
ORDER BY indicator, definition_id, span, period, region, class, price_basis, base, authority, vintage_order;
COMMENT ON VIEW 全部观测值 IS '全部观测值，同 v_observation';

CREATE VIEW v_revision AS
SELECT v.indicator, v.definition_id, coalesce(c.name_zh, v.indicator) AS indicator_zh, v.period, v.region,
  coalesce(r.name_zh, v.region) AS region_zh, v.class, coalesce(l.name_zh, v.class) AS class_zh,
  CASE v.price_basis WHEN 'current' THEN '现价' ELSE '可比价' END AS price_zh, v.previous_vintage, v.vintage, v.previous_as_of, v.as_of, v.step, v.cause,
  v.cause_zh,
  CASE v.unit WHEN '元' THEN v.previous_value / 100000000.0 ELSE round(v.previous_value * 100.0, 8) END AS previous_shown,
  CASE v.unit WHEN '元' THEN v.value / 100000000.0 ELSE round(v.value * 100.0, 8) END AS shown,
  CASE v.unit WHEN '元' THEN v.effect / 100000000.0 ELSE round(v.effect * 100.0, 8) END AS effect_shown,
  CASE v.unit WHEN '元' THEN '亿元' ELSE '百分点' END AS effect_unit,
  v.absent_zh
FROM revision AS v
LEFT JOIN catalogue AS c ON c.id = v.indicator AND c.definition_id = v.definition_id
LEFT JOIN region AS r ON r.region = v.region
LEFT JOIN class_label AS l ON l.class = v.class AND l.scheme = 'digital'
ORDER BY v.indicator, v.definition_id, price_zh, v.period, v.region, v.class <> 'core', v.class, v.step;
COMMENT ON VIEW v_revision IS '修订对照：上期数、本期数（亿元、%）和按固定顺序分解的影响（亿元、百分点）';

CREATE VIEW v_unit_change AS
SELECT u.quarter, u.region, coalesce(r.name_zh, u.region) AS region_zh, u.class, coalesce(l.name_zh, u.class) AS class_zh, u.event,
  CASE u.event WHEN 'entry' THEN '入库' WHEN 'exit' THEN '退库' WHEN 'recode' THEN '改行业' WHEN 'move' THEN '迁移'
    WHEN 'merger' THEN '合并' ELSE '其他' END AS event_zh,
  u.units, u.value_added / 100000000.0 AS value_added_100m, u.base_change / 100000000.0 AS base_change_100m,
  round(u.pull * 100.0, 8) AS pull_points
FROM unit_change AS u
LEFT JOIN region AS r ON r.region = u.region
LEFT JOIN class_label AS l ON l.class = u.class AND l.scheme = 'digital'
ORDER BY u.region, u.class <> 'core', u.class, u.event;
COMMENT ON VIEW v_unit_change IS '单位变动：近四个季度的户数、本期增加值（亿元）、上年同期数的变动（亿元）、对现价增速的拉动（百分点）';

CREATE VIEW v_revision_triangle AS
SELECT t.indicator, coalesce(c.name_zh, t.indicator) AS indicator_zh, t.period, t.class, coalesce(l.name_zh, t.class) AS class_zh,
  CASE t.price_basis WHEN 'current' THEN '现价' ELSE '可比价' END AS price_zh, t.vintage, t.as_of, t.estimate,
  CASE t.unit WHEN '元' THEN t.value / 100000000.0 ELSE round(t.value * 100.0, 8) END AS shown,
  CASE t.unit WHEN '元' THEN '亿元' ELSE '%' END AS shown_unit
FROM revision_triangle AS t
LEFT JOIN catalogue AS c ON c.id = t.indicator AND c.definition_id = t.definition_id
LEFT JOIN class_label AS l ON l.class = t.class AND l.scheme = 'digital'
ORDER BY t.indicator, price_zh, t.class <> 'core', t.class, t.period, t.estimate;
COMMENT ON VIEW v_revision_triangle IS '修订三角：各期的数在历次发布日所知（亿元、%）';

-- From each period's first estimate to its last; the mean says to which side first estimates lean.
CREATE VIEW v_revision_size AS
SELECT indicator, indicator_zh, class, class_zh, price_zh, CASE shown_unit WHEN '%' THEN '百分点' ELSE shown_unit END AS unit_zh,
  count(*) AS periods, avg(last_shown - first_shown) AS mean_revision, avg(abs(last_shown - first_shown)) AS mean_absolute_revision
FROM (
  SELECT indicator, indicator_zh, class, class_zh, price_zh, shown_unit, period,
    arg_min(shown, estimate) AS first_shown, arg_max(shown, estimate) AS last_shown
  FROM v_revision_triangle
  GROUP BY indicator, indicator_zh, class, class_zh, price_zh, shown_unit, period
  HAVING count(*) > 1)
GROUP BY indicator, indicator_zh, class, class_zh, price_zh, shown_unit
ORDER BY indicator, price_zh, class <> 'core', class;
COMMENT ON VIEW v_revision_size IS '修订幅度：从首次到最近一次的平均修订和平均绝对修订（亿元、百分点）';

CREATE VIEW 修订对照 AS
SELECT indicator_zh AS 指标, period AS 时期, region_zh AS 地区, class_zh AS 类别, price_zh AS 价格, previous_vintage AS 上期版次,
  vintage AS 本期版次, previous_as_of AS 上期截止日,
  as_of AS 本期截止日, previous_shown AS 上期数, shown AS 本期数, cause_zh AS 原因, effect_shown AS 影响, effect_unit AS 影响单位
FROM v_revision
ORDER BY indicator, definition_id, price_zh, period, region, class <> 'core', class, step;
COMMENT ON VIEW 修订对照 IS '上期数与本期数之差的分解，同 v_revision';

CREATE VIEW 单位变动 AS
SELECT quarter AS 季度, region_zh AS 地区, class_zh AS 类别, event_zh AS 变动, units AS 单位数, value_added_100m AS 本期增加值_亿元,
  base_change_100m AS 上年同期数变动_亿元, pull_points AS 拉动_百分点
FROM v_unit_change
ORDER BY region, class <> 'core', class, event;
COMMENT ON VIEW 单位变动 IS '单位变动及其影响，同 v_unit_change';

CREATE VIEW 修订三角 AS
SELECT indicator_zh AS 指标, class_zh AS 类别, price_zh AS 价格, period AS 时期, estimate AS 第几次发布, as_of AS 数据截止日,
  shown AS 数值, shown_unit AS 单位
FROM v_revision_triangle
ORDER BY indicator, price_zh, class <> 'core', class, period, estimate;
COMMENT ON VIEW 修订三角 IS '各期的数在历次发布日所知，同 v_revision_triangle';

CREATE VIEW 修订幅度 AS
SELECT indicator_zh AS 指标, class_zh AS 类别, price_zh AS 价格, periods AS 期数, mean_revision AS 平均修订,
  mean_absolute_revision AS 平均绝对修订, unit_zh AS 单位
FROM v_revision_size
ORDER BY indicator, price_zh, class <> 'core', class;
COMMENT ON VIEW 修订幅度 IS '首次到最近一次的修订，同 v_revision_size';
