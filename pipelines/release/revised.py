"""Revisions in a report: T13 修订对照, T14 单位变动, the triangle, the sentence that explains a change, its chart.

Belongs here: what is said and shown of the tables revision, unit_change and revision_triangle. Does not belong here:
how a change is split (pipelines.steps.revised, indicators.revision_steps).

One table or sentence holds one indicator at one price basis, one base and one step from vintage to vintage; anything
else is refused (alike).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

import pandas as pd

from indicators.revision_steps import FEW_ZH
from indicators.revisions import FIRST_TO_LATEST, revision_summary, revision_triangle
from indicators.rounding import from_unit, round_parts
from pipelines.release import charts
from pipelines.release.alike import of_one_kind
from pipelines.release.charts import ACCENT, GREY
from pipelines.release.cited import Said, cite, cite_whole, said
from pipelines.release.display import decimal
from pipelines.release.exhibits import Exhibit
from pipelines.release.figures import CORE, DIVISIONS, VINTAGES, Figures, Number, Origin, Span
from pipelines.release.tables import Cell, Row, Table
from pipelines.release.wording import plain

EVENTS: Final = {
    "entry": "入库",
    "exit": "退库",
    "recode": "改行业",
    "move": "迁移",
    "merger": "合并",
    "other": "其他",
}
_LEVEL: Final = "core_value_added"
_GROWTH: Final = "core_growth"
_FOLDED: Final = f"所依据的单位不足3家的各步并入“{FEW_ZH}”，有关各步空缺。"
# Effects are shown two places finer than the figures, so that a small cause is not a row of zeros.
_FINER: Final = 2
_REPORTED: Final = "rate_method"
_FULL: Final = "full_scope"
_BENCHMARKED: Final = "benchmarked"
_SCOPES: Final = {_REPORTED: "", _FULL: "（全口径）", _BENCHMARKED: "（按年度数衔接）"}
_DISTINCT: Final = ("previous_vintage", "vintage", "price_basis", "base", "previous_as_of", "as_of")


@dataclass(frozen=True)
class Change:
    """The revision of one figure: both displayed values and the effect of each step, in the stored unit."""

    period: str
    region: str
    cls: str
    unit: str
    display_unit: str
    decimals: int
    before: float
    now: float
    effects: tuple[tuple[str, float], ...]
    rows: tuple[Mapping[str, Any], ...]

    @property
    def earlier(self) -> Number:
        """What the release before said, as the figure is displayed."""
        return self._end(self.before, "previous_value")

    @property
    def later(self) -> Number:
        """What this release says, as the figure is displayed."""
        return self._end(self.now, "value")

    @property
    def difference(self) -> Number:
        """The change of the displayed figure, of a rate in 百分点."""
        return self.whole()

    def whole(self, finer: int = 0) -> Number:
        """The change, ``finer`` more places than the figure."""
        sources = (*self.earlier.sources, *self.later.sources)
        return replace(self.effect(self.now - self.before, finer), sources=sources)

    def effect(self, value: float, finer: int = 0) -> Number:
        """A difference of values, ``finer`` more places than the figure."""
        points = self.display_unit == "%"
        unit, display = ("比率", "百分点") if points else (self.unit, self.display_unit)
        return Number(value, unit, display, self.decimals + finer)

    def _end(self, value: float, column: str) -> Number:
        return Number(value, self.unit, self.display_unit, self.decimals, sources=self._cells(column)[:1])

    def _cells(self, column: str, cause: str = "") -> tuple[Origin, ...]:
        return tuple(Origin.of("revision", column, row) for row in self.rows if cause in ("", row["cause_zh"]))

    def parts(self, finer: int = 0) -> dict[str, Number]:
        """Effects by cause, rounded so that they sum to the displayed change as shown."""
        places = self.decimals + finer
        values = [value for _, value in self.effects]
        rounded = round_parts(values, self.display_unit, places, tail="largest_remainder", total=self.now - self.before)
        names = (name for name, _ in self.effects)
        return {
            name: replace(
                self.effect(float(from_unit(part, self.display_unit)), finer), sources=self._cells("effect", name)
            )
            for name, part in zip(names, rounded, strict=True)
        }


def changes(f: Figures, indicator: str, definition: str = _REPORTED) -> list[Change]:
    """The revisions of an indicator: the place with its divisions, then its counties, each in the order of periods.

    Raises:
        InputError: the rows mix vintages, bases or days.
    """
    rows = _rows(f, indicator, definition)
    of_one_kind(rows, _DISTINCT, f"revision {indicator} {definition}")
    entry = f.catalogue.get((indicator, definition), {})
    places = [(f.city.code, cls) for cls in (CORE, *DIVISIONS)] + [(c.code, CORE) for c in f.city.counties]
    of: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        of.setdefault((row["period"], row["region"], row["class"]), []).append(row)
    found = []
    for period, (region, cls) in product(sorted({period for period, _, _ in of}), places):
        if own := of.get((period, region, cls)):
            effects = tuple((row["cause_zh"], row["effect"]) for row in own)
            ends = own[0]["previous_value"], own[0]["value"]
            shown = own[0]["unit"], entry["display_unit"], entry["decimals"]
            found.append(Change(period, region, cls, *shown, *ends, effects, tuple(own)))
    return found


def contrast(f: Figures, indicator: str = _LEVEL, definition: str = _REPORTED) -> Table | None:
    """T13: what the release before said, what this one says, and the change by cause.

    Of the benchmarked quarters the place's core stands in a row per quarter, of the others the classes and counties.
    """
    found = changes(f, indicator, definition)
    by_period = definition == _BENCHMARKED
    if by_period:
        found = [change for change in found if (change.region, change.cls) == (f.city.code, CORE)]
    if not found:
        return None
    parts = [change.parts(_FINER) for change in found]
    ordered = dict.fromkeys(row["cause_zh"] for row in sorted(f.revision, key=lambda row: (row["step"], row["cause"])))
    causes = [cause for cause in ordered if any(cause in part and part[cause].value for part in parts)]
    rows = tuple(
        Row(
            Span("cumulative", change.period).label if by_period else _name(f, change),
            (
                change.earlier,
                change.later,
                change.difference,
                *(part.get(cause) for cause in causes),
            ),
            indent=int(n > 0 and not by_period),
            total=n == 0 and not by_period,
        )
        for n, (change, part) in enumerate(zip(found, parts, strict=True))
    )
    what = f"核心产业增加值{_SCOPES[definition]}{'' if indicator == _LEVEL else f.growth_name}"
    when = f"{found[0].period[:4]}年各季" if by_period else Span("cumulative", found[0].period).label
    said = _rows(f, indicator, definition)
    return Table(
        "T13",
        f"修订对照：{when}{what}",
        f"单位：{'亿元' if indicator == _LEVEL else '%、百分点'}",
        ("年初累计" if by_period else "地区、类别", "上期数", "本期数", "变动", *causes),
        rows,
        (_terms(said[0]), _absent(said), *([_FOLDED] if FEW_ZH in causes else [])),
    )


def contrasts(f: Figures) -> list[Table]:
    """T13 beside that of the level reported: its growth, the full scope, the quarters of the last closed year."""
    wanted = ((_GROWTH, _REPORTED), (_LEVEL, _FULL), (_GROWTH, _FULL), (_LEVEL, _BENCHMARKED))
    return [table for which in wanted if (table := contrast(f, *which))]


def unit_changes(f: Figures) -> Table | None:
    """T14: what units did, for the place and its divisions, then the counties."""
    if not f.unit_change:
        return None
    places = [(f.city.code, cls) for cls in (CORE, *DIVISIONS)] + [(c.code, CORE) for c in f.city.counties]
    rows: list[Row] = []
    for region, cls in places:
        own = {row["event"]: row for row in f.unit_change if (row["region"], row["class"]) == (region, cls)}
        if own:
            name = f.name("digital", cls) if region == f.city.code else f.regions[region]
            rows.append(Row(name, total=True))
            rows += [Row(zh, _event_cells(own[event]), indent=1) for event, zh in EVENTS.items() if event in own]
    return Table(
        "T14",
        "单位变动：近四个季度",
        "单位：家、亿元、百分点",
        ("地区、类别与变动", "单位数", "本期增加值", "上年同期数变动", "拉动同口径现价增速"),
        tuple(rows),
        (
            "一个单位只列一种变动，依次为合并、退库、入库、改行业、迁移；本期增加值和上年同期数按报表月份，未作错月折算。",
            "上年同期数变动为由上年发布口径改为本期同口径的变动；不足3家的并入其他，仍不足3家的只列户数。",
        ),
    )


def triangle(f: Figures) -> Table | None:
    """Core value added of each period as known at its first, second, … release."""
    rows = [row for row in f.triangle if row["indicator"] == _LEVEL and row["class"] == CORE]
    if not rows:
        return None
    of_one_kind(rows, ("vintage", "price_basis", "base"), "revision_triangle")
    wide = revision_triangle(pd.DataFrame(rows), vintage="as_of")
    days = [str(day) for day in wide.columns]
    shown = [
        Row(str(period), tuple(None if pd.isna(value) else _yi(float(value)) for value in values))
        for period, values in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    revised = wide.notna().sum(axis=1).max() > 1
    notes = [
        "各列为该日所知的数；没有的，是该日尚未发布或资料不足以发布。",
        "只列规模以上初步数；全口径数和按年度数衔接的数怎样修订，见修订对照。",
    ]
    if revised:
        whole = revision_summary(wide).to_dict("index")[FIRST_TO_LATEST]
        notes.append(
            f"首次至最近一次：{whole['count']:.0f}期，平均修订{_said(whole['mean_revision'])}亿元，"
            f"平均绝对修订{_said(whole['mean_absolute_revision'])}亿元。"
        )
    head = ("时期", *days)
    return Table(
        "修订三角", "核心产业增加值（年初累计）在历次发布日所知", "单位：亿元", head, tuple(shown), tuple(notes)
    )


def of_revision(f: Figures) -> list[str]:
    """One sentence on the level, one on the growth: by how much, and for which reasons."""
    found = [next(iter(changes(f, indicator)), None) for indicator in (_LEVEL, _GROWTH)]
    return said(*(_sentence(f, change, name) for change, name in zip(found, ("", f.growth_name), strict=True)))


def waterfall(f: Figures) -> Exhibit | None:
    """The change of the place's level, cause by cause."""
    change = next(iter(changes(f, _LEVEL)), None)
    if change is None or not any(effect for _, effect in change.effects):
        return None
    parts = {cause: part for cause, part in change.parts(_FINER).items() if part.value}
    records, at = [], 0.0
    for cause, part in parts.items():
        end = at + float(decimal(part))
        records.append(_bar(cause, at, end, part, GREY))
        at = end
    whole = change.whole(_FINER)
    records.append(_bar("合计", 0.0, float(decimal(whole)), whole, ACCENT))
    title = Said(_sentence(f, change, "").split("，其中")[0].rstrip("。"))
    alt = f"瀑布图：修订按原因分解。{title}，{Said(_listed(parts, '亿元'))}。"
    drawing = charts.drawing("revision", alt, charts.waterfall(records))
    return Exhibit(title, "各原因的影响依次累加，现价，亿元", (drawing,), contrast(f), _terms(_rows(f, _LEVEL)[0]))


