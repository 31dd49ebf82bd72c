"""shuce aside: what did not go through, with its place and reason; the cells as received stay in L3.

Belongs here: how that list is shown. Does not belong here: gathering it (steps.asides).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from indicators.quarter import Quarter
from pipelines.workspace import Workspace


def show(home: Path | None, quarter: str, console: Console, *, as_csv: bool) -> None:
    """List the rows and files of one quarter, or of all, that did not go through."""
    from pipelines.steps.asides import COLUMNS, asides

    workspace = Workspace.locate(home)
    quarters = [str(Quarter.parse(quarter))] if quarter else [str(q) for q in workspace.city.quarters]
    if as_csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows(asides(workspace, quarters).to_pylist())
        return
    if not show_lines(workspace, quarters, console):
        console.print("没有搁置的行，也没有退回的文件。")
    else:
        console.print("原报内容见 L3 表 core_set_aside", style="dim")


def show_lines(workspace: Workspace, quarters: list[str], console: Console, *, most: int | None = None) -> int:
    """How many rows and files did not go through, and the first ``most`` of them; returns how many there are."""
    from pipelines.steps.asides import asides

    # What belongs to a quarter first: that is what whoever runs it has to answer for.
    found = sorted(asides(workspace, quarters).to_pylist(), key=lambda line: line["quarter"] == "")
    if not found:
        return 0
    files = sum(1 for line in found if line["row"] == 0)
    console.print(f"[yellow]![/] 搁置或未归类 {len(found) - files} 行，退回 {files} 个文件", highlight=False)
    for line in found[:most]:
        console.print(f"  {_place(line)}：{line['reason_zh']}", highlight=False, markup=False, soft_wrap=True)
    if most is not None and len(found) > most:
        console.print(f"  …… 全部见 shuce aside {quarters[-1]}", style="dim", highlight=False)
    return len(found)


def _place(line: dict[str, Any]) -> str:
    row = f"第{line['row']}行" if line["row"] else ""
    return " · ".join(filter(None, (line["quarter"], line["file"], line["sheet"], row, line["column"])))
