"""shuce export: a copy of a release that may leave the house.

Belongs here: which release, and showing what passed. Does not belong here: what passes (release.gate).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final, get_args

from rich.console import Console
from rich.table import Table

from classification.errors import InputError
from pipelines.cli.query import named
from pipelines.release.gate import Level, blocks_said
from pipelines.release.read import current, released_of
from pipelines.steps.exported import export
from pipelines.workspace import Workspace

_LEVELS: Final[tuple[Level, ...]] = get_args(Level)


def show(home: Path | None, quarter: str, console: Console, *, level: str, purpose: str, wait: bool) -> None:
    """Export and say what passed.

    Raises:
        InputError: as ``export``; the level or the release is unknown; another process holds the workspace.
    """
    asked = next((known for known in _LEVELS if known == level), None)
    if asked is None:
        raise InputError(
            "级别应为 L1（专班）或 L0（公开）。", "The level is L1 (task force) or L0 (public).", where=level
        )
    workspace = Workspace.locate(home)
    with workspace.held(f"shuce export {quarter}".rstrip(), wait=wait), console.status("保密审查……"):
        made = export(workspace, _release(workspace, quarter), asked, purpose=purpose)
    table = Table("范围", "单元格", "不足以单独公布", "处理", box=None, header_style="bold")
    for row in blocks_said(made.passing.found):
        fate = "并入上一级" if row["folded"] else "公布"
        table.add_row(row["block"], str(row["cells"]), str(row["unsafe"]), fate)
    console.print(table)
    console.print(
        f"[green]✓[/] {level}：{made.observations:,} 个观测值，其中 {made.hidden:,} 个隐去（※）；"
        f"{made.left_out:,} 个不在此级别列出",
        highlight=False,
    )
    for held, day in made.passing.held.items():
        console.print(f"  {held} 的修订数暂不公布，仍列 {day} 所知的数", highlight=False)
    console.print(f"  {made.folder}", soft_wrap=True, highlight=False)


def _release(workspace: Workspace, quarter: str) -> Path:
    """The release meant: the current one, the one whose name begins so, or the latest of a quarter that is no flash."""
    if not quarter:
        return current(workspace)
    if "_" in quarter:
        return named(workspace, quarter)
    found = released_of(workspace, quarter, dt.date.max)
    if found is None:
        raise InputError(
            f"没有 {quarter} 的发布包；请先运行 shuce run {quarter}。",
            f"There is no release of {quarter}; run it first.",
            where=quarter,
        )
    return found