def _sentence(f: Figures, change: Change | None, rate: str) -> str:
    if change is None:
        return ""
    first = _rows(f, _GROWTH if rate else _LEVEL)[0]
    span, unit = Span("cumulative", change.period).label, "个百分点" if rate else "亿元"
    figure = f"{span}{f.city.name}核心产业增加值{rate}"
    before, now = (cite(plain(decimal(value)), value) for value in (change.earlier, change.later))
    shown = "%" if rate else "亿元"
    moved = decimal(change.difference)
    if moved == 0:
        same = "没有修订" if not any(effect for _, effect in change.effects) else "修约后未变"
        return f"{figure}{now}{shown}，与上期（数据截止{_day(first['previous_as_of'])}）相比{same}。"
    parts = {cause: part for cause, part in change.parts().items() if decimal(part)}
    return (
        f"{figure}{now}{shown}，较上期（数据截止{_day(first['previous_as_of'])}）的{before}{shown}"
        f"{'上调' if moved > 0 else '下调'}{cite(plain(abs(moved)), change.difference)}{unit}，"
        f"其中{_listed(parts, unit)}。"
    )


def _listed(parts: Mapping[str, Number], unit: str) -> str:
    return "、".join(f"{cause}{cite(plain(decimal(part)), part)}{unit}" for cause, part in parts.items())


