"""shuce revision: why the figures of a quarter changed between two days.

Belongs here: which days, and showing the split. Does not belong here: the split (steps.revised).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.cli.query import show_answer
from pipelines.clock import today
from pipelines.release.read import Answer, day_named, query, releases
from pipelines.workspace import Workspace

_HEAD = ("指标", "时期", "地区", "类别", "价格", "上期数", "本期数", "单位", "步骤", "原因", "影响", "影响单位")
_NOT_COMPARABLE = "两日之间没有可比的核心产业增加值"
_PRICES = {"current": "现价", "constant": "可比价"}
_HELD = """
SELECT o.value FROM observation AS o
WHERE o.indicator = 'core_value_added' AND o.definition_id = 'rate_method' AND o.span = 'cumulative'
  AND o.class = 'core' AND o.price_basis = 'current' AND o.vintage = 'preliminary' AND o.region = '{place}'
  AND o.period = '{period}'
"""


def show(
    home: Path | None, quarter: str, console: Console, *, since: str, until: str, as_csv: bool, every: bool = False
) -> None:
    """Split the revision of a quarter's figures, from the last release that holds them unless days are named.

    The total is told in a sentence; of the rest only what changed is listed, unless everything is asked for.
    """
    from indicators.catalogue import indicators
    from pipelines.steps.observed import history
    from pipelines.steps.replayed import Between
    from pipelines.steps.revised import folded, split_between

    workspace, period = Workspace.locate(home), Quarter.parse(quarter)
    history(workspace, str(period))
    new = day_named(until) if until else today()
    held = None if since else _last_release(workspace, period, new)
    old = day_named(since) if held is None else held[1]
    if old >= new:
        raise InputError(f"上期截止日 {old} 不早于本期 {new}。", f"{old} is not before {new}.", where=str(period))
    rows = folded(split_between(workspace, period, Between(old, new)))
    if not as_csv:
        console.print(f"{period.label()}，{old} 所知 → {new} 所知", highlight=False)
        console.print(_headline(rows, workspace.city.code), highlight=False)
    names = workspace.city.regions
    told = rows if as_csv or every else [row for row in rows if row["effect"]]
    if as_csv:
        show_answer(Answer(_HEAD, [_line(row, names, indicators(), {}) for row in told]), console, as_csv=True)
        return
    _figures(console, [_line(row, names, indicators(), _class_names()) for row in told])
    if held is not None:
        _compare(rows, held, workspace.city.code, console)


def _figures(console: Console, lines: Iterable[tuple[Any, ...]]) -> None:
    """Figure by figure in one line, under it a line for each step: no wider than a terminal."""
    for (name, period, region, cls, price, before, now, unit), steps in groupby(lines, key=lambda line: line[:8]):
        console.print(f"\n[bold]{name}[/] {period} {region} {cls}（{price}）", highlight=False, soft_wrap=True)
        console.print(f"  {before:,.4f} → {now:,.4f} {unit}", highlight=False)
        for *_, step, cause, effect, effect_unit in steps:
            console.print(f"  {step} {cause} {effect:+,.4f} {effect_unit}", highlight=False)


def _last_release(workspace: Workspace, period: Quarter, before: dt.date) -> tuple[str, dt.date, float]:
    """The last release cut for an earlier day that holds the period: its name, its day, its value."""
    asked = _HELD.format(place=workspace.city.code, period=period)
    dated = sorted((folder.name.split("_")[1], folder) for folder in releases(workspace))
    for day, folder in reversed([found for found in dated if found[0] < str(before)]):
        if rows := query(workspace, asked, folder).rows:
            return folder.name, dt.date.fromisoformat(day), float(rows[0][0])
    raise InputError(
        f"没有哪一期已发布的初步数含 {period}。请用 --from 给出上期的数据截止日。",
        f"No release of an earlier day holds preliminary figures of {period}; name the day with --from.",
        where=str(workspace.releases),
    )


def _compare(rows: list[dict[str, Any]], held: tuple[str, dt.date, float], place: str, console: Console) -> None:
    """Whether the earlier release said what the pipeline of today gives of its day."""
    from indicators.catalogue import indicator
    from indicators.revision_steps import shown

    name, _, value = held
    entry = indicator("core_value_added", "rate_method")
    mine = _total(rows, place)
    if not mine:
        console.print(f"[yellow]![/] {_NOT_COMPARABLE}，无从与发布包 {name} 核对", highlight=False)
    elif shown(value, entry.display_unit, entry.decimals) == mine[0]["previous_value"]:
        console.print(f"上期数与发布包 {name} 一致", style="dim", highlight=False)
    else:
        console.print(
            f"[yellow]![/] 上期数与发布包 {name} 所列不同：程序或设置在其后有变化，差额不在上表之内", highlight=False
        )


def _total(rows: list[dict[str, Any]], place: str) -> list[dict[str, Any]]:
    """The split of the place's core value added at current prices, a row per step; none where a state lacks it."""
    whole = {"definition_id": "rate_method", "indicator": "core_value_added", "region": place, "class": "core"}
    return [row for row in rows if (whole | {"price_basis": "current"}).items() <= row.items()]


def _headline(rows: list[dict[str, Any]], place: str) -> str:
    """What became of the place's core value added, and by what."""
    from indicators.catalogue import indicator

    entry = indicator("core_value_added", "rate_method")
    mine = _total(rows, place)
    if not mine:
        return _NOT_COMPARABLE
    old, new = (mine[0][name] / 1e8 for name in ("previous_value", "value"))
    causes = "，".join(
        f"{row['cause_zh']} {row['effect'] / 1e8:+.{entry.decimals}f} 亿元" for row in mine if row["effect"]
    )
    if not causes:
        return f"{entry.name_zh} {new:.{entry.decimals}f} 亿元，没有修订"
    return f"{entry.name_zh}由 {old:.{entry.decimals}f} 亿元修订为 {new:.{entry.decimals}f} 亿元：{causes}"


def _class_names() -> dict[str, str]:
    from classification import labels

    digital = labels()[lambda rows: rows["scheme"] == "digital"]
    return dict(zip(digital["class"], digital["name_zh"], strict=True))


def _line(row: dict[str, Any], names: dict[str, str], entries: Any, classes: dict[str, str]) -> tuple[Any, ...]:
    entry = entries[row["indicator"], row["definition_id"]]
    scale, effect_unit = (1e8, "亿元") if row["unit"] == "元" else (0.01, "百分点")
    values = (round(row[name] / scale, 6) for name in ("previous_value", "value"))
    return (
        entry.name_zh,
        row["period"],
        names.get(row["region"], row["region"]),
        classes.get(row["class"], row["class"]),
        _PRICES[row["price_basis"]],
        *values,
        entry.display_unit,
        row["step"],
        row["cause_zh"],
        round(row["effect"] / scale, 6) + 0.0,
        effect_unit,
    )
