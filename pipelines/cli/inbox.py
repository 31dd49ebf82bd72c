"""shuce inbox: what came and what became of it, a trial of one file, and the names of columns that a county uses.

Belongs here: the commands and what they print. Does not belong here: landing, reading, reviewing (ingest, steps). A
quick command: neither Dagster nor Great Expectations nor pandas is imported.
"""

from __future__ import annotations

import csv
import getpass
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from classification.errors import InputError
from pipelines.cli.options import Home

if TYPE_CHECKING:
    from pipelines.ingest.faults import Fault
    from pipelines.steps.arrivals import Arrival
    from pipelines.steps.trial import Trial
    from pipelines.workspace import Workspace

app = typer.Typer(
    help="收文：收到了什么、读了没有、为何拒收；预检；列名对应。 What came, what was read, what was refused and why."
)
console = Console()
AsCsv = Annotated[bool, typer.Option("--csv", help="输出 CSV。 Write CSV.")]
File = Annotated[Path, typer.Argument(help="报表文件（xlsx、xls、csv）。 The file.")]
SHOWN = 20  # places of one rule that are shown
STATES = {"read": "已读", "waiting": "待读", "refused": "拒收", "unknown": "未识别"}
_COLOURS = {"read": "green", "waiting": "yellow", "refused": "red", "unknown": "magenta"}
_LIST = (
    "收到日期", "文件", "表号", "报告期", "版本", "报送单位", "状态", "行数", "接受", "搁置", "说明",
)  # fmt: skip
_MORE = ("说明（英文）", "来源", "大小", "登记时间", "摘要")
_FINDING = ("处理", "工作表", "行", "列", "规则", "原因")


@app.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    *,
    home: Home = None,
    as_csv: AsCsv = False,
    quarter: Annotated[str, typer.Option(help="只看一个季度，如 2023Q4。 One quarter only.")] = "",
    problems: Annotated[
        bool, typer.Option("--problems", help="只看拒收、未识别、有搁置行或未读列的文件。 Only what needs attention.")
    ] = False,
    no_register: Annotated[
        bool, typer.Option("--no-register", help="只看，不登记新到的文件。 Look only, register nothing.")
    ] = False,
) -> None:
    """登记新到的文件，并列出收到的全部文件。 Register what is new and list all that came."""
    context.obj = home
    if context.invoked_subcommand is None:
        _list(_workspace(home), as_csv=as_csv, quarter=quarter, problems=problems, no_register=no_register)


@app.command()
def check(context: typer.Context, file: File, home: Home = None, as_csv: AsCsv = False) -> None:
    """预检：读取并审核一个文件，但不登记（退出码：0 无误，1 有搁置或核实，2 拒收）。 Try a file; nothing is kept."""
    from pipelines.steps.trial import trial

    outcome = trial(_workspace(home or context.obj), file)
    if as_csv:
        _write(_FINDING, _findings(outcome))
    else:
        _show_trial(outcome, file)
    raise SystemExit(outcome.code)


