"""Exhibits: a message, the chart that shows it, and the table behind the chart.

Belongs here: which chart shows which table under which title; the title states the finding. Does not belong here: marks
and colours (charts) or sentences of the text (sentences).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Any, Final

from pipelines.release import charts, tables, wording
from pipelines.release.alike import less
from pipelines.release.charts import ACCENT, GREY, HUES, Drawing
from pipelines.release.cited import Said, against, cite, cite_whole, marked, percent, yi
from pipelines.release.display import MARK, STATUS_ZH, decimal, rounding_said, shown
from pipelines.release.figures import CORE, DIVISIONS, PRICES, Figure, Figures, Span, apart, ranks
from pipelines.release.sentences import RANKED, among_shown, change, divisions_of, rate, source, value
from pipelines.release.tables import Table
from pipelines.release.wording import growth

_QUARTERS_SHOWN = 12
_HOLLOW = ("E", "P", "R")
# Counties in a chart: as many bars as a page is high; all of them stand in the table.
DRAWN: Final = 40
NAMED: Final = 20  # points with their names: more would cover each other
_HIDDEN = "因保密未公布。"


@dataclass(frozen=True)
class Exhibit:
    """A titled chart (or several small ones on one scale) with its table."""

    title: str
    subtitle: str
    drawings: tuple[Drawing, ...]
    table: Table | None
    note: str = ""


def growth_lines(f: Figures) -> Exhibit | None:
    """Cumulative growth, core against GDP; at current prices the core alone, for GDP's growth is at constant prices."""
    spans = _quarters(f, "cumulative")
    found = {"核心产业": [rate(f, s) for s in spans]}
    if f.growth_price == "constant":
        found |= {"GDP": gdp} if any(gdp := [f.gdp_growth(s) for s in spans]) else {}
    core, gdp = found["核心产业"][-1:], found.get("GDP", [])[-1:]
    if not core or core[0] is None or len(spans) < 2:
        return None
    records = [
        {
            "period": figure.period,
            "series": name,
            "value": float(decimal(figure)),
            "label": f"{name} {shown(figure).text}%" if figure.period == spans[-1].period else "",
            "hollow": figure.status in _HOLLOW,
            "cited": _cited(f"{figure.period} {name}", figure),
        }
        for name, figures in found.items()
        for figure in figures
        if figure is not None
    ]
    # A growth that is withheld is a gap in the line.
    gaps = [s for s in spans if (grown := f.growth_cell(s)) and grown.withheld]
    records += [
        {"period": s.period, "series": "核心产业", "value": None, "label": "", "hollow": False, "cited": ""}
        for s in gaps
    ]
    last = spans[-1]
    compared = against(core[0], gdp[0], "GDP增速") if gdp and gdp[0] else ""
    title = Said("，".join(filter(None, (f"{last.label}核心产业增加值{change(core[0])}", compared))))
    styles = {"核心产业": (ACCENT, [1, 0]), "GDP": (GREY, [6, 4])}
    alt = f"折线图：{spans[0].label}至{last.label}，{'与'.join(found)}的累计同比增速。{title}。"
    drawn = [figure for figures in found.values() for figure in figures if figure is not None]
    marks = [STATUS_ZH[mark] for mark in _HOLLOW if any(figure.status == mark for figure in drawn)]
    hollow = f"空心点为{'或'.join(marks)}。" if marks else ""
    hollow += rounding_said(drawn)
    hollow += f"{_when(gaps, spans)}{_HIDDEN}" if gaps else ""
    drawing = charts.drawing("growth", alt, charts.lines(records, styles))
    return Exhibit(
        title,
        f"年初至各季末累计同比增速，{PRICES[f.growth_price]}，%",
        (drawing,),
        tables.series(f),
        f"{hollow}{source(*core, *gdp)}",
    )


