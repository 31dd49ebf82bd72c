"""shuce report: write the task force's report of a week, a month or a quarter and say where it lies.

Belongs here: the commands, their arguments, what is printed. Does not belong here: what a report says (reports).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pipelines.cli.options import Home, Wait

if TYPE_CHECKING:
    from pipelines.reports.periods import Kind

app = typer.Typer(
    help="专班报告：周汇报、月调度、季总结（网页、Word、Excel）。 The task force's reports.", no_args_is_help=True
)
console = Console()
AsOf = Annotated[
    str, typer.Option("--as-of", help="数据截止日 YYYY-MM-DD（默认该期应报之日）。 What was known on a day.")
]


@app.command()
def weekly(
    period: Annotated[str, typer.Argument(help="2023-W43 或其中一日（默认最近一周）。 A week.")] = "",
    *,
    as_of: AsOf = "",
    home: Home = None,
    wait: Wait = False,
) -> None:
    """周汇报：变化、新问题、未报、进出，不超过一页。 What a week changed, on one sheet."""
    _write("weekly", period, as_of, home, wait=wait)


@app.command()
def monthly(
    period: Annotated[str, typer.Argument(help="2023-10 或其中一日（默认最近一月）。 A month.")] = "",
    *,
    as_of: AsOf = "",
    home: Home = None,
    wait: Wait = False,
) -> None:
    """月调度：灯号及变化、逾期和未报、问题、三个一批、专项债、措施。 The dispatch of a month."""
    _write("monthly", period, as_of, home, wait=wait)


@app.command()
def quarterly(
    period: Annotated[str, typer.Argument(help="2023Q4 或其中一日（默认最后一季）。 A quarter.")] = "",
    *,
    as_of: AsOf = "",
    internal: Annotated[
        bool, typer.Option("--internal", help="内部版（L2），另列景气、预警、发展指数。 The house's own.")
    ] = False,
    home: Home = None,
    wait: Wait = False,
) -> None:
    """季总结：发布包的四化、基础设施、未来产业等和台账成绩单。 The bulletin beside the ledgers."""
    _write("quarterly", period, as_of, home, wait=wait, internal=internal)
    if not internal:
        console.print("  内部版（景气五灯、预警信号、发展指数）：加 --internal", style="dim", highlight=False)


def _write(kind: Kind, period: str, as_of: str, home: Path | None, *, wait: bool, internal: bool = False) -> None:
    from pipelines.release.issue import STAMPS
    from pipelines.release.read import day_named
    from pipelines.steps.ledgers import refreshed
    from pipelines.steps.reports import report
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    _ = workspace.city
    day = day_named(as_of) if as_of else None
    with workspace.held(f"shuce report {kind}", wait=wait):
        refreshed(workspace)
        written = report(workspace, kind, period, day, internal=internal)
    console.print(written.headline, highlight=False, markup=False, soft_wrap=True)
    level = "L2" if internal else "L1"
    console.print(f"  数据截止 {written.as_of}，{level}，{STAMPS[level]}", style="dim", highlight=False)
    for path in sorted(written.folder.iterdir()):
        console.print(f"  {path}", highlight=False, markup=False, soft_wrap=True)
