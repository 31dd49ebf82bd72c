"""shuce explain: what a published figure of core value added is made of, and why it changed.

Belongs here: which figure, and showing the walk. Does not belong here: the walk (steps.explained), the causes of a
revision (steps.revised).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.access import record, refuse_without_purpose
from pipelines.ingest.rows import FOREVER
from pipelines.release.read import current, query
from pipelines.surveys import SURVEYS
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from indicators.measure import Changes
    from pipelines.steps.explained import Explanation

EXPLAINED: Final = ("core_value_added", "core_growth")
_YI: Final = 1e8
# The rows of a walk that are shown without being asked for more; how wide it is where nobody says.
_SHOWN: Final = 15
_WIDTH: Final = 100
_SHORT: Final = 16  # characters of a hash, as row identifiers have them
# What a sum of floats, in whatever order, may miss of the published one: below a yuan, and far below a shown rate.
_SAME: Final = 1e-9
_NUMBER: Final = re.compile(r"[+-]?[\d,.]*")
_NEAR: Final = {"core_value_added": 1.0, "core_growth": 1e-9}
# What levels and grounds are called, and the way of a cell to the full span; what is not listed stands as it is.
_WORDS: Final = SURVEYS | {
    "unit": "单位",
    "county": "县",
    "city": "市",
    "province": "省",
    "nation": "全国",
    "class": "小类",
    "group": "中类",
    "division": "大类",
    "reidentified": "再识别",
    "census": "普查",
    "survey": "调查",
    "expert": "专家",
}
_WAYS: Final = {
    "full": "不错月",
    "leaf": "错月，本单元比率",
    "class": "错月，小类比率",
    "division": "错月，大类比率",
    "sector": "错月，专业比率",
    "survey": "错月，专业合计比率",
    "volume": "物量外推",
    "volume_flagged": "物量外推（ρ取1）",
    "allocated": "规模以下推算",
    "benchmarked": "按年度数衔接",
}
_PRICES: Final = {"current": "现价", "constant": "可比价"}
_STATUSES: Final = {"A": "正式", "E": "估计", "P": "暂定"}
_FIGURES: Final = """
SELECT indicator, price_basis, value, as_of FROM observation
WHERE indicator IN ('core_value_added', 'core_growth') AND definition_id = '{definition}' AND span = 'cumulative'
  AND base <> 'published' AND period = '{period}' AND region = '{region}' AND class = '{cls}'