def quarterly_stack(f: Figures) -> Exhibit | None:
    """Single quarters by division."""
    spans = _quarters(f, "quarter")
    records = [
        {
            "period": s.period,
            "cls": cls,
            "value": figure.value / 1e8,
            "cited": _cited(f"{s.period} {f.name('digital', cls)}", figure),
        }
        for s in spans
        for cls in DIVISIONS
        if (figure := value(f, s, cls=cls))
    ]
    now = value(f, spans[-1]) if len(spans) > 1 else None
    if now is None or not records:
        return None
    cls, _ = _largest({cls: figure for cls in DIVISIONS if (figure := value(f, spans[-1], cls=cls))})
    part = f.get("core_class_share", f.definition, spans[-1], cls=cls)
    title = f"{spans[-1].label}当季核心产业增加值{yi(now)}亿元"
    title = Said(title + (f"，{f.name('digital', cls)}占{percent(part)}%" if part else ""))
    alt = f"堆积柱形图：各季度四个大类的当季增加值。{title}。"
    names = {cls: f.name("digital", cls) for cls in DIVISIONS}
    drawing = charts.drawing("quarter", alt, charts.stacked(records, names))
    note = _hidden_divisions(f, "core_value_added", spans) + source(now)
    return Exhibit(title, "当季增加值，现价，亿元", (drawing,), tables.series(f, "quarter"), note)


def pull_stack(f: Figures, span: Span) -> Exhibit | None:
    """Who pulls the growth, cumulative."""
    spans = _quarters(f, "cumulative")
    records = [
        {
            "period": s.period,
            "cls": cls,
            "value": float(decimal(figure)),
            "cited": _cited(f"{s.period} {f.name('digital', cls)}", figure),
        }
        for s in spans
        for cls in DIVISIONS
        if (figure := f.get("core_pull", f.definition, s, cls=cls))
    ]
    totals = [
        {
            "period": s.period,
            "value": float(decimal(figure)),
            "label": shown(figure).text if s == spans[-1] else "",
            "cited": _cited(f"{s.period} 核心产业", figure),
        }
        for s in spans
        if (figure := rate(f, s))
    ]
    pulls = _by_division(f, "core_pull", span)
    if not records or not pulls or len(spans) < 2:
        return None
    first, pull = _largest(pulls)
    name = f.name("digital", first)
    pulled = cite(wording.points(pull.value, "增长", "下降", "的作用为零", step=pull.step), pull)
    largest = len(pulls) > 1 and all(one is pull or apart(one, pull) for one in pulls.values())
    tail = f"，在{divisions_of(len(pulls))}中最大" if largest else ""
    parts = [figure for s in spans for figure in _by_division(f, "core_pull", s).values()]
    rough = [*parts, *(figure for s in spans if (figure := rate(f, s)))]
    apart_from_sum = "各柱之和与圆点因修约略有出入。" if any(figure.step for figure in parts) else ""
    title = Said(f"{name}拉动核心产业{pulled}{tail}")
    alt = f"堆积柱形图：各季度四个大类对核心产业增长的拉动，圆点为核心产业增速。{title}。"
    names = {cls: f.name("digital", cls) for cls in DIVISIONS}
    drawing = charts.drawing("pull", alt, charts.stacked(records, names, totals))
    return Exhibit(
        title,
        "年初累计，可比价、同口径，百分点；圆点为核心产业增速（%）",
        (drawing,),
        tables.pulls(f),
        rounding_said(rough) + apart_from_sum + _hidden_divisions(f, "core_pull", spans) + source(value(f, span)),
    )


