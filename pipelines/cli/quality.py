"""shuce quality: write the report on a quarter's data and say where it lies.

Belongs here: which quarter and day, and what is printed. Does not belong here: gathering facts (steps.quality) or the
page (quality).
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from indicators.quarter import Quarter
from pipelines.workspace import Workspace


def write(home: Path | None, quarter: str, console: Console, *, as_of: str, wait: bool) -> None:
    """Write the report on one quarter, by default the last of the workspace, as known on a day."""
    from pipelines.quality.report import headline
    from pipelines.steps.observed import day_of_knowledge
    from pipelines.steps.quality import facts, write_report

    workspace = Workspace.locate(home)
    wanted = str(Quarter.parse(quarter or workspace.city.last_quarter))
    day = day_of_knowledge(workspace, wanted, as_of)
    with workspace.held(f"shuce quality {wanted}", wait=wait):
        found = facts(workspace, wanted, day)
        path = write_report(workspace, found)
    console.print(headline(found), highlight=False, soft_wrap=True)
    console.print(f"  数据截止 {day}，内部", style="dim", highlight=False)
    console.print(f"  报告  {path}", highlight=False, markup=False, soft_wrap=True)
