"""shuce review export and read: lists of queries out, answers in, and what is told about them.

Belongs here: what is asked of the folder and what is printed. Does not belong here: the lists themselves (review), the
log and the table (steps). What is printed names places and reasons, never what stands in a line.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from classification.errors import InputError
from pipelines.clock import today
from pipelines.ingest.faults import Fault
from pipelines.lake import Lake
from pipelines.review.folder import Folder
from pipelines.review.query_list import KIND, SUMMARY, county_lists, summary
from pipelines.review.queue import read_queue
from pipelines.review.replies import Entry, entries
from pipelines.review.reply_lists import ListRead
from pipelines.steps.queries import answered, parts
from pipelines.workspace import Workspace

_PLAIN: Final[dict[str, Any]] = {"highlight": False, "soft_wrap": True, "markup": False}  # text as it stands


def export_queries(workspace: Workspace, quarter: str, due: str, console: Console) -> None:
    """Write the lists of queries of a quarter and say where they lie and what comes next."""
    city = workspace.city
    until = day(due) if due else today() + dt.timedelta(days=city.review.reply_days)
    queue = read_queue(workspace, parts(Lake(workspace.lake), quarter), quarter, city.review.coverage)
    lists = county_lists(queue, city, until)
    folder = workspace.review / quarter
    with workspace.held("shuce review export"):
        read = {entry.sha256 for entry in entries(workspace)}
        written = Folder(folder, KIND).put(lists, read=read)
        Folder(folder, SUMMARY).put(summary(queue, city, until), read=read)
    console.print(queue.sentence, highlight=False)
    if not written:
        console.print(f"没有需要答复的查询，只写了汇总：{folder}", **_PLAIN)
        return
    console.print(f"[green]✓[/] {len(written)} 个县（市、区）的查询单和汇总，答复截止 {until}：", highlight=False)
    console.print(f"  {folder}", **_PLAIN)
    console.print("含单个企业数据（L3）：目录只有本人可读，请逐个县区单独发送", style="dim", highlight=False)
    console.print("收回后：shuce review read 文件…", style="dim", highlight=False)


def day(text: str) -> dt.date:
    """A day given on the command line."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"“{text}”不是日期，请写成 2024-01-25 的形式。", f"{text!r} is no day; write it like 2024-01-25."
        ) from None


def read_replies(workspace: Workspace, files: Sequence[Path], *, received: str, by: str, console: Console) -> int:
    """Read filled-in lists one after the other and say what was taken, what was not, and why.

    Returns:
        0 when everything was taken, 1 when lines were refused, 2 when a whole file was.
    """
    received_on = day(received) if received else today()
    if received_on > today():
        raise InputError("收到日期不能晚于今天。", "The day of receipt lies in the future.", where=str(received_on))
    worst = 0
    quarters: set[str] = set()
    for file in files:
        before = {entry.sha256: entry for entry in entries(workspace)}
        found = answered(workspace, file, day=received_on, by=by)
        worst = max(worst, 2 if found.refusal else 1 if found.refused else 0)
        quarters |= {reply.quarter for reply in found.taken}
        _show_read(found, before.get(found.sha256), console)
    for quarter in sorted(quarters):
        _show_left(workspace, quarter, console)
    return worst


def _show_read(found: ListRead, before: Entry | None, console: Console) -> None:
    if found.refusal is not None:
        console.print("[bold red]✗[/]", end=" ")
        console.print(f"{found.file}：{_place(found.refusal)}{found.refusal.zh}", **_PLAIN)
        console.print(f"  {found.refusal.en}", style="dim", **_PLAIN)
        return
    console.print("[yellow]![/]" if found.refused else "[green]✓[/]", end=" ")
    kinds = Counter(reply.reply for reply in found.taken)
    said = "、".join(f"{word} {count}" for word, count in kinds.items())
    counts = f"登记 {len(found.taken)} 条{f'（{said}）' if said else ''}"
    console.print(
        f"{found.file}：{counts}，此前已登记 {found.unchanged} 条，未答复 {found.unanswered} 条，"
        f"退回 {len(found.refused)} 行",
        **_PLAIN,
    )
    if before is not None:
        console.print(f"  与 {before.received_on} 收到、{before.read_by} 读入的文件完全相同", style="dim", **_PLAIN)
    for fault in found.refused:
        console.print(f"  {_place(fault)}{fault.zh}", **_PLAIN)
    if found.refused:
        console.print("  退回的行请改正后把查询单再读一次，已登记的行不受影响", style="dim", **_PLAIN)


def _place(fault: Fault) -> str:
    place = " ".join(part for part in (fault.sheet, f"第{fault.row}行" if fault.row else "", fault.column) if part)
    return f"{place}：" if place else ""


def _show_left(workspace: Workspace, quarter: str, console: Console) -> None:
    queue = read_queue(workspace, parts(Lake(workspace.lake), quarter), quarter, workspace.city.review.coverage)
    console.print(f"{quarter}：{queue.sentence}", **_PLAIN)
    promised = queue.count("promised")[1]
    if promised:
        console.print(f"  {promised} 条待更正：更正表放入 inbox 后运行 shuce run {quarter}", style="dim", **_PLAIN)