def shares(f: Figures, span: Span) -> Exhibit | None:
    """The four divisions' shares of the core."""
    found = _by_division(f, "core_class_share", span)
    if not found:
        return None
    records: list[dict[str, Any]] = [
        {
            "name": f.name("digital", cls),
            "value": figure.value,
            "label": f"{shown(figure).text}%" + (f"（{shown(now).text}亿元）" if now else ""),
            "colour": HUES[cls],
            "cited": _cited(f.name("digital", cls), figure, now),
        }
        for cls, figure in found.items()
        for now in [value(f, span, cls=cls)]
    ]
    first, part = _largest(found)
    tail = f"，居{divisions_of(len(found))}之首" if len(found) > 1 else ""
    title = Said(f"{f.name('digital', first)}占核心产业增加值的{percent(part)}%{tail}")
    alt = f"条形图：四个大类占核心产业增加值的比重。{'，'.join(r['name'] + r['label'] for r in records)}。"
    drawing = charts.drawing("share", alt, charts.ranked(records, row=34))
    return Exhibit(
        title,
        f"{span.label}，占核心产业增加值比重，现价，%",
        (drawing,),
        tables.divisions(f, span),
        _hidden_divisions(f, "core_class_share", [span]) + source(value(f, span)),
    )


def county_bars(f: Figures, span: Span) -> Exhibit | None:
    """Counties ranked by size, growth beside each bar; a single county is the place itself and is not drawn."""
    found = {c.code: f.cell("core_value_added", f.definition, span, region=c.code, cls=CORE) for c in f.city.counties}
    order = ranks(found.items())
    hidden = [code for code, figure in found.items() if figure and figure.withheld]
    if len(order) < 2:
        return None
    names = {c.code: c.name for c in f.city.counties}
    ordered = sorted(order, key=lambda code: (order[code], code))
    records = [
        {
            "name": names[code],
            "value": figure.value / 1e8,
            "label": _county_label(f, span, code, figure),
            "colour": ACCENT,
            "cited": _cited(names[code], figure, rate(f, span, region=code)),
        }
        for code in ordered
        if (figure := found[code])
    ]
    records += [{"name": names[code], "value": 0.0, "label": MARK, "colour": GREY, "cited": ""} for code in hidden]
    drawn = records[:DRAWN]
    title = Said(among_shown(f, span, names) + marked(_county_title(f, span, ordered, names)))
    alt = f"条形图：各县（市、区）核心产业增加值，由大到小。{title}。"
    return Exhibit(
        title,
        f"{span.label}，核心产业增加值，现价，亿元；括号内为{f.growth_name}",
        (charts.drawing("county", alt, charts.ranked(drawn)),),
        tables.counties(f, span),
        _left_out(len(records))
        + rounding_said(rate(f, span, region=code) for code in ordered[:DRAWN])
        + (f"{MARK}{_HIDDEN}" if any(record["label"] == MARK for record in drawn) else "")
        + source(*found.values())
        + ("在地原则：按经营地，建筑业按注册地。" if f.definition == "rate_method" else ""),
    )


def county_scatter(f: Figures, span: Span) -> Exhibit | None:
    """Counties by their share and their growth, against the growth of the place; too few are no picture."""
    found = [
        (county.name, part, grown)
        for county in f.city.counties
        if (part := f.get("core_region_share", f.definition, span, region=county.code, cls=CORE))
        and (grown := rate(f, span, region=county.code))
    ]
    whole = rate(f, span)
    if whole is None or len(found) < RANKED:
        return None
    records = [
        {
            "name": name if n < NAMED else "",
            "x": float(decimal(part)),
            "y": float(decimal(grown)),
            "cited": _cited(name, part, grown),
        }
        for n, (name, part, grown) in enumerate(nlargest(DRAWN, found, key=lambda one: one[1].value))
    ]
    clear = [(part, less(grown, whole) > 0) for _, part, grown in found if apart(grown, whole)]
    above = [part for part, higher in clear if higher]
    # Rounding may leave open on which side of the place a county lies.
    some = len(clear) < len(found)
    number = cite(f"{len(above)}", *(figure for _, *pair in found for figure in pair), whole)
    together = cite(wording.percent(sum(part.value for part in above)), *above)
    if above:
        title = f"{'至少' if some else ''}{number}个县（市、区）增速高于全市，合计占全市的{together}%"
    else:
        title = "没有一个县（市、区）的增速可说高于全市" if some else "各县（市、区）增速都不高于全市"
    title = Said(among_shown(f, span, [county.code for county in f.city.counties]) + title)
    alt = f"散点图：各县（市、区）占全市核心产业的比重与{f.growth_name}。{title}。"
    plan = charts.scatter(records, across="占全市比重，%", up=f"{f.growth_name}，%", level=float(decimal(whole)))
    rounding = rounding_said([whole, *(grown for _, _, grown in found)])
    named = f"标名称的是规模居前的{NAMED}个。" if len(found) > NAMED else ""
    note = f"{_left_out(len(found))}{named}{rounding}虚线为全市增速；数据见分县（市、区）数据表。{source(whole)}"
    return Exhibit(
        title, f"{span.label}，{f.growth_name}与占全市比重", (charts.drawing("scatter", alt, plan),), None, note
    )


