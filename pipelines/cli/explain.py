"""shuce explain: what a published figure of core value added is made of, and why it changed.

Belongs here: which figure, and showing the walk. Does not belong here: the walk (steps.explained), the causes of a
revision (steps.revised).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.access import record, refuse_without_purpose
from pipelines.cli.query import show_answer
from pipelines.release.read import Answer, query
from pipelines.surveys import SURVEYS
from pipelines.workspace import Workspace

EXPLAINED: Final = "core_value_added"
_YI: Final = 1e8
# The levels of a walk that are shown without being asked for more.
_SHOWN: Final = 15
_CELLS: Final = (
    *("专业", "行业小类", "数字经济小类", "单位数", "总产出", "增加值"),
    *("增加值率来源", "剥离系数来源", "到累计期"),
)
_COEFFICIENTS: Final = {
    "gbt": "行业小类",
    "de": "数字经济小类",
    "level": "层级",
    "key": "适用对象",
    "k": "系数",
    "method": "方法",
}
_PRICES: Final = {"division": "行业大类", "index": "指数", "status": "状态"}
_FILES: Final = {
    "name": "文件",
    "gives": "提供",
    "received_at": "收到日期",
    "rows": "行数",
    "sha256": "SHA-256（前16位）",
}
_SHORT: Final = 16  # characters of a hash, as row identifiers have them
_UNITS: Final = {
    "unit": "信用代码",
    "name": "名称",
    "county": "县",
    "gbt": "行业小类",
    "va": "增加值",
    "va_base": "上年同期",
    "row_id": "报表行",
}
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
}
_FIGURE: Final = """
SELECT value, as_of, vintage FROM observation
WHERE indicator = 'core_value_added' AND definition_id = 'rate_method' AND span = 'cumulative'
  AND price_basis = 'current' AND period = '{period}' AND region = '{region}' AND class = '{cls}'
"""
_CHANGE: Final = """
SELECT class, class_zh, period, indicator, price_basis, value FROM v_observation
WHERE definition_id = 'rate_method' AND span = 'cumulative' AND region = '{region}' AND period IN ({periods})
  AND indicator IN ('core_value_added', 'core_value_added_base', 'core_growth') AND base <> 'published'
