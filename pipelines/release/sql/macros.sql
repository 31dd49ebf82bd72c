-- Takes: the views of a release (v_newest), in the database in use.
-- Gives: table macros for questions asked by hand, and the same under Chinese names. An indicator, region or class is named
--   by its code or by its Chinese name; a region left out is the place itself, a class left out is the core.
-- Clause: indicators have definitions, price bases and bases that cannot be mixed: each stays a column, never a choice made
--   here. A change over a year is taken between two figures as they stand, so for value added it is not the growth over the
--   comparable base: that is the indicator core_growth. No parameter is called like a column: inside a view DuckDB takes the
--   one for the other.
CREATE MACRO series(ind, area := '', cls := 'core', kind := 'cumulative') AS TABLE
SELECT o.indicator_zh, o.definition_id, o.span, o.period, o.region, o.region_zh, o.class, o.class_zh, o.shown, o.shown_unit,
  o.price_zh, o.base, o.vintage_zh, o.status, o.authority
FROM v_newest AS o
WHERE ind IN (o.indicator, o.indicator_zh) AND cls IN (o.class, o.class_zh) AND kind IN (o.span, o.span_zh)
  AND CASE WHEN area = '' THEN o.region IN (SELECT r.region FROM region AS r WHERE r.parent = '')
    ELSE area IN (o.region, o.region_zh) END
ORDER BY o.definition_id, o.price_zh, o.base, o.authority, o.region, o.class, o.period;
COMMENT ON MACRO TABLE series IS
  '一个指标在一个地区、一个类别的时间序列；口径、价格、基数不同的并列。例：FROM series(''core_value_added'', area := ''甲区'')';

CREATE MACRO latest(ind, cls := 'core', kind := 'cumulative') AS TABLE
SELECT o.indicator_zh, o.definition_id, o.span, o.period, o.region, o.region_zh, o.class, o.class_zh, o.shown, o.shown_unit,
  o.price_zh, o.base, o.vintage_zh, o.status, o.authority
FROM v_newest AS o
JOIN (
  SELECT n.indicator, n.definition_id, n.span, max(n.period) AS period FROM v_newest AS n
  GROUP BY n.indicator, n.definition_id, n.span
) AS last ON last.indicator = o.indicator AND last.definition_id = o.definition_id AND last.span = o.span AND last.period = o.period
WHERE ind IN (o.indicator, o.indicator_zh) AND cls IN (o.class, o.class_zh) AND kind IN (o.span, o.span_zh)
ORDER BY o.definition_id, o.price_zh, o.base, o.authority, o.region, o.class;
COMMENT ON MACRO TABLE latest IS '一个指标最新一期的各地区数。例：FROM latest(''core_growth'', cls := ''01'')';

CREATE MACRO yoy(ind, area := '', cls := 'core', kind := 'cumulative') AS TABLE
SELECT o.indicator_zh, o.definition_id, o.span, o.period, o.region_zh, o.class_zh, o.shown, b.shown AS year_before, o.shown_unit,
  CASE WHEN o.shown_unit NOT IN ('%', '百分点') AND b.shown > 0 THEN round((o.shown / b.shown - 1) * 100.0, 8) END AS change_pct,
  CASE WHEN o.shown_unit IN ('%', '百分点') THEN round(o.shown - b.shown, 8) END AS change_points,
  o.price_zh, o.base, o.vintage_zh, b.vintage_zh AS year_before_vintage_zh, o.authority
FROM series(ind, area := area, cls := cls, kind := kind) AS o
JOIN series(ind, area := area, cls := cls, kind := kind) AS b
  ON b.definition_id = o.definition_id AND b.price_zh = o.price_zh AND b.base = o.base AND b.authority = o.authority
  AND b.region = o.region AND b.class = o.class
  AND b.period = (left(o.period, 4)::INTEGER - 1)::VARCHAR || substr(o.period, 5)
ORDER BY o.definition_id, o.price_zh, o.base, o.authority, o.period;
COMMENT ON MACRO TABLE yoy IS
  '与上年同期比：总量为百分比，比率为百分点；按所列两期数直接相比，不是同口径增速（同口径增速见 core_growth）。例：FROM yoy(''revenue'')';

CREATE MACRO 序列(指标, 地区 := '', 类别 := 'core', 时期类型 := '累计') AS TABLE
SELECT indicator_zh AS 指标, definition_id AS 口径, period AS 时期, region_zh AS 地区, class_zh AS 类别, shown AS 数值,
  shown_unit AS 单位, price_zh AS 价格, base AS 基数, vintage_zh AS 版次, status AS 数据状态, authority AS 数据权属
FROM series(指标, area := 地区, cls := 类别, kind := 时期类型)
ORDER BY definition_id, price_zh, base, authority, region, class, period;
COMMENT ON MACRO TABLE 序列 IS '一个指标的时间序列，同 series。例：FROM 序列(''core_value_added'', 地区 := ''甲区'')';

CREATE MACRO 最新(指标, 类别 := 'core', 时期类型 := '累计') AS TABLE
SELECT indicator_zh AS 指标, definition_id AS 口径, period AS 时期, region_zh AS 地区, class_zh AS 类别, shown AS 数值,
  shown_unit AS 单位, price_zh AS 价格, base AS 基数, vintage_zh AS 版次, status AS 数据状态, authority AS 数据权属
FROM latest(指标, cls := 类别, kind := 时期类型)
ORDER BY definition_id, price_zh, base, authority, region, class;
COMMENT ON MACRO TABLE 最新 IS '一个指标最新一期的各地区数，同 latest。例：FROM 最新(''核心产业增加值同比增速'')';

CREATE MACRO 同比(指标, 地区 := '', 类别 := 'core', 时期类型 := '累计') AS TABLE
SELECT indicator_zh AS 指标, definition_id AS 口径, period AS 时期, region_zh AS 地区, class_zh AS 类别, shown AS 本期,
  year_before AS 上年同期, shown_unit AS 单位, change_pct AS 变动_百分比, change_points AS 变动_百分点, price_zh AS 价格,
  base AS 基数, vintage_zh AS 版次, year_before_vintage_zh AS 上年同期版次, authority AS 数据权属
FROM yoy(指标, area := 地区, cls := 类别, kind := 时期类型)
ORDER BY definition_id, price_zh, base, authority, period;
COMMENT ON MACRO TABLE 同比 IS '与上年同期比，同 yoy；不是同口径增速。例：FROM 同比(''revenue'', 类别 := ''数字产品制造业'')';
