"""shuce ledger: the task force's ledgers as of a day: lists, one entry, dispatch, pairs that may be one, workbooks.

Belongs here: the commands and their arguments. Does not belong here: what they print (``ledger_views``), the reckoning.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from classification.errors import InputError
from pipelines.cli.options import Home

if TYPE_CHECKING:
    from pipelines.ingest.forms.ledgers import Ledger
    from pipelines.ledgers.board import Board
    from pipelines.workspace import Workspace

app = typer.Typer(
    help="台账：五张清单、问题、措施、登记簿；调度灯号、疑似重复、导出填报表。 The task force's ledgers and dispatch.",
    no_args_is_help=True,
)
console = Console()
AsOf = Annotated[
    str, typer.Option("--as-of", help="数据截止日 YYYY-MM-DD（默认最近一次收到台账）。 What was known on a day.")
]
Name = Annotated[str, typer.Argument(help="清单：企业、项目、招商、专项债、园区、问题、措施、登记簿，或全称、表号。")]


@app.command("list")
def listing(
    ledger: Annotated[str, typer.Argument(help="清单名称；不填为各清单的条数。 A ledger; counts if left out.")] = "",
    *,
    as_of: AsOf = "",
    county: Annotated[str, typer.Option("--county", help="只看一个县（市、区）。 One county.")] = "",
    home: Home = None,
) -> None:
    """某日在单的条目。 The entries on a ledger on a day."""
    from pipelines.cli import ledger_views as view

    workspace, board = _board(home, as_of)
    if ledger:
        view.entries(board, _ledger(ledger), workspace.city, county, console)
    else:
        view.counts(board, console)


@app.command()
def show(
    entry: Annotated[str, typer.Argument(help="编号，如 XM005。 The number of an entry.")],
    *,
    as_of: AsOf = "",
    home: Home = None,
) -> None:
    """一条的现状和逐栏历史：谁在何时报了什么。 One entry: what holds, and who said what when."""
    from pipelines.cli import ledger_views as view

    workspace, board = _board(home, as_of)
    view.entry(board, entry.upper(), workspace.city, console)


@app.command()
def dispatch(
    *,
    as_of: AsOf = "",
    late: Annotated[
        bool, typer.Option("--late", help="按责任部门列出逾期和未报。 List what is late, by owner.")
    ] = False,
    home: Home = None,
) -> None:
    """月调度：序时进度、灯号及变化、逾期、问题、三个一批、专项债、措施。 Where everything stands."""
    from pipelines.cli import ledger_views as view

    workspace, board = _board(home, as_of)
    (view.late if late else view.dispatch)(board, workspace.city, console)


@app.command()
def duplicates(
    *,
    as_of: AsOf = "",
    everything: Annotated[bool, typer.Option("--all", help="已登记关联的也列出。 Declared pairs, too.")] = False,
    home: Home = None,
) -> None:
    """疑似重复：跨清单、跨县区，按相似度，附依据；不自动合并。 Pairs that may be one entry."""
    from pipelines.cli import ledger_views as view
    from pipelines.steps.ledgers import pairs

    workspace, board = _board(home, as_of)
    known = pairs(workspace, board.day)
    view.pairs(known if everything else known[~known["declared"]], workspace.city, console)


@app.command()
def aside(*, home: Home = None) -> None:
    """台账中搁置的行、未读的文件和列：在哪里、为什么。 Rows, files and columns that did not go through."""
    from pipelines.cli import ledger_views as view
    from pipelines.steps.core import small_set_aside
    from pipelines.steps.ledgers import unread

    workspace, _ = _board(home, "")
    view.set_aside(small_set_aside(workspace, "core_ledger_history").to_pylist(), console)
    view.unread(unread(workspace), console)


@app.command()
def export(
    ledger: Name,
    output: Annotated[Path, typer.Option("-o", "--output", help="写到哪里，如 TZ02.xlsx。 Where to write it.")],
    *,
    as_of: AsOf = "",
    county: Annotated[str, typer.Option("--county", help="只导出一个县（市、区）。 One county.")] = "",
    home: Home = None,
) -> None:
    """导出填报表：同一版式，带下拉列表，锁定编号；信用代码等不导出。 A workbook to be filled in and sent back."""
    from pipelines.cli.answer import beside
    from pipelines.cli.ledger_views import of_county
    from pipelines.ledgers.workbook import workbook

    workspace, board = _board(home, as_of)
    one = _ledger(ledger)
    there = of_county(board.of(one.id), workspace.city, county)
    with beside(output) as part:
        part.write_bytes(workbook(one, there, workspace.city, board.day).content())
    console.print(f"[green]✓[/] {one.terms.title} {len(there)} 条：{output}", highlight=False, soft_wrap=True)


def _ledger(name: str) -> Ledger:
    from pipelines.ingest.forms.ledgers import ledger_named, ledgers

    if found := ledger_named(name):
        return found
    known = "、".join(one.zh for one in ledgers().values())
    raise InputError(f"没有清单“{name}”；有：{known}。", f"There is no ledger {name!r}.")


def _board(home: Path | None, as_of: str) -> tuple[Workspace, Board]:
    """The ledgers as of a day, with what lies in the inbox.

    Raises:
        InputError: the day is none, or nothing of ledgers was received by then.
    """
    from pipelines.steps.ledgers import board, refreshed
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    _ = workspace.city
    with workspace.held("shuce ledger"):
        refreshed(workspace)
    found = board(workspace, _day(as_of))
    if not (found.history["known_from"] <= found.day).any():
        raise InputError(
            f"截至 {found.day} 没有收到台账。请把清单（TZ01—TZ08、TZ00）放入 {workspace.inbox} 后重试。",
            f"No ledger was received by {found.day}: put the files into the inbox.",
        )
    return workspace, found


def _day(text: str) -> dt.date | None:
    from pipelines.cli.review_lists import day

    return day(text) if text else None
