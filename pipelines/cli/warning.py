"""shuce warning: the signals of a quarter, setting one aside with a reason, the back-test.

Belongs here: the commands and what they print at 80 columns. Does not belong here: making signals (steps.warned),
rules, scores (warning). Signals of firms (L3) are shown with a purpose only, which is written down first.
"""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from classification.errors import InputError
from pipelines.cli.options import Home
from pipelines.clock import today

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.warning.backtest import Score
    from pipelines.warning.rules import Level
    from pipelines.workspace import Workspace

app = typer.Typer(
    help="监测预警：本季信号、附理由排除、回测命中率与误报率。 Early warning: signals, dismissals, back-test."
)
console = Console()
OfQuarter = Annotated[str, typer.Argument(help="季度，如 2023Q4。 The quarter.")]
AsOf = Annotated[
    str, typer.Option("--as-of", help="数据截止日 YYYY-MM-DD（默认为该季度的发布日）。 What was known on this day.")
]


@app.command(name="list")
def list_(
    quarter: OfQuarter,
    as_of: AsOf = "",
    *,
    firms: Annotated[bool, typer.Option("--firms", help="企业层信号（L3，内部）。 Signals of firms.")] = False,
    purpose: Annotated[str, typer.Option(help="列出企业的用途，记入访问日志。 What the firms are for.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="连同已排除的。 Also those set aside.")] = False,
    home: Home = None,
) -> None:
    """一个季度的预警信号，每条带数、界限和责任人。 The signals of a quarter."""
    from pipelines.access import record, refuse_without_purpose

    if firms:
        refuse_without_purpose(purpose, "--firms")
    workspace, rows, day = _signals(home, quarter, as_of, "signal_firm" if firms else "signal")
    mine = [row for row in rows if row["quarter"] == quarter]
    if not as_of:
        mine = _decided(workspace, mine)
    shown = [row for row in mine if everything or row["status"] == "open"]
    if firms:
        asked = {"quarter": quarter, "as_of": str(day)}
        record(workspace, "warning list", asked, purpose=purpose, units=len({row["unit"] for row in shown}))
    dismissed = sum(row["status"] == "dismissed" for row in mine)
    level = "企业层（L3）" if firms else "产业、行业层"
    console.print(
        f"[bold]{workspace.city.name} {quarter} 预警信号[/]（{level}，数据截止 {day}）：共 {len(mine)} 条，"
        f"待核实 {len(mine) - dismissed} 条，已排除 {dismissed} 条",
        highlight=False,
    )
    if shown:
        console.print(_table(shown))
        console.print("排除一条：shuce warning dismiss 信号编号 --reason 理由", style="dim", highlight=False)


@app.command()
def dismiss(
    signal: Annotated[str, typer.Argument(help="信号编号，见 shuce warning list。 The signal's number.")],
    *,
    reason: Annotated[str, typer.Option(help="理由。 Why.")] = "",
    home: Home = None,
) -> None:
    """附理由排除一条信号；自当日起的发布不再列出。 Set a signal aside, with a reason."""
    from pipelines.lake import Lake
    from pipelines.warning.dismissals import Dismissal, append
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    lake = Lake(workspace.lake)
    known = [
        row
        for table in ("signal", "signal_firm")
        for row in lake.read(table, lake.partitions(table)).select(["signal"]).to_pylist()
    ] if lake.partitions("signal") else []  # fmt: skip
    if signal not in {row["signal"] for row in known}:
        # A signal of a firm names the firm: the number is not said again.
        raise InputError("没有这个编号的信号，请用 shuce warning list 查看。", "There is no signal of this number.")
    day = today()
    with workspace.held("warning dismiss"):
        append(workspace, Dismissal(signal=signal, reason=reason, by=getpass.getuser(), dismissed_on=day))
    console.print(f"[green]✓[/] 已排除 {signal}：{reason}；自 {day} 起的发布不再列出", highlight=False)


@app.command()
def backtest(quarter: OfQuarter, as_of: AsOf = "", *, home: Home = None) -> None:
    """用已知转折点回测：命中率、时滞、误报率。 Hit and false-alarm rates over known turning points."""
    from pipelines.warning.backtest import AFTER, HORIZON
    from pipelines.warning.backtest import backtest as score

    workspace, _, day = _signals(home, quarter, as_of, "signal")
    from pipelines.steps.warned import tried

    signals, points, watched = tried(workspace, quarter, day)
    seen = set(zip(watched["level"], watched["subject"], strict=True))
    unseen = [point for point in zip(points["level"], points["subject"], strict=True) if point not in seen]
    console.print(
        f"[bold]{workspace.city.name} 预警回测[/]：{watched['quarter'].min()}—{quarter}，"
        f"{_counted(points)}，数据截止 {day}",
        highlight=False,
    )
    scores = score(signals, points, watched)
    console.print(_scores(scores))
    console.print(_names(scores), style="dim", highlight=False)
    if unseen:
        console.print(_unseen(unseen), style="yellow", highlight=False)
    console.print(
        f"命中：转折起 {HORIZON} 个季度内有信号；误报：转折期及其后 {AFTER} 个季度以外的信号；"
        "无转折：没有转折的对象×季度，误报率的分母。"
        "单条规则的漏报含本不由它发现的转折：应收规则不看产出下滑，反之亦然。"
        "各季以数据截止日所知的版次计算，不是当时所知。",
        style="dim",
        highlight=False,
    )


def _signals(
    home: Path | None, quarter: str, as_of: str, table: str
) -> tuple[Workspace, list[dict[str, Any]], dt.date]:
    """A table of signals of a quarter as known on a day, made anew if it is of another one."""
    from pipelines.lake import Lake
    from pipelines.steps import observed, warned
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    day = observed.day_of_knowledge(workspace, quarter, as_of)
    with workspace.held("warning", wait=True):
        observed.observation(workspace, quarter, day)
        warned.signals(workspace, quarter, day)
        return workspace, Lake(workspace.lake).read(table, [quarter]).to_pylist(), day


def _decided(workspace: Workspace, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The signals of a release with what was decided since: whoever asks of no day asks how things stand today."""
    from pipelines.warning.dismissals import dismissals

    known = dismissals(workspace, today())
    return [
        row | {"status": "dismissed"} | known[row["signal"]].model_dump(include={"reason", "dismissed_on"})
        if row["signal"] in known
        else row
        for row in rows
    ]


def _table(rows: list[dict[str, Any]]) -> Table:
    from pipelines.warning.rules import KINDS, rule

    table = Table(header_style="bold", box=None, pad_edge=False, expand=True)
    table.add_column("性质", width=6, no_wrap=True)
    table.add_column("信号与证据", ratio=1, overflow="fold")
    table.add_column("责任人", width=10, overflow="fold")
    order = list(KINDS)
    for row in sorted(rows, key=lambda row: (order.index(row["kind"]), row["rule"], row["signal"])):
        text = Text(row["sentence"])
        if said := _without_largest(row):
            text.append(f"\n{said}", style="cyan")
        if row["status"] == "dismissed":
            text.append(f"\n〔已排除 {row['dismissed_on']}〕{row['reason']}", style="green")
        text.append(f"\n{row['signal']}　{rule(row['rule']).name_zh}", style="dim")
        table.add_row(KINDS[row["kind"]], text, row["owner"])
    return table


def _counted(points: pd.DataFrame) -> str:
    """How many turning points there are, and at how many subjects: one may be felt at several, of several levels."""
    from pipelines.warning.rules import LEVELS

    levels = points["level"].value_counts()
    by_level = "、".join(f"{zh}{levels[level]}" for level, zh in LEVELS.items() if level in levels)
    told = f"转折点 {points['id'].nunique()} 个，转折对象 {len(points)} 个"
    return f"{told}（{by_level}；一个转折点可有几个对象，表按对象计）"


def _unseen(points: list[tuple[Level, str]]) -> str:
    """The subjects of downturns that no rule looks at; firms are counted and not named."""
    from pipelines.warning.rules import LEVELS

    named = "、".join(f"{LEVELS[level]} {subject}" for level, subject in points if level != "firm")
    said = f"另有 {len(points)} 个转折对象不在预警范围（类别不足3家，或企业不在前列），不计"
    return f"{said}：{named}" if named else said


def _without_largest(row: dict[str, Any]) -> str:
    from pipelines.warning.sentences import without_largest

    return without_largest(row) if "growth_but1" in row else ""


def _scores(scores: list[Score]) -> Table:
    from pipelines.warning.backtest import ANY
    from pipelines.warning.rules import KINDS, LEVELS

    kinds = {str(kind): zh for kind, zh in KINDS.items()} | {ANY: "合计"}
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in ("层级", "性质", "规则"):
        table.add_column(name, no_wrap=True)
    for name in ("转折对象", "命中", "漏报", "命中率", "时滞", "误报", "无转折", "误报率"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in scores:
        whole = one.rule == ANY
        table.add_row(
            LEVELS[one.level],
            kinds[one.kind],
            "" if one.kind == ANY else "合计" if whole else one.rule,
            str(one.points),
            str(one.hits),
            str(one.misses),
            _percent(one.hit_rate),
            "—" if one.lag is None else f"{one.lag:.1f}季",
            str(one.alarms),
            str(one.quiet),
            _percent(one.alarm_rate),
            style="bold" if one.kind == ANY else "" if whole else "dim",
        )
    return table


def _names(scores: list[Score]) -> str:
    """What the rules are called; in the table their names would take the room of the numbers."""
    from pipelines.warning.backtest import ANY
    from pipelines.warning.rules import rule

    return "；".join(f"{name} {rule(name).name_zh}" for name in sorted({one.rule for one in scores} - {ANY})) + "。"


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1%}"