"""
_REVISED: Final = """
SELECT period, price_basis, cause_zh, effect, previous_as_of, as_of FROM revision
WHERE indicator = '{indicator}' AND definition_id = '{definition}' AND region = '{region}' AND class = '{cls}'
ORDER BY period, price_basis, step
"""
# Heading → how a cell is had from a record.
Columns: TypeAlias = dict[str, Callable[[Mapping[str, Any]], object]]


@dataclass(frozen=True)
class Figure:
    """Which figure is explained, and what the current release says of it."""

    indicator: str
    definition: str
    period: Quarter
    region: str
    cls: str
    release: str
    values: Mapping[tuple[str, str], float]
    as_of: dt.date
    flash: bool

    @property
    def asked(self) -> dict[str, str]:
        """What was looked at, for the log of access."""
        return {
            "indicator": self.indicator,
            "definition": self.definition,
            "period": str(self.period),
            "region": self.region,
            "class": self.cls,
            "as_of": str(self.as_of),
        }


def show(
    home: Path | None,
    indicator: str,
    quarter: str,
    console: Console,
    *,
    region: str,
    cls: str,
    definition: str,
    units: bool,
    purpose: str = "",
) -> None:
    """Print what a figure is made of: cells, rates, coefficients, prices, files, with ``units`` also units; its change.

    Who looks at units says what for, and is written down first.

    Raises:
        InputError: another indicator, a figure that the current release does not hold, or units without a purpose.
    """
    from pipelines.steps.explained import explain

    workspace, period = Workspace.locate(home), Quarter.parse(quarter)
    if indicator not in EXPLAINED:
        known = "、".join(EXPLAINED)
        raise InputError(f"只能解释 {known}，不能解释 {indicator}。", f"Only {', '.join(EXPLAINED)} can be explained.")
    place = region or workspace.city.code
    figure = _published(workspace, indicator, period, region=place, cls=cls, definition=definition)
    if units:
        refuse_without_purpose(purpose)
    found = explain(
        workspace,
        str(period),
        figure.as_of,
        region=figure.region,
        cls=cls,
        definition=definition,
        release=figure.release,
        flash=figure.flash,
        units=units,
    )
    if units:
        record(workspace, "explain", figure.asked, purpose=purpose, units=len({row["unit"] for row in found.units}))
    names = workspace.city.regions
    _headline(console, figure, found.values, names[figure.region])
    _evidence(console, found, names)
    if units:
        console.print("\n[yellow]以下为 L3 单位数据，不得外传[/]")
        _table(console, "单位（元，报表月份）", _UNITS, found.units, limit=None)
    for by, changed in found.changes.items():
        _changes(console, changed, "按类别" if by == "class" else "按县（市、区）", _class_names() | names)
    _revision(console, figure, query(workspace, _REVISED.format(**figure.asked | {"cls": cls})).rows)


def _published(
    workspace: Workspace, indicator: str, period: Quarter, *, region: str, cls: str, definition: str
) -> Figure:
    """The figure in the current release, the day it stands for, and whether it is a flash."""
    for text in (region, cls, definition.replace("_", "")):
        if not text.isalnum():
            raise InputError(f"代码形式有误：{text}。", f"Not a code: {text}.")
    rows = query(workspace, _FIGURES.format(period=period, region=region, cls=cls, definition=definition)).rows
    if not any(row[0] == indicator for row in rows):
        raise InputError(
            f"当前发布包中没有 {period} {region} {cls} 的 {indicator}（口径 {definition}）。",
            f"The current release holds no {indicator} ({definition}) of {period}, {region}, {cls}.",
            where=str(period),
        )
    values = {(row[0], row[1]): float(row[2]) for row in rows}
    # A closed year is final in a flash, too, and rests on quarters as a flash has them.
    release, _, *kind = current(workspace).name.split("_")
    return Figure(indicator, definition, period, region, cls, release, values, rows[0][3], flash="flash" in kind)


def _headline(console: Console, figure: Figure, values: Mapping[tuple[str, str], float], place: str) -> None:
    """What was published, and whether the cells below give it."""
    from indicators.catalogue import indicator as of

    entry = of(figure.indicator, figure.definition)
    label = _class_names().get(figure.cls, figure.cls)
    mine = {price: value for (name, price), value in figure.values.items() if name == figure.indicator}
    shown = "，".join(f"{_PRICES[price]} {_value(figure.indicator, value)}" for price, value in sorted(mine.items()))
    console.print(f"{figure.period.label()} {place} {label}：{entry.name_zh}", highlight=False)
    console.print(f"{shown}（截至 {figure.as_of}）", highlight=False)
    near = _NEAR[figure.indicator]
    same = all(abs(value - values[figure.indicator, price]) < near for price, value in mine.items())
    console.print(
        "下列汇总单元相加（增速为两项之和相比）" + ("与发布数逐元相等" if same else "[red]与发布数不等，请重新发布[/]"),
        highlight=False,
    )


def _evidence(console: Console, found: Explanation, names: Mapping[str, str]) -> None:
    """The walk down, table by table."""
    console.print("[yellow]以下为 L2 汇总单元，未经保密处理，含单户单元，仅限内部[/]")
    rates = [row | {"place": "、".join(names[county] for county in row["counties"])} for row in found.rates]
    coefficients = [row | {"object": names.get(row["key"], "全部")} for row in found.coefficients]
    for title, columns, records in (
        ("汇总单元（亿元；增加值为整个累计期）", _CELLS, found.cells),
        ("增加值率（上年）", _RATES, rates),
        ("剥离系数", _COEFFICIENTS, coefficients),
        ("价格指数（上年同期=1）", _INDICES, found.prices),
        ("物量外推（增加值增速＝物量增速×ρ）", _VOLUMES, found.volumes),
        ("规模以下基数（亿元）", _BELOW, found.below),
        ("来源文件", _FILES, found.files),
    ):
        _table(console, title, columns, records, limit=None if columns is _FILES else _SHOWN)


def _changes(console: Console, changed: Changes, by: str, names: Mapping[str, str]) -> None:
    """Since last year and since last quarter: the parts, and their sum in the last row."""
    against = "可比基数" if "pull_current" in changed.year.columns else "同一口径"
    for title, frame, columns in (
        (f"比上年同期（{against}）", changed.year, _SINCE_YEAR),
        ("比上季", changed.quarter, _SINCE_QUARTER),
    ):
        if frame.empty:
            continue
        parts: list[dict[str, Any]] = [
            {"part": part, "name": names.get(part, ""), **dict(zip(frame.columns, values, strict=True))}
            for part, *values in frame.itertuples()
        ]
        there = {head: of for head, of in columns.items() if any(of(part) != "" for part in parts)}
        whole = {"part": "合计", **frame.sum()}
        _table(console, f"{title}，{by}", there, [*parts, whole], limit=None)


def _revision(console: Console, figure: Figure, rows: Sequence[tuple[Any, ...]]) -> None:
    """Since the release before, by cause: of this period, or where that held none, of the one that it was about."""
    mine = [row for row in rows if row[0] == str(figure.period)] or rows
    if not mine:
        console.print("\n上期发布中没有可比的数，无从分解修订", style="dim", highlight=False)
        return
    title = f"比上期发布（{mine[0][4]} 所知 → {mine[0][5]} 所知），按原因"
    moved = [dict(zip(("period", "price", "cause", "effect"), row, strict=False)) for row in mine if row[3]]
    if not moved:
        console.print(f"\n[bold]{title}[/]：没有修订", highlight=False)
        return
    shown = f"影响{'亿元' if figure.indicator == 'core_value_added' else '（百分点）'}"
    effect = _signed_money if figure.indicator == "core_value_added" else _points
    _table(console, title, _REVISED_BY | {shown: _of("effect", effect)}, moved, limit=None)


def _table(
    console: Console,
    title: str,
    columns: Columns,
    records: Iterable[Mapping[str, Any]],
    *,
    limit: int | None = _SHOWN,
) -> None:
    """A table that keeps within the screen: what does not fit in a column goes on in its next line."""
    rows = [[str(of(row)) for of in columns.values()] for row in records]
    if not rows:
        return
    screen = console if console.is_terminal else Console(width=_WIDTH)
    screen.print(f"\n[bold]{title}[/]", highlight=False)
    table = Table(header_style="bold", box=None, pad_edge=False)
    for head, values in zip(columns, zip(*rows, strict=True), strict=True):
        numeric = all(_NUMBER.fullmatch(value) for value in values)
        table.add_column(escape(head), overflow="fold", justify="right" if numeric else "left")
    for row in rows[:limit]:
        table.add_row(*map(escape, row))
    screen.print(table, highlight=False)
    if limit is not None and len(rows) > limit:
        screen.print(f"…… 其余 {len(rows) - limit} 行未列", style="dim", highlight=False)


def _class_names() -> dict[str, str]:
    """What the classes of the digital economy and GB/T are called."""
    from classification import labels

    digital = labels()[lambda rows: rows["scheme"] == "digital"]
    return dict(zip(digital["class"], digital["name_zh"], strict=True))


def _value(indicator: str, value: float) -> str:
    return f"{value / _YI:,.4f} 亿元" if indicator == "core_value_added" else f"{value * 100:+.4f}%"


def _of(name: str, shown: Callable[[Any], object] = str) -> Callable[[Mapping[str, Any]], object]:
    """A value of a record as it is shown; nothing where there is none."""
    return lambda row: "" if _missing(value := row.get(name)) else shown(value)


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _money(value: float) -> str:
    return f"{value / _YI:,.4f}"


def _signed_money(value: float) -> str:
    return f"{value / _YI:+,.4f}"


def _points(value: float) -> str:
    return f"{value * 100:+.2f}"


def _words(said: str) -> str:
    """A level or ground in words: ``province-division-2021、city`` is 省-大类-2021、市."""
    return "、".join("-".join(_WORDS.get(part, part) for part in one.split("-")) for one in said.split("、"))


def _way(row: Mapping[str, Any]) -> str:
    ways = "、".join(_WAYS[way] for way in row["way"].split("、"))
    return ways if abs(row["factor"] - 1) < _SAME else f"{ways}，调整系数{row['factor']:.4f}"


def _validity(row: Mapping[str, Any]) -> str:
    return f"{row['valid_from']}起" + ("" if row["valid_to"] >= FOREVER else f"、{row['valid_to']}止")


_CELLS: Final[Columns] = {
    "专业": _of("sector", _words),
    "小类": _of("gbt"),
    "数字类": _of("de"),
    "户": _of("units", lambda units: f"{units:.0f}"),
    "报表总产出": _of("output", _money),
    "报表增加值": _of("reported", _money),
    "增加值": _of("va", _money),
    "到累计期": _way,
}
_RATES: Final[Columns] = {
    "小类": _of("gbt"),
    "增加值率": _of("rate"),
    "来源层级": _of("level", _words),
    "适用": _of("place"),
    "户": _of("units", lambda units: str(units or "")),
    "来源": _of("source"),
}
_COEFFICIENTS: Final[Columns] = {
    "小类": _of("gbt"),
    "数字类": _of("de"),
    "层级": _of("level", _words),
    "对象": _of("object"),
    "系数": _of("k", lambda k: f"{k.normalize():f}"),
    "方法": _of("method", _words),
    "有效期": _validity,
    "审定": _of("approver"),
    "来源": _of("source"),
}
_INDICES: Final[Columns] = {
    "大类": _of("division"),
    "指数": _of("index", lambda index: f"{index:.4f}"),
    "状态": _of("status", lambda status: _STATUSES[status]),
    "所用指数": _of("item"),
    "来源": _of("source"),
}
_VOLUMES: Final[Columns] = {
    "小类": _of("gbt"),
    "物量指标": _of("indicator"),
    "物量增速%": _of("indicator_growth", _points),
    "ρ": lambda row: f"{row['rho']:.3f}" + ("（取1）" if row["flagged"] else ""),
    "增加值增速%": _of("growth", _points),
    "来源": _of("source"),
}
_BELOW: Final[Columns] = {
    "小类": _of("gbt"),
    "数字类": _of("de"),
    "年份": _of("year"),
    "增加值": _of("va", _money),
    "推算指标": _of("proxy"),
    "来源": _of("source"),
}
_FILES: Final[Columns] = {
    "提供": _of("gives"),
    "收到日期": _of("received_at"),
    "行数": _of("rows"),
    "SHA-256前16位": _of("sha256", lambda sha256: sha256[:_SHORT]),
    "文件": _of("name", lambda name: name.rpartition("/")[2]),
}
_UNITS: Final[Columns] = {
    "信用代码": _of("unit"),
    "名称": _of("name"),
    "县": _of("county"),
    "小类": _of("gbt"),
    "增加值": _of("va"),
    "上年同期": _of("va_base"),
    "报表行": _of("row_id"),
}
_PART: Final[Columns] = {"类": _of("part"), "名称": _of("name")}
_REVISED_BY: Final[Columns] = {
    "时期": _of("period"),
    "价格": _of("price", lambda price: _PRICES[price]),
    "原因": _of("cause"),
}
_SINCE_YEAR: Final[Columns] = _PART | {
    "本期亿元": _of("now", _money),
    "上年同期": _of("before", _money),
    "增量": _of("change", _money),
    "拉动现价": _of("pull_current", _points),
    "拉动可比价": _of("pull_constant", _points),
}
_SINCE_QUARTER: Final[Columns] = _PART | {
    "本季亿元": _of("now", _money),
    "上季": _of("before", _money),
    "增量": _of("change", _money),
    "拉动变动现价": _of("pace_current", _points),
    "拉动变动可比价": _of("pace_constant", _points),
}
