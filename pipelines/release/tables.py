"""The tables of a report, once, for bulletin and workbook alike: T1 总表, T2 大类, T3 中类, T4 县区, T6, T7 ….

Belongs here: which observations stand in which row and column. Does not belong here: how a table is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from indicators.penetration import survey_rates
from indicators.quarter import Quarter
from pipelines.release.alike import alike, difference
from pipelines.release.chains import published_chains
from pipelines.release.cited import Said, cite
from pipelines.release.display import WITHHELD_ZH, decimal, rounding_said
from pipelines.release.figures import (
    CORE,
    DIVISIONS,
    VINTAGES,
    Figure,
    Figures,
    Number,
    Span,
    count,
    covered,
    covered_share,
    ranks,
)
from pipelines.surveys import SURVEYS

Cell = Number | str | None

_PARTS: Final = ("agriculture", "industry", "construction", "services")
PENETRATION: Final = {
    "efficiency_va": (*_PARTS, "secondary", "tertiary", "all"),
    "growth_accounting": (*_PARTS, "primary", "secondary", "tertiary", "all"),
    "io_direct": (*_PARTS, "all"),
    "io_complete": (*_PARTS, "all"),
    **{definition: rate.sectors for definition, rate in survey_rates().items()},
    "external": ("primary", "industry", "secondary", "services", "tertiary", "all"),
}
_ASSUMED: Final = ("净收益率", "折旧率", "首年以前投资增速")
# Of these there is a rate for each section of GB/T 4754, too.
_BY_SECTION: Final = ("efficiency_va", "io_direct", "io_complete")


@dataclass(frozen=True)
class Row:
    """A label, cells, depth in a hierarchy, and whether it is a total or a heading of the rows below it."""

    label: str
    cells: tuple[Cell, ...] = ()
    indent: int = 0
    total: bool = False


@dataclass(frozen=True)
class Table:
    """A three-line table: number and title, unit at the top right, head, rows, notes below."""

    code: str
    title: str
    unit: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what may not stand side by side, but for what the table sets apart in words (``alike.KINDS``)."""
        alike(self.figures, f"{self.code} {self.title}", declared=self.declared)

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The notes below the table; what is told rounded, and the law that withholds what is."""
        cells = [cell for row in self.rows for cell in row.cells if isinstance(cell, Number)]
        withheld = WITHHELD_ZH if any(cell.withheld for cell in cells) else ""
        return (*self.notes, *filter(None, (rounding_said(cells), withheld)))

    @property
    def figures(self) -> list[Figure]:
        """The observations that the table shows."""
        return [cell for row in self.rows for cell in row.cells if isinstance(cell, Figure)]


def filled(table: Table) -> Table:
    """A table without the columns in which no row has anything."""
    rows = [row for row in table.rows if row.cells]
    kept = [n for n in range(len(table.head) - 1) if any(row.cells[n] is not None for row in rows)]
    return replace(
        table,
        head=(table.head[0], *(table.head[n + 1] for n in kept)),
        rows=tuple(replace(row, cells=tuple(row.cells[n] for n in kept if row.cells)) for row in table.rows),
    )


def overview(f: Figures) -> Table:
    """T1: the few numbers of the whole, each with the same period a year ago and the change."""
    rows = [*_core_rows(f), *_gdp_rows(f), *_scale_rows(f), *_annual_rows(f)]
    head = ("时期", "单位", "本期", "上年同期", "增速（%）／增减（百分点）")
    return filled(
        Table(
            "T1",
            "总表",
            "单位：见各行",
            ("指标", *head),
            tuple(rows),
            (_growth_note(f),) if f.definition == "rate_method" else (),
            # Where GDP is there in several vintages, its rows are named by them.
            ("vintage",) if len(_gdp_rows(f)) > 1 else (),
        )
    )


def divisions(f: Figures, span: Span) -> Table | None:
    """T2: the four core divisions."""
    return _class_table(f, span, "T2", "数字经济核心产业增加值，分大类", [CORE, *DIVISIONS], full=True)


def groups(f: Figures, span: Span) -> Table | None:
    """T3: divisions and their groups."""
    found = f.classes("core_value_added", f.definition, span)
    codes = [CORE, *(code for code in found if code[:2] in DIVISIONS and len(code) <= 4)]
    if not any(len(code) == 4 and code != CORE for code in codes):
        return None
    return _class_table(f, span, "T3", "数字经济核心产业增加值，分中类", codes, full=False)


def counties(f: Figures, span: Span) -> Table | None:
    """T4: the counties, with their ranks by size and by growth."""
    regions = [county.code for county in f.city.counties]
    values = {code: _value(f, span, region=code) for code in regions}
    growths = {code: f.growth_cell(span, region=code) for code in regions}
    by_value, by_growth = ranks(values.items()), ranks(growths.items())
    if not by_value:
        return None

    def cells(code: str) -> tuple[Cell, ...]:
        place = {"region": code}
        return (
            f.cell("core_value_added", f.definition, span, cls=CORE, price="current", **place),
            _rank(by_value, values, code),
            f.growth_cell(span, **place),
            _rank(by_growth, growths, code),
            f.cell("core_region_share", f.definition, span, cls=CORE, **place),
            f.cell("core_share_gdp", "same_vintage", span, cls=CORE, **place),
            f.cell("core_pull", f.definition, span, cls=CORE, **place),
        )

    whole = cells(f.city.code)
    some = any(figure and figure.withheld for figure in (*values.values(), *growths.values()))
    open_ranks = any(figure and not figure.withheld and code not in by_growth for code, figure in growths.items())
    rows = [Row(f.city.name, whole, total=True)]
    rows += [Row(county.name, cells(county.code), indent=1) for county in f.city.counties]
    return filled(
        Table(
            "T4",
            "数字经济核心产业增加值，分县（市、区）",
            "单位：亿元、位、%、百分点",
            ("地区", "增加值", "规模位次", f.growth_name, "增速位次", "占全市比重", "占本地GDP比重", "拉动全市"),
            tuple(rows),
            (
                *(("位次只在列出的县（市、区）中排。",) if some else ()),
                *(("增速修约后分不出先后的，不排位次。",) if open_ranks else ()),
            ),
        )
    )


def penetration(f: Figures) -> Table | None:
    """T6: penetration, one block per definition with its words; the blocks are never joined."""
    rows: list[Row] = []
    said: list[str] = []
    for definition, classes in PENETRATION.items():
        found = [figure for cls in classes if (figure := newest_rate(f, definition, cls))]
        if found:
            entry = f.catalogue.get(("digital_penetration", definition), {})
            rows.append(Row(entry.get("name_zh", definition), total=True))
            rows += [
                Row(f.name("sector", figure.cls), (figure, rate_period(f, figure), figure.authority), indent=1)
                for figure in found
            ]
            said.append(Said(f"{entry['name_zh']}：{entry['definition_zh']}。{settings(f, found)}"))
    if not rows:
        return None
    return Table(
        "T6",
        "产业数字化渗透率与普及率",
        "单位：%",
        ("口径与部门", "数值", "时期", "测算或公布者"),
        tuple(rows),
        ("各口径定义不同，数值不可相互比较，也不可连成一个序列。", *said),
    )


def penetration_sections(f: Figures) -> Table | None:
    """The definitions that reach down to sections, side by side and each in its own period."""
    found = {definition: f.classes("digital_penetration", definition) for definition in _BY_SECTION}
    sections = sorted({cls for classes in found.values() for cls in classes if len(cls) == 1})
    columns = {
        definition: {cls: figure for cls in sections if (figure := newest_rate(f, definition, cls))}
        for definition in _BY_SECTION
    }
    columns = {definition: figures for definition, figures in columns.items() if figures}
    if not columns:
        return None
    names = []
    for definition, figures in columns.items():
        first = next(iter(figures.values()))
        name = f.catalogue["digital_penetration", definition]["name_zh"]
        names.append(f"{name}，{Span(first.span, first.period).label}")
    rows = tuple(
        Row(f"{cls} {f.name('sector', cls)}", tuple(figures.get(cls) for figures in columns.values()))
        for cls in sections
        if any(cls in figures for figures in columns.values())
    )
    return Table(
        "T6b",
        "产业数字化渗透率，分门类",
        "单位：%",
        ("门类", *names),
        rows,
        ("各列口径和时期不同，只能各自上下比较，不可左右比较。",),
    )


def rate_period(f: Figures, figure: Figure) -> str:
    """The period of a rate; one that its publisher did not give says so."""
    span = Span(figure.span, figure.period)
    return span.label + ("（推定）" if f.all("assumed_period", figure.definition, span, cls=figure.cls) else "")


def settings(f: Figures, figures: list[Figure]) -> str:
    """What growth accounting took for granted, in one sentence per set of settings, linked; '' for others."""
    texts: dict[tuple[str, ...], list[tuple[str, list[Figure]]]] = {}
    for figure in figures:
        span = Span(figure.span, figure.period)
        names = ("ict_base_year", "ict_net_return", "ict_depreciation", "ict_initial_rate")
        found = [number for name in names if (number := f.cell(name, figure.definition, span, cls=figure.cls))]
        if len(found) == len(names):
            year, *rates = found
            said = (
                f"基年{year.value:.0f}年",
                *(f"{word}{decimal(rate)}%" for word, rate in zip(_ASSUMED, rates, strict=True)),
            )
            texts.setdefault(said, []).append((f.name("sector", figure.cls), found))
    return "".join(
        f"{'、'.join(name for name, _ in those)}："
        + "，".join(
            cite(text, *column)
            for text, column in zip(said, zip(*(found for _, found in those), strict=True), strict=True)
        )
        + "。"
        for said, those in texts.items()
    )


def chains(f: Figures, span: Span) -> Table | None:
    """The local industry chains, with both shares and the published figures beside ours, those that there are."""
    rows: list[Row] = []
    ours, theirs = (f.classes("chain_value_added", *which) for which in (("rate_method", span), ("published",)))
    for chain in sorted({*ours, *theirs}):
        name = f.name("chain", chain)
        if chain in ours:
            rows.append(Row(name, _chain_cells(f, "rate_method", span, chain), total=True))
        for year in f.periods("chain_value_added", "published", "annual", cls=chain)[-1:]:
            cells = _chain_cells(f, "published", year, chain)
            figure = cells[1]
            publisher = figure.authority if isinstance(figure, Figure) else ""
            label = f"{publisher.removesuffix('公布')}公布"
            rows.append(Row(f"对照：{label}", cells, 1) if chain in ours else Row(f"{name}，{label}", cells))
    if not rows:
        return None
    shares = ("两个比重分子相同，分母不同；均为占比，不是渗透率。",) if ours else ()
    return filled(
        Table(
            "链",
            "产业链增加值与两个比重" if ours else "公布的产业链增加值与比重",
            "单位：亿元、%",
            ("产业链", "时期", "增加值", "其中：核心产业", "相当于第二产业", "相当于规模以上工业"),
            tuple(rows),
            ("".join((*shares, "公布数的比重按公布机关所称列示。")),),
        )
    )


def chain_denominators(f: Figures) -> Table | None:
    """The published share of a chain beside the published value over each of the two denominators."""
    rows = tuple(
        Row(
            f.name("chain", check.chain),
            (
                check.year.label,
                check.whole,
                check.claimed,
                check.secondary,
                check.over(check.secondary),
                check.above,
                check.over(check.above),
            ),
        )
        for check in published_chains(f)
        if check.secondary or check.above
    )
    if not rows:
        return None
    whose = "第二产业增加值为核算数"
    if any(check.above for check in published_chains(f)):
        whose += "，规模以上工业增加值为监测测算"
    return filled(
        Table(
            "链分母",
            "公布的产业链比重是占谁的比重",
            "单位：亿元、%",
            ("产业链", "时期", "公布增加值", "公布比重", "第二产业", "占第二产业", "规上工业", "占规上工业"),
            rows,
            (f"{whose}；公布比重与哪一列相等，分母就是哪一个。",),
        )
    )


def series(f: Figures, kind: str = "cumulative") -> Table | None:
    """The quarters side by side: one kind of span, one row per period."""
    spans = [s for s in f.periods("core_value_added", f.definition, kind, cls=CORE) if s.period <= str(f.quarter)]
    if not spans or kind == "annual":
        return None
    rows = tuple(Row(span.period, _series_cells(f, span)) for span in spans)
    names = tuple(f.name("digital", code) for code in DIVISIONS)
    title = "核心产业增加值，年初累计" if kind == "cumulative" else "核心产业增加值，单季"
    head = ("时期", "核心产业增加值", *names, f.growth_name, "GDP增速", "占GDP比重")
    return filled(Table("序列", title, "单位：亿元、%", head, rows))


def pulls(f: Figures) -> Table | None:
    """Who pulled the growth: cumulative pull of the divisions, one row per period."""
    spans = [s for s in f.periods("core_pull", f.definition, "cumulative", cls=CORE) if s.period <= str(f.quarter)]
    names = tuple(f.name("digital", code) for code in DIVISIONS)
    rows = tuple(
        Row(
            span.period,
            (f.growth_cell(span), *(f.cell("core_pull", f.definition, span, cls=code) for code in DIVISIONS)),
        )
        for span in spans
    )
    if not rows:
        return None
    head = ("时期", "核心产业增速", *names)
    return filled(Table("拉动", "四个大类对核心产业增长的拉动，年初累计", "单位：%、百分点", head, rows))


def vintages(f: Figures, span: Span) -> Table | None:
    """Share of GDP against each vintage of GDP; the mixed one is there only under its own name."""
    rows = [
        Row(
            "同版次" if definition == "same_vintage" else "跨版次（仅供对照）",
            (_gdp_of(f, span, share), share, VINTAGES[share.gdp_vintage]),
        )
        for definition in ("same_vintage", "mixed_vintage")
        for share in f.all("core_share_gdp", definition, span, cls=CORE)
    ]
    if len(rows) < 2:
        return None
    return Table(
        "版次",
        "核心产业增加值占GDP比重与GDP版次",
        "单位：亿元、%",
        ("口径", f.gdp_name, "占GDP比重", "GDP版次"),
        tuple(rows),
        ("跨版次比重的分子与分母不是同一版次，不得与同版次比重连接或比较。",),
        ("vintage",),
    )


def coverage(f: Figures) -> Table | None:
    """How much of what is due has come, by survey, and how many of the missing are imputed."""
    order = list(SURVEYS)
    rows = tuple(
        Row(
            SURVEYS[row["survey"]],
            (
                *(covered(row, name) for name in ("due", "reported", "missing", "imputed")),
                covered_share(row),
            ),
            total=row["survey"] == "all",
        )
        for row in sorted(f.coverage, key=lambda row: order.index(row["survey"]))
    )
    if not rows:
        return None
    return Table(
        "覆盖",
        "报表覆盖情况",
        "单位：家、%",
        ("专业", "应报", "已报", "未报", "其中推算", "覆盖率"),
        rows,
        ("覆盖率为已报单位占应报单位的上年同期营业收入；已退库、被合并的单位不算应报，推算不算已报。",),
    )


def imputed(f: Figures, span: Span) -> Table | None:
    """How much of a flash is imputed, by class and by county; nothing where nothing is."""
    places = [(f.city.code, cls, f.name("digital", cls)) for cls in (CORE, *DIVISIONS)]
    places += [(county.code, CORE, county.name) for county in f.city.counties]
    rows = []
    for region, cls, name in places:
        units = f.cell("core_imputed_units", "above_threshold", span, region=region, cls=cls)
        share = f.cell("core_imputed_share", "rate_method", span, region=region, cls=cls)
        if units and units.value:
            first = region == f.city.code and cls == CORE
            rows.append(Row(name, (units, share), indent=0 if first else 1, total=first))
    if not rows:
        return None
    return Table(
        "推算",
        "推算的单位数及其占核心产业增加值的比重",
        "单位：家、%",
        ("类别、地区", "推算单位数", "推算占增加值比重"),
        tuple(rows),
        ("未列出的类别和地区没有推算。",),
    )


def _rank(order: dict[str, int], figures: dict[str, Figure | None], code: str) -> Number | None:
    figure = figures.get(code)
    if figure is None or figure.withheld:
        return figure
    return count(order[code], *figure.origins) if code in order else None


def _gdp_of(f: Figures, span: Span, share: Figure) -> Figure | None:
    found = f.all("gdp", "accounts", span, price="current")
    return next((figure for figure in found if figure.vintage == share.gdp_vintage), None)


def _value(f: Figures, span: Span, *, region: str = "", cls: str = CORE) -> Figure | None:
    return f.cell("core_value_added", f.definition, span, region=region, cls=cls, price="current")


def _growth_note(f: Figures) -> str:
    if f.growth_price == "constant":
        return "增加值增速为可比价、同口径；增速不等于本期与上年同期两个现价数之比。"
    return (
        "核心产业增加值增速为现价、同口径（未收到价格指数），与GDP的可比价增速不可比较；"
        "增速不等于本期与上年同期两数之比。"
    )


def _class_table(f: Figures, span: Span, code: str, title: str, codes: list[str], *, full: bool) -> Table | None:
    columns: list[tuple[str, str, str, str]] = [
        ("增加值", "core_value_added", f.definition, "current"),
        (f.growth_name, "core_growth", f.definition, f.growth_price),
        ("占核心产业比重", "core_class_share", f.definition, ""),
        ("拉动", "core_pull", f.definition, ""),
        ("贡献率", "core_contribution", f.definition, ""),
    ]
    if full:
        columns += [
            ("规上企业数", "firms", "above_threshold", ""),
            ("营业收入", "revenue", "above_threshold", ""),
            ("营收增速", "revenue_growth", "above_threshold", ""),
        ]
    cells = {
        c: tuple(
            f.growth_cell(span, cls=c) if i == "core_growth" else f.cell(i, d, span, cls=c, price=p)
            for _, i, d, p in columns
        )
        for c in codes
    }
    kept = [n for n in range(len(columns)) if any(row[n] for row in cells.values())]
    if not kept:
        return None
    rows = tuple(
        Row(
            f.name("digital", c),
            tuple(cells[c][n] for n in kept),
            indent=0 if c == CORE else len(c) // 2,
            total=c == CORE,
        )
        for c in codes
        if any(cells[c])
    )
    units = {"增加值": "亿元", "规上企业数": "家", "拉动": "百分点", "营业收入": "亿元"}
    names = [columns[n][0] for n in kept]
    shown = dict.fromkeys(units.get(name, "%") for name in names)
    notes = ("部分合计数因数值修约与分项之和略有出入，未作机械调整。",)
    return Table(code, title, f"单位：{'、'.join(shown)}", ("类别", *names), rows, notes)


def _core_rows(f: Figures) -> list[Row]:
    rows = []
    spans = [span for span in (f.main, Span("quarter", str(f.quarter))) if span is not None]
    for span in spans:
        now = f.cell("core_value_added", f.definition, span, cls=CORE, price="current")
        if now:
            before = f.cell("core_value_added", f.definition, span.year_before, cls=CORE, price="current")
            name = f.catalogue[now.indicator, now.definition]["name_zh"]
            rows.append(
                Row(name, (span.label, now.display_unit, now, before, f.growth_cell(span)), total=span == f.main)
            )
    for definition, name in (("same_vintage", "占GDP比重"), ("mixed_vintage", "占GDP比重（跨版次，仅供对照）")):
        share = f.cell("core_share_gdp", definition, spans[0], cls=CORE) if spans else None
        if share:
            before = f.cell("core_share_gdp", definition, spans[0].year_before, cls=CORE)
            rows.append(Row(name, (spans[0].label, "%", share, before, difference(share, before)), indent=1))
    return rows


def _gdp_rows(f: Figures) -> list[Row]:
    candidates = [Span("cumulative", str(f.quarter)), Span("annual", str(f.quarter.year)), f.main]
    for span in candidates:
        found = f.all("gdp", "accounts", span, price="current") if span else []
        if span and found:
            growth = f.cell("gdp_growth", "accounts", span)
            earlier = f.all("gdp", "accounts", span.year_before, price="current")
            before = next((figure for figure in earlier if figure.vintage == found[0].vintage), None)
            several = len(found) > 1
            named = several or f.flash
            return [
                Row(
                    f"{f.gdp_name}（{VINTAGES[figure.vintage]}）" if named else f.gdp_name,
                    (span.label, figure.display_unit, figure, None if several else before, None if n else growth),
                )
                for n, figure in enumerate(found)
            ]
    return []


def _scale_rows(f: Figures) -> list[Row]:
    rows = []
    for indicator in ("firms", "revenue", "staff"):
        span = f.main
        now = f.cell(indicator, "above_threshold", span, cls=CORE) if span else None
        if now and span:
            before = f.cell(indicator, "above_threshold", span.year_before, cls=CORE)
            growth = f.cell("revenue_growth", "above_threshold", span, cls=CORE) if indicator == "revenue" else None
            name = f.catalogue[now.indicator, now.definition]["name_zh"]
            rows.append(Row(f"核心产业{name}", (span.label, now.display_unit, now, before, growth)))
    return rows


def _annual_rows(f: Figures) -> list[Row]:
    rows = []
    for span in f.periods("core_value_added_income", "income_approach", "annual", cls=CORE)[-1:]:
        now = f.cell("core_value_added_income", "income_approach", span, cls=CORE)
        before = f.cell("core_value_added_income", "income_approach", span.year_before, cls=CORE)
        rows.append(Row("核心产业增加值（收入法，年度，单列）", (span.label, "亿元", now, before, None)))
    return rows


def _series_cells(f: Figures, span: Span) -> tuple[Cell, ...]:
    return (
        f.cell("core_value_added", f.definition, span, cls=CORE, price="current"),
        *(f.cell("core_value_added", f.definition, span, cls=code, price="current") for code in DIVISIONS),
        f.growth_cell(span),
        f.gdp_growth(span),
        f.cell("core_share_gdp", "same_vintage", span, cls=CORE),
    )


def _chain_cells(f: Figures, definition: str, span: Span, chain: str) -> tuple[Cell, ...]:
    indicators = ("chain_value_added", "chain_core_value_added", "chain_share_secondary", "chain_share_above_industry")
    return (span.label, *(f.cell(indicator, definition, span, cls=chain) for indicator in indicators))


def newest_rate(f: Figures, definition: str, cls: str) -> Figure | None:
    """Penetration by a definition in its latest period."""
    return newest(f, "digital_penetration", definition, cls)


def newest(f: Figures, indicator: str, definition: str, cls: str = "") -> Figure | None:
    """The latest period up to the release quarter, a quarter's cumulative span before a year."""
    spans = [
        *(s for s in f.periods(indicator, definition, "cumulative", cls=cls) if s.period == str(f.quarter)),
        *reversed([s for s in f.periods(indicator, definition, "annual", cls=cls) if _ended(s, f.quarter)]),
    ]
    return f.cell(indicator, definition, spans[0], cls=cls) if spans else None


def _ended(span: Span, quarter: Quarter) -> bool:
    return int(span.period) <= quarter.year