"""


def show(
    home: Path | None,
    indicator: str,
    quarter: str,
    console: Console,
    *,
    region: str,
    cls: str,
    units: bool,
    purpose: str = "",
) -> None:
    """Print what a figure is made of: cells, coefficients, prices, files, with ``units`` also units; and its change.

    Who looks at units says what for, and is written down first.

    Raises:
        InputError: another indicator, a figure that the current release does not hold, or units without a purpose.
    """
    from pipelines.steps.explained import explain

    workspace, period = Workspace.locate(home), Quarter.parse(quarter)
    if indicator != EXPLAINED:
        raise InputError(f"只能解释 {EXPLAINED}，不能解释 {indicator}。", f"Only {EXPLAINED} can be explained.")
    place = region or workspace.city.code
    if units:
        refuse_without_purpose(purpose)
    value, as_of, vintage = _published(workspace, period, place, cls)
    found = explain(workspace, str(period), as_of, region=place, cls=cls, flash=vintage == "flash", units=units)
    if units:
        asked = {"indicator": indicator, "period": str(period), "region": place, "class": cls, "as_of": str(as_of)}
        shown = len({row["unit"] for row in found.units})
        record(workspace, "explain", asked, purpose=purpose, units=shown)
    name = workspace.city.regions[place]
    label = _class_name(cls)
    console.print(
        f"{period.label()} {name} {label}增加值：{value / _YI:.4f} 亿元（监测测算，截至 {as_of}）", highlight=False
    )
    same = abs(value - found.value) < 1
    console.print(
        f"由 {len(found.cells)} 个汇总单元相加，{'与发布数逐元相等' if same else '[red]与发布数不等，请重新发布[/]'}",
        highlight=False,
    )
    console.print("[yellow]以下为 L2 汇总单元，未经保密处理，含单户单元，仅限内部[/]")
    _table(console, "汇总单元（亿元，整个累计期）", _CELLS, (_cell(row) for row in found.cells))
    for title, head, records in (
        ("剥离系数", _COEFFICIENTS, found.coefficients),
        ("价格指数（上年同期=1）", _PRICES, found.prices),
        ("来源文件", _FILES, [file | {"sha256": file["sha256"][:_SHORT]} for file in found.files]),
    ):
        _table(console, title, tuple(head.values()), (tuple(_zh(row[name]) for name in head) for row in records))
    if units:
        console.print("[yellow]以下为 L3 单位数据，不得外传[/]")
        rows = (tuple(row[name] for name in _UNITS) for row in found.units)
        _table(console, "单位（元，报表月份）", tuple(_UNITS.values()), rows, limit=None)
    _changes(workspace, period, place, cls, console)


def _class_name(cls: str) -> str:
    """What a class of the digital economy is called."""
    from classification import labels

    digital = labels()[lambda rows: (rows["scheme"] == "digital") & (rows["class"] == cls)]
    return str(digital["name_zh"].iloc[0]) if len(digital) else cls


def _published(workspace: Workspace, period: Quarter, region: str, cls: str) -> tuple[float, dt.date, str]:
    """The figure in the current release, the day it stands for, and its vintage."""
    for text in (region, cls):
        if not text.isalnum():
            raise InputError(f"代码形式有误：{text}。", f"Not a code: {text}.")
    rows = query(workspace, _FIGURE.format(period=period, region=region, cls=cls)).rows
    if not rows:
        raise InputError(
            f"当前发布包中没有 {period} {region} {cls} 的核心产业增加值。",
            f"The current release holds no core value added of {period}, {region}, {cls}.",
            where=str(period),
        )
    value, as_of, vintage = rows[0]
    return float(value), as_of, str(vintage)


def _cell(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        _zh(row["sector"]),
        *(row[name] for name in ("gbt", "de", "units")),
        round(row["output"] / _YI, 4),
        round(row["full"] / _YI, 4),
        *(_zh(row[name]) for name in ("rate_level", "level_used")),
        _zh(row["factor_level"], _WAYS),
    )


def _zh(said: object, words: Mapping[str, str] = _WORDS) -> object:
    """A level, ground or way in words: ``province-division-2021、city`` is 省-大类-2021、市."""
    if not isinstance(said, str):
        return said
    return "、".join("-".join(words.get(part, part) for part in one.split("-")) for one in said.split("、"))


def _changes(workspace: Workspace, period: Quarter, region: str, cls: str, console: Console) -> None:
    """Why it changed: over a year by class, in pace over the quarter before, and since the release before by cause."""
    before = period - 1
    periods = ", ".join(f"'{q}'" for q in (period, before))
    rows = query(workspace, _CHANGE.format(region=region, periods=periods)).rows
    table = {(row[0], row[2], row[3], row[4]): float(row[5]) for row in rows}
    names = {row[0]: row[1] for row in rows}
    parts = sorted(code for code in names if code != cls and (cls == "core" or code.startswith(cls)) and
                   len(code) == (2 if cls == "core" else 4))  # fmt: skip
    lines = []
    for code in (cls, *parts):
        now, base = (table.get((code, str(period), f"core_value_added{end}", "current")) for end in ("", "_base"))
        if now is not None and base is not None:
            pace = _pace(table, code, str(period), str(before)) if before.year == period.year else ""
            shown = (round(value / _YI, 4) for value in (now, base, now - base))
            lines.append((code, names[code], *shown, pace))
    head = ("类别", "名称", "本期", "可比基数", "增量", "增速比上季累计（百分点）")
    _table(console, "比上年同期（同口径，现价，亿元）", head, lines)
    _table(console, "比上期发布（按原因，亿元）", ("时期", "原因", "影响"), _revised(workspace, period, region, cls))


def _pace(table: dict[tuple[str, str, str, str], float], code: str, now: str, before: str) -> float | str:
    rates = [table.get((code, quarter, "core_growth", "current")) for quarter in (now, before)]
    return "" if rates[0] is None or rates[1] is None else round((rates[0] - rates[1]) * 100, 2)


def _revised(workspace: Workspace, period: Quarter, region: str, cls: str) -> list[tuple[Any, ...]]:
    """What the revision table of the release says of this region and class."""
    from pipelines.lake import Lake

    lake = Lake(workspace.lake)
    if not lake.path("revision", str(period)).exists():
        return []
    wanted = {"indicator": EXPLAINED, "definition_id": "rate_method", "region": region, "class": cls}
    return [
        (row["period"], row["cause_zh"], round(row["effect"] / _YI, 4))
        for row in lake.read("revision", [str(period)]).to_pylist()
        if all(row[name] == value for name, value in wanted.items()) and row["effect"]
    ]


def _table(
    console: Console, title: str, head: Sequence[str], rows: Iterable[tuple[Any, ...]], *, limit: int | None = _SHOWN
) -> None:
    found = list(rows)
    if not found:
        return
    console.print(f"\n[bold]{title}[/]", highlight=False)
    show_answer(Answer(tuple(head), found[:limit]), console, as_csv=False)
    if limit is not None and len(found) > limit:
        console.print(f"…… 其余 {len(found) - limit} 行未列", style="dim", highlight=False)
