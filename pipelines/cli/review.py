"""shuce review: the queue of queries, the lists that go out, the answers that come in, the call for missing returns.

Belongs here: the commands and what they print. Does not belong here: the order of the queue, lists, reading answers
(review), making the table (steps). A quick command: neither Dagster nor Great Expectations nor pandas is imported.

The screen is the reviewer's own (L3): it names units, as nobody can be asked without a name, but shows what they
reported on request only, and never where the output is kept (a pipe, a file, a job's log).
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from classification.errors import InputError
from pipelines.cli.options import Home

if TYPE_CHECKING:
    from pipelines.review.queue import Wanted
    from pipelines.workspace import City, Workspace


class _Named(TyperGroup):
    """A group whose first command need not be named: ``shuce review 2023Q4`` is ``shuce review queue 2023Q4``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command's name in front where none stands there."""
        named = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else ["queue", *args])


app = typer.Typer(
    cls=_Named,
    help="核实查询：先问谁、导出查询单、读入答复、催报、规则评分。 Queries: whom to ask, lists out, answers in.",
)
console = Console()
OfQuarter = Annotated[
    str, typer.Argument(help="季度，如 2023Q4（默认最近一个有报表的季度）。 The quarter.", show_default=False)
]
County = Annotated[str, typer.Option("--county", help="只看一个县区（代码或名称）。 One county.")]


@app.command()
def queue(
    quarter: OfQuarter = "",
    *,
    home: Home = None,
    everything: Annotated[bool, typer.Option("--all", help="全部查询，含已答复的。 All queries.")] = False,
    county: County = "",
    rule: Annotated[str, typer.Option("--rule", help="只看一条规则，如 C06。 One rule.")] = "",
    form: Annotated[str, typer.Option("--form", help="只看一张表，如 B203。 One form.")] = "",
    status: Annotated[
        str,
        typer.Option(
            "--status",
            help="状态：待答复、待更正、已说明、已重报、不再计入。 open, promised, confirmed, resubmitted, withdrawn.",
        ),
    ] = "",
    values: Annotated[
        bool, typer.Option("--values", help="同时显示原报数和对照数（仅限终端）。 Show what was reported.")
    ] = False,
) -> None:
    """（默认）核实查询，按对总量的影响排序。 The queue of queries, by impact on the published total."""
    from pipelines.cli.review_queue import show

    if values and not console.is_terminal:
        raise InputError(
            "原报数属企业资料，只在终端上显示；要成文件请用 shuce review export。",
            "What a unit reported is shown on a terminal only; for a file use `shuce review export`.",
        )
    workspace, name = _place(home, quarter)
    wanted = _wanted(workspace.city, county=county, rule=rule, form=form, status=status, everything=everything)
    narrowed = everything or any((county, rule, form, status))
    show(workspace, name, wanted, console, top_only=not narrowed, values=values)


def _place(home: Path | None, quarter: str) -> tuple[Workspace, str]:
    """The workspace and the quarter meant."""
    from indicators.quarter import Quarter
    from pipelines.lake import Lake
    from pipelines.steps.queries import latest_quarter
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    _ = workspace.city
    return workspace, str(Quarter.parse(quarter)) if quarter else latest_quarter(Lake(workspace.lake))


def _wanted(city: City, *, county: str, rule: str, form: str, status: str, everything: bool) -> Wanted:
    from pipelines.ingest.forms import forms
    from pipelines.review.queue import STATUSES, Wanted
    from pipelines.review.rules import rules

    known = {zh: name for name, zh in STATUSES.items()} | {name: name for name in STATUSES}
    if status and status not in known:
        raise InputError(
            f"没有“{status}”这种状态；可用：{'、'.join(STATUSES.values())}。",
            f"No status {status!r}; there are: {', '.join(STATUSES)}.",
        )
    kinds = ("quarterly", "register", "annual")
    asking = {found.id for kind in kinds for found in rules(kind) if found.severity == "soft"}
    _require(rule.upper(), asking, "这条核实性规则", "rule")
    _require(form.upper(), {found.code for found in forms().values()}, "这张表", "form")
    statuses = {known[status]} if status else set() if everything else {"open"}
    return Wanted(_county(city, county), rule.upper(), form.upper(), frozenset(statuses))


def _require(named: str, known: set[str], zh: str, en: str) -> None:
    """Refuse a rule or a form that there is none of: an empty list would read as if nothing were asked."""
    if named and named not in known:
        raise InputError(
            f"没有“{named}”{zh}；现有：{'、'.join(sorted(known))}。",
            f"No {en} {named!r}; there are: {', '.join(sorted(known))}.",
        )


def _county(city: City, named: str) -> str:
    """The code of a county named by code or name; '' where none is."""
    if not named:
        return ""
    found = [c.code for c in city.counties if named in (c.code, c.name, c.short)]
    if not found:
        there = "、".join(c.name for c in city.counties)
        raise InputError(f"没有“{named}”这个县（市、区）；现有：{there}。", f"No county {named!r}; there are: {there}.")
    return found[0]


@app.command()
def export(
    quarter: OfQuarter = "",
    *,
    home: Home = None,
    due: Annotated[str, typer.Option("--due", help="答复截止日 YYYY-MM-DD（默认今天起若干日）。 Answers until.")] = "",
) -> None:
    """导出核实查询单：每个县（市、区）一个 Excel，另有汇总。 One list of queries per county, and a summary."""
    from pipelines.cli.review_lists import export_queries

    workspace, name = _place(home, quarter)
    export_queries(workspace, name, due, console)


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="填好的查询单（可多个）。 Lists that came back.")],
    *,
    home: Home = None,
    received: Annotated[
        str, typer.Option("--received-on", help="收到日期 YYYY-MM-DD（默认今天）。 The day they were received.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="读入人（默认当前用户）。 Who reads them in.")] = "",
) -> None:
    """读入填好的查询单（退出码：0 全部登记，1 有退回的行，2 有拒收的文件）。 Take in answers; no value is changed."""
    from pipelines.cli.review_lists import read_replies
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    _ = workspace.city
    raise SystemExit(read_replies(workspace, files, received=received, by=by or getpass.getuser(), console=console))


@app.command()
def score(home: Home = None) -> None:
    """规则评分：合成城市中埋入的错误查出多少、误报多少（退出码：0 全部查出且无误停，1 否）。 Recall and precision."""
    from pipelines.cli.review_score import show
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    _ = workspace.city
    raise SystemExit(show(workspace, console))


@app.command()
def late(
    quarter: OfQuarter = "",
    *,
    home: Home = None,
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", help="截至日 YYYY-MM-DD（默认今天；已过发布日的季度，默认最后截止日）。 As known on this day."
        ),
    ] = "",
    export: Annotated[bool, typer.Option("--export", help="导出各县区催报清单。 Write the lists.")] = False,
) -> None:
    """催报：应报未报和迟报的单位，按县区和报表计数。 Missing and late returns, by county and survey."""
    from pipelines.cli.review_late import show
    from pipelines.cli.review_lists import day
    from pipelines.clock import today
    from pipelines.review.late import usual_day

    workspace, name = _place(home, quarter)
    show(workspace, name, day(as_of) if as_of else usual_day(workspace, name, today()), console, export=export)