def _left_out(counties: int) -> str:
    """Words for the counties that a chart has no room for; '' where it has."""
    return f"图中为{counties}个县（市、区）中规模居前的{DRAWN}个，其余见数据表。" if counties > DRAWN else ""


def _hidden_divisions(f: Figures, indicator: str, spans: Sequence[Span]) -> str:
    """Words for the divisions that a chart leaves out because they are withheld, and when; '' where none is."""
    hidden: dict[tuple[Span, ...], list[str]] = {}
    for cls in DIVISIONS:
        cells = ((span, f.cell(indicator, f.definition, span, cls=cls)) for span in spans)
        if when := tuple(span for span, cell in cells if cell and cell.withheld):
            hidden.setdefault(when, []).append(f.name("digital", cls))
    told = [f"{'、'.join(names)}{_when(when, spans)}" for when, names in hidden.items()]
    return f"{'；'.join(told)}（{MARK}）{_HIDDEN}" if told else ""


def _when(some: Sequence[Span], spans: Sequence[Span]) -> str:
    """The periods of a chart in which something is so, those that follow each other as one; '' where it is all."""
    if len(some) == len(spans):
        return ""
    runs: list[list[Span]] = []
    for span in some:
        if runs and spans.index(span) == spans.index(runs[-1][-1]) + 1:
            runs[-1].append(span)
        else:
            runs.append([span])
    return "、".join(run[0].label + (f"至{run[-1].label}" if len(run) > 1 else "") for run in runs)


def _county_title(f: Figures, span: Span, ordered: list[str], names: dict[str, str]) -> str:
    if len(ordered) < RANKED:
        return f"{names[ordered[0]]}规模居首"
    three = [f.get("core_region_share", f.definition, span, region=code, cls=CORE) for code in ordered[:3]]
    title = f"规模居前的是{'、'.join(names[code] for code in ordered[:3])}"
    if all(three):
        together = wording.percent(sum(figure.value for figure in three if figure))
        title += f"，三地合计占全市的{cite(together, *three)}%"
    return Said(title)


def penetration_panels(f: Figures) -> Exhibit | None:
    """One small chart per definition, on one scale, never joined."""
    table = tables.penetration(f)
    if table is None:
        return None
    panels = {
        definition: [_bar(f, "sector", figure) for figure in table.figures if figure.definition == definition]
        for definition in dict.fromkeys(figure.definition for figure in table.figures)
    }
    # One bar alone shows nothing; it stands in the table.
    panels = {definition: records for definition, records in panels.items() if len(records) > 1} or panels
    everything = [record for records in panels.values() for record in records]
    drawings: list[Drawing] = []
    for definition, records in panels.items():
        mine = [figure for figure in table.figures if figure.definition == definition]
        name = f.catalogue["digital_penetration", definition]["name_zh"]
        year = Span(mine[0].span, mine[0].period).label
        alt = f"条形图：{name}，{year}。{'，'.join(r['name'] + r['label'] for r in records)}。"
        heading = f"{name}，{year}" + (f"，{mine[0].authority}" if definition == "external" else "")
        plan = charts.ranked(records, beside=everything)
        drawings.append(charts.drawing(f"rate{len(drawings)}", alt, plan, name=heading, panel=True))
    several = len(drawings) > 1
    title = "各种口径各自独立，数值不可相互比较" if several else drawings[0].name
    return Exhibit(
        title, "渗透率与普及率，%", tuple(drawings), table, "各图刻度相同，但口径不同；灰色为其他机构测算并公布。"
    )