@app.command("map")
def map_columns(
    context: typer.Context,
    file: File,
    *,
    home: Home = None,
    form: Annotated[str, typer.Option(help="表号，如 B203（默认看文件名）。 The form.")] = "",
    own: Annotated[
        list[str] | None, typer.Option("--set", help="自定对应，如 --set 产值=工业总产值（可重复）。 One's own choice.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="全部确认，不逐个询问。 Confirm all.")] = False,
    by: Annotated[str, typer.Option("--by", help="确认人（默认当前用户）。 Who confirms.")] = "",
) -> None:
    """列名对应：给出建议，经人确认后保存，以后照此读取。 Map a county's own column names, once, by confirmation."""
    from pipelines.cli.inbox_map import map_file

    who = by or getpass.getuser()
    raise SystemExit(
        map_file(_workspace(home or context.obj), file, form, console, own=own or [], accept=accept, by=who)
    )


@app.command()
def seal(context: typer.Context, home: Home = None) -> None:
    """为旧版收文日志补上哈希链（只需一次，旧日志原样另存）。 Chain a log of an older version, once."""
    from pipelines.ingest.receipts import seal as sealed

    kept = sealed(_workspace(home or context.obj))
    console.print(
        f"[green]✓[/] 收文日志已加上哈希链；旧日志另存为 {escape(str(kept))}", highlight=False, soft_wrap=True
    )


def _workspace(home: Path | None) -> Workspace:
    from pipelines.workspace import Workspace

    return Workspace.locate(home)


def _list(workspace: Workspace, *, as_csv: bool, quarter: str, problems: bool, no_register: bool) -> None:
    from pipelines.steps.arrivals import arrivals

    _ = workspace.city
    if not no_register:
        _register(workspace)
    found = [
        item
        for item in arrivals(workspace)
        if quarter in ("", item.receipt.quarter)
        and (not problems or item.state in ("refused", "unknown") or item.set_aside or item.unread)
    ]
    if as_csv:
        _write((*_LIST, *_MORE), ([*_cells(item), *_more(item)] for item in found))
        return
    table = Table(header_style="bold", box=None, pad_edge=False, expand=True)
    table.add_column("收到日期", width=10, no_wrap=True)
    table.add_column("文件，表号、报送单位，说明", ratio=1, overflow="fold")
    table.add_column("报告期", width=6, no_wrap=True)
    table.add_column("状态", width=6, no_wrap=True)
    for name in ("版本", "行数", "搁置"):
        table.add_column(name, justify="right", min_width=4, no_wrap=True)
    for item in found:
        table.add_row(*_screen(item))
    console.print(table)
    count = {state: sum(item.state == state for item in found) for state in STATES}
    said = "，".join(f"{STATES[state]} {number}" for state, number in count.items() if number)
    console.print(f"共 {len(found)} 个文件{f'：{said}' if said else ''}", highlight=False)


def _register(workspace: Workspace) -> None:
    """Take in what is new, unless a run holds the workspace: it has taken in, or will, what lies there."""
    from pipelines.ingest.landing import register

    note = Console(stderr=True)
    try:
        with workspace.held("shuce inbox"):
            new = register(workspace)
    except InputError as fault:
        if fault.where != str(workspace.home):
            raise
        note.print(f"未登记新文件：{fault.zh}", style="yellow", markup=False, highlight=False)
        return
    if new:
        note.print(f"新登记 {len(new)} 个文件", style="green", highlight=False)


def _screen(item: Arrival) -> list[Text]:
    """A file as a row of the screen: what would not fit beside its name stands below it."""
    day, name, code, quarter, version, reporter, state, rows, _, aside, why = _cells(item)
    colour = _COLOURS[item.state]
    below = " ".join(part for part in (code, reporter) if part)
    said = [(f"\n{below}", "dim")] if below else []
    said += [(f"\n{why}", colour)] if why else []
    return [
        Text(day),
        Text.assemble(name, *said),
        Text(quarter),
        Text(state, colour),
        *map(Text, (version, rows, aside)),
    ]


def _cells(item: Arrival) -> list[str]:
    from pipelines.ingest.forms import forms

    receipt = item.receipt
    form = forms().get(receipt.form or "")
    return [
        str(receipt.received_at),
        receipt.name,
        form.code if form else "",
        receipt.quarter or "",
        str(receipt.version or ""),
        receipt.reporter,
        STATES[item.state],
        *("" if number is None else str(number) for number in (item.rows, item.accepted, item.set_aside)),
        _why(item),
    ]


def _why(item: Arrival) -> str:
    from pipelines.ingest.forms import forms, slips

    if item.reason is not None:
        return f"{item.reason.place}：{item.reason.zh}" if item.reason.place else item.reason.zh
    if item.state != "unknown":
        return "；".join(f"{fault.place}：{fault.zh}" for fault in item.unread)
    if any(slip.regex.search(item.receipt.file) for slip in slips().values()):
        return "填好的查询单不经收件箱；请用 shuce review read 读入"
    like = forms().get(item.receipt.suggestion or "")
    return f"最像 {like.code}《{like.title}》；请按该表的文件名改名" if like else "文件名不属于任何一张表"


def _more(item: Arrival) -> list[str]:
    receipt = item.receipt
    return [
        item.reason.en if item.reason else "",
        receipt.source,
        str(receipt.size),
        receipt.registered_at,
        receipt.sha256,
    ]


def _write(header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def _show_trial(outcome: Trial, file: Path) -> None:
    from pipelines.ingest.forms import forms

    receipt = outcome.receipt
    form = forms().get(receipt.form or "") if receipt else None
    title = f"{form.code}《{form.title}》 {receipt.quarter or ''}".rstrip() if form and receipt else "未识别的文件"
    version = f"，第 {receipt.version} 版" if receipt and receipt.version > 1 else ""
    console.print(f"预检 {escape(file.name)}：{title}{version}（不登记）", highlight=False, soft_wrap=True)
    if outcome.known:
        console.print("  内容与已登记的文件完全相同，不会重复登记。", highlight=False)
    if outcome.refusal is not None:
        place = f"{outcome.refusal.place}：" if outcome.refusal.place else ""
        console.print("[bold red]✗ 将被拒收[/]", end=" ")
        console.print(f"{place}{outcome.refusal.zh}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"  {outcome.refusal.en}", style="dim", markup=False, highlight=False, soft_wrap=True)
        if outcome.refusal.code in {"missing_header", "wrong_sheet"}:
            console.print(f"  若是列名不同：shuce inbox map {escape(str(file))}", highlight=False, soft_wrap=True)
        return
    queries = sum(not item.hard for item in outcome.findings)
    mark = "[yellow]![/]" if outcome.findings else "[green]✓[/]"
    counts = f"读到 {outcome.rows} 行：将接受 {outcome.rows - outcome.set_aside} 行，搁置 {outcome.set_aside} 行"
    console.print(f"{mark} {counts}，核实 {queries} 条", highlight=False)
    for fault in outcome.unread:
        place = f"{fault.sheet}：" if fault.sheet else ""
        console.print(f"  {place}{fault.zh}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    if not outcome.findings:
        return
    cut = [_show_group(faults, hard=hard) for (hard, _), faults in _groups(outcome)]
    if any(cut):
        console.print(f"每条规则只列前 {SHOWN} 处；用 --csv 输出全部。", highlight=False)


def _groups(outcome: Trial) -> list[tuple[tuple[bool, str], list[Fault]]]:
    """What was found by rule: what sets rows aside first, then what was found most often."""
    groups: dict[tuple[bool, str], list[Fault]] = {}
    for item in outcome.findings:
        groups.setdefault((item.hard, item.fault.code), []).append(item.fault)
    return sorted(groups.items(), key=lambda group: (not group[0][0], -len(group[1]), group[0][1]))


def _show_group(faults: list[Fault], *, hard: bool) -> bool:
    """One rule with the places where it fires, by sheet and column; gives whether some were left out."""
    colour, word = ("red", "搁置") if hard else ("yellow", "核实")
    console.print(f"[{colour}]{word}[/] [bold]{escape(faults[0].code)}[/] {len(faults)} 处：", end="", highlight=False)
    console.print(faults[0].zh, markup=False, highlight=False)
    rows: dict[tuple[str, str], list[int]] = {}
    for fault in faults[:SHOWN]:
        rows.setdefault((fault.sheet, fault.column), []).append(fault.row)
    for (sheet, column), numbers in rows.items():
        where = " ".join(part for part in (sheet, f"“{column}”" if column else "") if part)
        text = f"  {where}：第{'、'.join(map(str, dict.fromkeys(numbers)))}行"  # a long table has many cells to a row
        console.print(text, style="dim", markup=False, highlight=False)
    return len(faults) > SHOWN


def _findings(outcome: Trial) -> list[list[str]]:
    if outcome.refusal is not None:
        fault = outcome.refusal
        return [["拒收", fault.sheet, str(fault.row or ""), fault.column, fault.code, fault.zh]]
    return [
        ["搁置" if item.hard else "核实", fault.sheet, str(fault.row), fault.column, fault.code, fault.zh]
        for item in outcome.findings
        for fault in (item.fault,)
    ]
