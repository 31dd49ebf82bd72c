"""shuce review late: who has not reported, as counts on the screen and as a list per county.

Belongs here: the table and the sentence. Does not belong here: who is missing (steps.missing), the lists (late_list).
The screen shows counts alone; units are named in the lists.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from pipelines.ingest.forms import forms
from pipelines.review.folder import Folder
from pipelines.review.late import Late
from pipelines.review.late_list import KIND, county_lists
from pipelines.steps.missing import late as find_late
from pipelines.workspace import City, Workspace

_PLAIN: Final[dict[str, Any]] = {"highlight": False, "soft_wrap": True, "markup": False}  # text as it stands


def show(workspace: Workspace, quarter: str, day: dt.date, console: Console, *, export: bool) -> None:
    """Print how many units are missing and late by county and survey; with ``export`` write the lists."""
    city = workspace.city
    found = find_late(workspace, quarter, day)
    console.print(f"[bold]{city.name} {quarter} 催报[/]（截至 {day}）", highlight=False)
    console.print(_table(found, city))
    console.print(f"截止日：{_until(found)}（city.toml [deadlines]）", style="dim", **_PLAIN)
    console.print(found.sentence, style="yellow" if found.missing else "green", **_PLAIN)
    if export:
        _export(workspace, found, console)
    elif found.missing or found.late:
        console.print(f"导出催报清单：shuce review late {quarter} --as-of {day} --export", style="dim", **_PLAIN)


def _until(found: Late) -> str:
    """The deadlines, forms of one day together."""
    codes: dict[dt.date, list[str]] = {}
    for name, day in found.deadlines.items():
        codes.setdefault(day, []).append(forms()[name].code)
    return "，".join(f"{'、'.join(those)} {day}" for day, those in codes.items())


def _table(found: Late, city: City) -> Table:
    """One row per county: units due, those missing by survey and in all, those that were late."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("县（市、区）")
    codes = [forms()[name].code for name in found.deadlines]
    for head in ("应报", *(f"{code} 未报" for code in codes), "未报合计", "迟报"):
        table.add_column(head, justify="right")
    names = {county.code: county.name for county in city.counties}
    for code in sorted(set(names) | {county for county, _ in found.due}):
        table.add_row(names.get(code, code or "（无县区）"), *_counts(found, {code}))
    table.add_row("合计", *_counts(found, None), style="bold")
    return table


def _counts(found: Late, counties: set[str] | None) -> list[str]:
    def of(counts: Any) -> Counter[str]:
        total: Counter[str] = Counter()
        for (county, sector), count in counts.items():
            if counties is None or county in counties:
                total[sector] += count
        return total

    due, missing = of(found.due), of(found.missing_by)
    late = sum(count for county, count in found.late_by.items() if counties is None or county in counties)
    by_survey = [missing[name] for name in found.deadlines]
    return [str(n) if n else "—" for n in (due.total(), *by_survey, missing.total(), late)]


def _export(workspace: Workspace, found: Late, console: Console) -> None:
    folder = workspace.review / found.quarter
    with workspace.held("shuce review late"):
        written = Folder(folder, KIND).put(county_lists(found, workspace.city), read=())
    console.print(f"[green]✓[/] {len(written)} 个县（市、区）的催报清单：", highlight=False)
    console.print(f"  {folder}", **_PLAIN)
