"""Tables of structure and people: T5 规上行业, concentration, location quotients, sizes, who came and left.

Belongs here: which observations stand in which row and column. Does not belong here: how a table is drawn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from classification.sizes import SIZES
from pipelines.release.figures import CORE, DIVISIONS, Figures, Span
from pipelines.release.tables import Row, Table, filled

_OF_FIRMS: Final = "可推出单户情况，仅限内部（L2），不得外传。"


def industries(f: Figures, span: Span) -> Table | None:
    """T5: the core part of each GB/T division with above-threshold firms."""
    columns = {
        "规上企业数": "industry_firms",
        "增加值": "industry_core_value_added",
        "营业收入": "industry_revenue",
        "营收增速": "industry_revenue_change",
        "利润率": "industry_profit_margin",
        "劳动生产率": "industry_labour_productivity",
    }
    rows = tuple(
        Row(
            f"{code} {f.name('sector', code)}",
            tuple(f.get(indicator, "core_part", span, cls=code) for indicator in columns.values()),
        )
        for code in f.classes("industry_firms", "core_part", span)
    )
    notes = (
        "各行只计行业大类中属于核心产业的部分；跨大类的单位在每个大类中各计一次。",
        *_words(f, ("industry_labour_productivity", "core_part")),
    )
    return _shown(
        Table("T5", "规模以上行业，核心产业部分", "单位：家、亿元、%、元/人", ("行业大类", *columns), rows, notes)
    )


def concentration(f: Figures, span: Span) -> Table | None:
    """What the largest firms weigh, and how the others grow; productivity, margin and research beside them."""
    largest = {
        "集中度指数": ("core_hhi", "value_added"),
        "最大三户比重": ("core_cr3", "value_added"),
        "剔除最大一户增速": ("core_growth_but1", "rate_method"),
        "剔除最大三户增速": ("core_growth_but3", "rate_method"),
    }
    columns = largest | {
        "劳动生产率": ("core_labour_productivity", "above_threshold"),
        "利润率": ("core_profit_margin", "above_threshold"),
    }
    year = next(iter(f.periods("core_rd_intensity", "reported", "annual", cls=CORE)[::-1]), None)
    research = (f"研发投入强度（{year.label}）",) if year else ()
    rows = []
    for cls in (CORE, *DIVISIONS):
        cells = [f.cell(*which, span, cls=cls) for which in columns.values()]
        cells += [f.get("core_rd_intensity", "reported", year, cls=cls)] if year else []
        if any(cells):
            rows.append(Row(f.name("digital", cls), tuple(cells), indent=int(cls != CORE), total=cls == CORE))
    table = filled(Table("集中度", "", "", ("类别", *columns, *research), tuple(rows), _words(f, *columns.values())))
    held = table.head[1:]
    weighed = any(name in largest for name in held)
    whole = "集中度与效率" if set(held) - set(largest) else "集中度"
    units = dict.fromkeys(figure.display_unit or figure.unit for figure in table.figures)
    return _shown(
        replace(
            table,
            # A copy holds but some of it, and is named after that.
            title=whole if weighed else "、".join(held),
            unit=f"单位：{'、'.join(units)}",
            notes=(*((_OF_FIRMS, "增速为现价、同口径，只计已报单位。") if weighed else ()), *table.notes),
        )
    )


def quotients(f: Figures, span: Span) -> Table | None:
    """Location quotients of the counties by division."""
    rows = []
    for county in f.city.counties:
        cells = [f.get("core_location_quotient", "value_added", span, region=county.code, cls=cls) for cls in DIVISIONS]
        if any(cells):
            rows.append(Row(county.name, tuple(cells)))
    head = ("地区", *(f.name("digital", cls) for cls in DIVISIONS))
    notes = _words(f, ("core_location_quotient", "value_added"))
    return _shown(Table("区位商", "县（市、区）区位商，核心产业内部", "单位：倍", head, tuple(rows), notes))


def sizes(f: Figures) -> Table | None:
    """Firms and value added by size, of the latest year with annual returns."""
    years = {span for size in SIZES for span in f.periods("size_firms", "nbs_2017", "annual", cls=size)}
    if not years:
        return None
    year = max(years, key=lambda span: span.period)
    rows = [
        Row(f.name("size", size), (firms, f.get("size_value_added", "nbs_2017", year, cls=size)))
        for size in SIZES
        if (firms := f.get("size_firms", "nbs_2017", year, cls=size))
    ]
    notes = _words(f, ("size_firms", "nbs_2017"))
    title = f"核心产业，按企业规模，{year.label}"
    return _shown(Table("规模", title, "单位：家、亿元", ("规模", "企业数", "增加值（收入法）"), tuple(rows), notes))


def population(f: Figures, span: Span) -> Table | None:
    """Registered units at the end of the period, and those that came and left since the year began."""
    names = ("core_units_registered", "core_units_entered", "core_units_left")
    rows = []
    for cls in (CORE, *DIVISIONS):
        cells = tuple(f.get(name, "register", span, cls=cls) for name in names)
        if any(cells):
            rows.append(Row(f.name("digital", cls), cells, indent=int(cls != CORE), total=cls == CORE))
    notes = _words(f, ("core_units_registered", "register"))
    head = ("类别", "期末在册", "年初以来入库", "年初以来退库")
    return _shown(Table("进退", "名录单位进退", "单位：家", head, tuple(rows), notes))


def _words(f: Figures, *keys: tuple[str, str]) -> tuple[str, ...]:
    """What indicators are, those that the release holds."""
    entries = [f.catalogue[key] for key in keys if key in f.catalogue]
    return tuple(f"{entry['name_zh']}：{entry['definition_zh']}。" for entry in entries)


def _shown(table: Table) -> Table | None:
    return table if table.rows else None
