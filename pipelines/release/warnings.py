"""Early warning in a report: the cycle's five lights, the signals of the quarter by kind, growth without the largest.

Belongs here: what is said and shown of the table signal, of ``cycle_index`` and ``core_diffusion``. Does not belong
here: what makes a signal (pipelines.warning), the lights of dispatch, in which red means late.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

import pandas as pd

from indicators.measure.cycle import LIMITS, components
from indicators.signals import lights
from pipelines.release import charts
from pipelines.release.charts import ACCENT
from pipelines.release.cited import Said, cite, cite_whole, said
from pipelines.release.display import decimal, shown
from pipelines.release.exhibits import Exhibit
from pipelines.release.figures import Figure, Figures, Number, Origin, Span, count
from pipelines.release.tables import Row, Table
from pipelines.warning.rules import KINDS, LEVELS, rule
from pipelines.warning.sentences import without_largest

CAVEAT: Final = (
    "信号由规则得出，只提示核实，不说明原因。产业、行业层信号未作保密处理，限内部使用；余下单位过少、"
    "可能推出单户情况的，不列剔除大户后的增速。企业层信号属企业资料，不列入本报告。"
)
LEGEND: Final = "景气灯号：红灯过热、黄灯偏热、绿灯正常、浅蓝灯偏冷、蓝灯过冷；与项目调度的灯号不同。"
_NUMBER: Final = re.compile(r"(?<!\d)(\d[\d,]*(?:\.\d+)?)(?!\d*[年月])")
_SHOWN: Final = 12


def of_warning(f: Figures, *, each: bool = True) -> list[str]:
    """The cycle in a sentence, how many signals there are, each of them by kind if wished, what they are not."""
    return said(_cycle(f), *_signals(f, each=each))


def _cycle(f: Figures) -> str:
    span = Span("cumulative", str(f.quarter))
    index = f.get("cycle_index", "five_lights", span)
    diffusion = f.get("core_diffusion", "classes", Span("quarter", str(f.quarter)))
    parts = []
    if index:
        light = lights(pd.Series({"": index.value})).iloc[0]
        parts.append(f"{span.label}景气预警指数为{_plain(index)}，为{light['light']}（{light['meaning']}）")
    if diffusion:
        parts.append(f"{Span('quarter', str(f.quarter)).label}核心产业扩散指数为{_plain(diffusion)}")
    return f"{'；'.join(parts)}。" if parts else ""


def _signals(f: Figures, *, each: bool) -> list[str]:
    if not f.signals:
        return []
    standing = [row for row in f.signals if row["status"] == "open"]
    by_kind = {kind: [row for row in standing if row["kind"] == kind] for kind in KINDS}
    counted = "、".join(f"{KINDS[kind]}{_count(rows)}条" for kind, rows in by_kind.items() if rows)
    gone = [row for row in f.signals if row["status"] == "dismissed"]
    aside = f"；另有{_count(gone)}条经核实附理由排除" if gone else ""
    first = f"本期产业、行业层共有{_count(standing)}条预警信号{f'，其中{counted}' if counted else ''}{aside}。"
    told = _texts([row for rows in by_kind.values() for row in rows]) if each else ()
    return [first, *told, CAVEAT]


def _texts(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The sentence of each signal, its numbers linked to it; growth without the largest beside the first of a class."""
    told: set[tuple[str, str]] = set()
    for row in rows:
        subject = row["level"], row["class"]
        beside = "" if subject in told else without_largest(row, partial(_linked, row=row))
        told.add(subject)
        words = rule(row["rule"]).words
        yield f"〔{KINDS[row['kind']]}〕{_linked(row['sentence'], 'evidence', row, words)}{beside}（{row['owner']}）"


def _linked(text: str, column: str, row: Mapping[str, Any], words: Iterable[str] = ()) -> str:
    """A text with its numbers linked to a cell; those of words that are always said come from none."""
    source = Number(0, "", "", 0, sources=(Origin.of("signal", column, row),))
    parts = re.compile("|".join([*(re.escape(part) for part in words if _NUMBER.search(part)), _NUMBER.pattern]))
    return parts.sub(lambda found: cite_whole(found[1], source) if found[1] else found[0], text)


