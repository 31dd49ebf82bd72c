"""shuce sql and shuce where: read the current release while whatever else runs.

Belongs here: showing rows and places. Does not belong here: opening a release safely (release.read).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from classification.errors import InputError
from pipelines.release.read import CURRENT, Answer, copies, current, day_named, query, query_as_of, releases
from pipelines.workspace import Workspace

# What goes into a pipe or a file is not cut at the width of a screen.
_PIPE_WIDTH = 10_000
_PLACES = (
    ("公报", "bulletin.html"),
    ("公报 Word", "bulletin.docx"),
    ("一页纸", "leaders.html"),
    ("数据浏览", "explorer.html"),
    ("工作簿", "workbook.xlsx"),
    ("数据库", "digital_economy.duckdb"),
    ("清单", "manifest.json"),
)


def show(home: Path | None, statement: str, console: Console, *, as_csv: bool, name: str = "", as_of: str = "") -> None:
    """Run one statement and show its rows, as a table or as CSV.

    On the current release, on the one named, or on what was known on a day.

    Raises:
        InputError: a release and a day are both named, or there is no such release.
    """
    workspace = Workspace.locate(home)
    if as_of and name:
        raise InputError("--as-of 与 --release 只能给一个。", "Give --as-of or --release, not both.")
    if as_of:
        answer = query_as_of(workspace, statement, day_named(as_of))
    else:
        answer = query(workspace, statement, named(workspace, name) if name else None)
    show_answer(answer, console, as_csv=as_csv)


def show_answer(answer: Answer, console: Console, *, as_csv: bool) -> None:
    """Rows as a table that fits the screen, as records where it does not, or as CSV."""
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
        return
    wide = console if console.is_terminal else Console(width=_PIPE_WIDTH)
    table = Table(*map(escape, answer.columns), header_style="bold", box=None, pad_edge=False)
    for row in answer.rows:
        table.add_row(*(_shown(value) for value in row))
    if Console(width=_PIPE_WIDTH).measure(table).maximum <= wide.width:
        wide.print(table, highlight=False)
    else:
        _show_records(answer, wide)
    wide.print(f"共 {len(answer.rows)} 行", highlight=False)


def _show_records(answer: Answer, console: Console) -> None:
    # Too wide for the screen: one record under the other, as psql's expanded display does.
    for number, row in enumerate(answer.rows, 1):
        console.print(f"── {number} ──", style="dim", highlight=False)
        grid = Table.grid(padding=(0, 2))
        for name, value in zip(answer.columns, row, strict=True):
            grid.add_row(escape(name), _shown(value))
        console.print(grid, highlight=False)


def where(home: Path | None, console: Console) -> None:
    """Say where the current release and its parts lie."""
    workspace = Workspace.locate(home)
    show_places(workspace, console, current(workspace))


def show_places(workspace: Workspace, console: Console, folder: Path) -> None:
    """A release's name and the path of each part, then the next command."""
    console.print(f"\n[bold]{escape(workspace.city.name)}[/] 发布包 {folder.name}", highlight=False)
    for label, name in _PLACES:
        if (folder / name).exists():
            console.print(f"  {label}  {folder / name}", highlight=False, markup=False, soft_wrap=True)
    report = workspace.report(folder.name.partition("_")[0])
    if report.exists():
        console.print(f"  质量报告  {report}（内部）", highlight=False, markup=False, soft_wrap=True)
    newest = current(workspace)
    ask = f"shuce sql --home {workspace.home}" + ("" if folder == newest else f" --release {folder.name}")
    console.print(f'  查询  {ask} "FROM v_core_latest"', style="dim", highlight=False, markup=False, soft_wrap=True)
    if folder != newest:
        console.print(f"  current 仍指向较新的 {newest.name}", style="dim", highlight=False)


def named(workspace: Workspace, name: str) -> Path:
    """The newest release whose name begins so, or where none does the newest copy; ``current`` is the current one.

    Raises:
        InputError: there is none; those that there are are named.
    """
    if name == CURRENT:
        return current(workspace)
    everything = releases(workspace)
    found = [path for path in everything if path.name.startswith(name)]
    found = found or [path for path in copies(workspace) if path.name.startswith(name)]
    if not found:
        _refuse_gone(workspace, name)
        there = "、".join(path.name for path in everything) or "无"
        raise InputError(
            f"没有名称以“{name}”开头的发布包；现有：{there}。",
            f"No release has a name that begins with {name!r}; there are: {there}.",
        )
    return found[-1]


def _refuse_gone(workspace: Workspace, name: str) -> None:
    """Say so where the log knows a copy whose folder is gone."""
    from pipelines.release.copies import logged

    for copy, line in logged(workspace).items():
        if copy.startswith(name):
            raise InputError(
                f"{copy} 于 {line.at:%Y-%m-%d} 导出（{line.purpose}），文件夹已不在；请用交出的那一份或备份放回。",
                f"{copy} left on {line.at:%Y-%m-%d}, and its folder is gone; put it back as it was handed out.",
                where=str(workspace.exports("")),
            )


def _shown(value: object) -> str:
    if value is None:
        return ""
    # What a release holds is text, never marks for the terminal.
    return f"{value:,.6g}" if isinstance(value, float) else escape(str(value))