def chain_panels(f: Figures, span: Span) -> Exhibit | None:
    """The same numerators over two denominators."""
    table = tables.chains(f, span)
    if table is None:
        return None
    found = {
        indicator: [
            figure
            for chain in f.classes("chain_value_added", "rate_method", span)
            if (figure := f.get(indicator, "rate_method", span, cls=chain))
        ]
        for indicator in ("chain_share_secondary", "chain_share_above_industry")
    }
    if not all(found.values()):
        return None
    largest = max(found["chain_share_secondary"], key=lambda figure: figure.value)
    other = f.get("chain_share_above_industry", "rate_method", span, cls=largest.cls)
    name = f.name("chain", largest.cls)
    tail = f"、规模以上工业的{percent(other)}%：分子相同，分母不同" if other else ""
    title = Said(f"{name}相当于第二产业的{percent(largest)}%{tail}")
    panels = {
        indicator: [_bar(f, "chain", figure) for figure in sorted(figures, key=lambda x: (-x.value, x.cls))]
        for indicator, figures in found.items()
    }
    everything = [record for records in panels.values() for record in records]
    headings = {
        "chain_share_secondary": "分母：第二产业增加值",
        "chain_share_above_industry": "分母：规模以上工业增加值",
    }
    drawings = tuple(
        charts.drawing(
            f"chain{n}",
            f"条形图：{headings[indicator]}。{'，'.join(r['name'] + r['label'] for r in records)}。",
            charts.ranked(records, beside=everything),
            name=headings[indicator],
            panel=True,
        )
        for n, (indicator, records) in enumerate(panels.items())
    )
    return Exhibit(
        title,
        f"{span.label}，产业链增加值相当于两个分母的比重，%",
        drawings,
        table,
        f"占比，不是渗透率。{source(*found['chain_share_secondary'])}",
    )


def _by_division(f: Figures, indicator: str, span: Span) -> dict[str, Figure]:
    """A figure per core division, those that there are."""
    return {cls: figure for cls in DIVISIONS if (figure := f.get(indicator, f.definition, span, cls=cls))}


def _largest(figures: dict[str, Figure]) -> tuple[str, Figure]:
    """The largest of some figures; of equal ones that with the lowest code."""
    return min(figures.items(), key=lambda pair: (-pair[1].value, pair[0]))


def _bar(f: Figures, scheme: str, figure: Figure) -> dict[str, Any]:
    return {
        "name": f.name(scheme, figure.cls),
        "value": figure.value,
        "label": f"{shown(figure).text}%",
        "colour": GREY if figure.definition == "external" else ACCENT,
        "cited": _cited(f.name(scheme, figure.cls), figure),
    }


def _county_label(f: Figures, span: Span, code: str, figure: Figure) -> str:
    grown = rate(f, span, region=code)
    return shown(figure).text + (f"（{growth(grown.value, lead='', step=grown.step)}）" if grown else "")


def _cited(name: str, *figures: Figure | None) -> str:
    """What a bar or point says: its name and its numbers, linked."""
    said = "，".join(f"{shown(figure).text}{figure.display_unit}" for figure in figures if figure)
    return cite_whole(f"{name} {said}", *figures)


def _quarters(f: Figures, kind: str) -> list[Span]:
    """The last quarters up to the release quarter for which there is core value added."""
    found = f.periods("core_value_added", f.definition, kind, cls=CORE)
    return [span for span in found if span.period <= str(f.quarter)][-_QUARTERS_SHOWN:]
