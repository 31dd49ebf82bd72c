"""shuce sql and shuce where: read the current release while whatever else runs.

Belongs here: showing rows and places. Does not belong here: opening a release safely (release.read).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.release.read import current, query
from pipelines.workspace import Workspace

_PLACES = (
    ("公报", "bulletin.html"),
    ("工作簿", "workbook.xlsx"),
    ("数据库", "digital_economy.duckdb"),
    ("清单", "manifest.json"),
)


def show(home: Path | None, statement: str, console: Console, *, as_csv: bool) -> None:
    """Run one statement on the current release and show its rows, as a table or as CSV."""
    answer = query(Workspace.locate(home), statement)
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
        return
    table = Table(*answer.columns, header_style="bold", box=None, pad_edge=False)
    for row in answer.rows:
        table.add_row(*(_shown(value) for value in row))
    console.print(table, f"共 {len(answer.rows)} 行", highlight=False)


def where(home: Path | None, console: Console) -> None:
    """Say where the current release and its parts lie."""
    show_places(Workspace.locate(home), console)


def show_places(workspace: Workspace, console: Console) -> None:
    """The release's name and the path of each part, then the next command."""
    folder = current(workspace)
    console.print(f"\n[bold]{workspace.city.name}[/] 发布包 {folder.name}", highlight=False)
    for label, name in _PLACES:
        if (folder / name).exists():
            console.print(f"  {label}  {folder / name}", highlight=False, soft_wrap=True)
    console.print(
        f'  查询  shuce sql --home {workspace.home} "FROM v_core_latest"', style="dim", highlight=False, soft_wrap=True
    )


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
