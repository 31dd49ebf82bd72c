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
    home: Home = None,
    wait: Wait = False,
) -> None:
    """季总结：发布包的核心产业数和台账成绩单。 The bulletin's headline beside the ledgers."""
    _write("quarterly", period, as_of, home, wait=wait)


def _write(kind: Kind, period: str, as_of: str, home: Path | None, *, wait: bool) -> None:
    from pipelines.release.read import day_named
    from pipelines.steps.ledgers import refreshed
    from pipelines.steps.reports import report
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    _ = workspace.city
    day = day_named(as_of) if as_of else None
    with workspace.held(f"shuce report {kind}", wait=wait):
        refreshed(workspace)
        written = report(workspace, kind, period, day)
    console.print(written.headline, highlight=False, markup=False, soft_wrap=True)
    console.print(f"  数据截止 {written.as_of}，L1，专班使用", style="dim", highlight=False)
    for path in sorted(written.folder.iterdir()):
        console.print(f"  {path}", highlight=False, markup=False, soft_wrap=True)