def _bar(name: str, start: float, end: float, part: Number, colour: str) -> dict[str, Any]:
    amount = decimal(part)
    return {
        "name": name,
        "start": start,
        "end": end,
        "label": f"{'+' if amount > 0 else ''}{plain(amount)}",
        "colour": colour,
        "cited": cite_whole(f"{name} {plain(amount)}", part),
    }


def _name(f: Figures, change: Change) -> str:
    return f.name("digital", change.cls) if change.region == f.city.code else f.regions[change.region]


def _event_cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    def number(column: str, unit: str, display_unit: str, decimals: int) -> Number | None:
        sources = (Origin.of("unit_change", column, row),)
        return None if row[column] is None else Number(row[column], unit, display_unit, decimals, sources=sources)

    money = (number(column, "元", "亿元", 1) for column in ("value_added", "base_change"))
    return (number("units", "", "", 0), *money, number("pull", "比率", "百分点", 1))


def _yi(value: float) -> Number:
    return Number(value, "元", "亿元", 1)


def _said(value: float) -> str:
    return plain(decimal(Number(value, "元", "亿元", 1 + _FINER)))


def _rows(f: Figures, indicator: str, definition: str = _REPORTED) -> list[dict[str, Any]]:
    """The rows of one indicator and definition: of a growth, those of the report's price basis."""
    price = "current" if indicator == _LEVEL else f.growth_price
    wanted = (indicator, definition, price)
    return [row for row in f.revision if (row["indicator"], row["definition_id"], row["price_basis"]) == wanted]


def _terms(said: Mapping[str, Any]) -> str:
    before, now = (VINTAGES[said[name]] for name in ("previous_vintage", "vintage"))
    kinds = f"均为{now}数" if before == now else f"由{before}数转为{now}数"
    return (
        f"上期数为{_day(said['previous_as_of'])}所知，本期数为{_day(said['as_of'])}所知，{kinds}；"
        "各步依次换用新资料重算，影响之和等于两期显示数之差。"
    )


def _absent(rows: Sequence[Mapping[str, Any]]) -> str:
    reasons = dict.fromkeys(row["absent_zh"] for row in rows if row["absent_zh"])
    return f"{'，'.join(reasons)}，有关各步为零。" if reasons else "各步均有输入。"


def _day(day: Any) -> str:
    return f"{day:%Y年%-m月%-d日}"