def _count(rows: list[dict[str, Any]]) -> str:
    return cite(str(len(rows)), count(len(rows), *(Origin.of("signal", "status", row) for row in rows)))


def _plain(figure: Figure) -> str:
    return cite_whole(shown(figure).text, figure)


def signals(f: Figures) -> Table | None:
    """The classes with a signal: of which kinds, their growth with and without the largest units, who has to look."""
    subjects: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in f.signals:
        if row["status"] == "open":
            subjects.setdefault((row["level"], row["class"]), []).append(row)
    if not subjects:
        return None
    schemes = {"industry": "digital", "sector": "core_industry"}
    rows = tuple(
        Row(
            f.name(schemes[level], cls),
            (
                next(zh for name, zh in LEVELS.items() if name == level),
                "、".join(dict.fromkeys(KINDS[row["kind"]] for row in of)),
                *(_growth(of[0], column) for column in ("reported_growth", "growth_but1", "growth_but3")),
                "、".join(dict.fromkeys(row["owner"] for row in of)),
            ),
        )
        for (level, cls), of in sorted(subjects.items())
    )
    return Table(
        "T15",
        "预警信号与剔除大户后的增速",
        "单位：%",
        ("类别", "层级", "性质", "已报单位增速", "剔除最大一户", "剔除最大三户", "责任人"),
        rows,
        ("增速为已报单位增加值年初累计同比，现价、同口径，未作错月折算；余下不足3家的不列。",),
    )


def _growth(row: Mapping[str, Any], column: str) -> Number | None:
    if row[column] is None:
        return None
    return Number(row[column], "比率", "%", 1, sources=(Origin.of("signal", column, row),))


def cycle_line(f: Figures) -> Exhibit | None:
    """The warning index over quarters, with the light of each component in the last one behind it."""
    spans = [span for span in f.periods("cycle_index", "five_lights", "cumulative") if span.period <= str(f.quarter)]
    figures = [figure for span in spans[-_SHOWN:] if (figure := f.get("cycle_index", "five_lights", span))]
    if len(figures) < 2:
        return None
    records = [
        {
            "period": figure.period,
            "series": "预警指数",
            "value": float(decimal(figure)),
            "label": f"预警指数 {shown(figure).text}" if figure is figures[-1] else "",
            "hollow": figure.status in {"E", "P"},
            "cited": cite_whole(f"{figure.period} 预警指数 {shown(figure).text}", figure),
        }
        for figure in figures
    ]
    last = figures[-1]
    light = lights(pd.Series({"": last.value})).iloc[0]
    when = Span("cumulative", last.period).label
    title = Said(f"{when}景气预警指数{_plain(last)}，{light['light']}（{light['meaning']}）")
    alt = f"折线图：景气预警指数。{title}。"
    drawing = charts.drawing("cycle", alt, charts.lines(records, {"预警指数": (ACCENT, [1, 0])}))
    subtitle = f"按年初累计，{cite_whole('100', last)}为全部绿灯"
    return Exhibit(title, Said(subtitle), (drawing,), cycle_lights(f, last.period), f"{LEGEND}空心点为初步数。")


def cycle_lights(f: Figures, period: str) -> Table | None:
    """Value and light of each component in a quarter of which there is an index."""
    if f.get("cycle_index", "five_lights", Span("cumulative", period)) is None:
        return None
    found = {}
    for name, row in components().iterrows():
        price = "" if row["price_basis"] == "none" else row["price_basis"]
        figure = f.get(str(name), row["definition_id"], Span(row["span"], period), cls=row["class"], price=price)
        if figure:
            found[str(name)] = figure
    values = pd.Series({name: figure.value for name, figure in found.items()})
    shown_as = lights(values, components()[LIMITS]).to_dict("index")
    rows = tuple(
        Row(
            f.catalogue[name, figure.definition]["name_zh"],
            (
                figure,
                figure.display_unit,
                f"{shown_as[name]['light']}（{shown_as[name]['meaning']}）",
                str(components()["why"][name]),
            ),
        )
        for name, figure in found.items()
    )
    return Table(
        "T16",
        "景气五灯",
        "单位：见各行",
        ("指标", "本期", "单位", "灯号", "界限的依据"),
        rows,
        ("界限为缺省值，城市宜按自身历史调整。", LEGEND),
        ("price", "vintage"),
    )
