"""shuce review: the queue on the screen.

Belongs here: how the queue is laid out at 80 columns. Does not belong here: its order (review.queue).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.lake import Lake
from pipelines.review.queue import STATUSES, Query, Queue, Respondent, Wanted, read_queue
from pipelines.steps.queries import parts
from pipelines.workspace import Workspace

MOST: Final = 20  # units shown unless all are asked for


def show(workspace: Workspace, quarter: str, wanted: Wanted, console: Console, *, top_only: bool, values: bool) -> None:
    """Print the queue of a quarter: where to begin, the units with their queries, and the next command.

    Args:
        workspace: whose queries.
        quarter: like ``2023Q4``.
        wanted: which queries to show.
        console: where to print.
        top_only: only the units that are asked first, if any are.
        values: also what was reported and what it was compared with.
    """
    city = workspace.city
    queue = read_queue(workspace, parts(Lake(workspace.lake), quarter), quarter, city.review.coverage)
    shown = _shown(queue, wanted, top_only=top_only)
    names = {county.code: county.short or county.name for county in city.counties}
    counts = "，".join(f"{zh} {queue.count(name)[1]}" for name, zh in STATUSES.items())
    console.print(f"[bold]{city.name} {quarter} 核实查询[/]：{counts}", highlight=False)
    console.print(queue.sentence, style="yellow" if queue.count("open")[1] else "green", highlight=False)
    if shown:
        console.print(_table(queue, shown, names, values=values))
        console.print("占比、累计：占全部待答复查询预期影响（影响×可疑程度）的份额；▲ 先核实；", style="dim")
        console.print("—：不影响核心产业总量；未估值：该项不进入增加值，无从折算影响，仍须答复", style="dim")
    left = queue.count("open")[1] - sum(q.status == "open" for r in shown for q in r.queries)
    if top_only and left > 0:
        console.print(f"其余 {left} 条：shuce review {quarter} --all", style="dim", highlight=False)
    if queue.count("open")[1]:
        console.print(f"导出各县区查询单：shuce review export {quarter}", style="dim", highlight=False)


def hint(workspace: Workspace, quarter: str, console: Console) -> None:
    """One line after a run: how many queries it raised, and the command that shows them."""
    lake = Lake(workspace.lake)
    if lake.note("core_query", quarter) is None:
        return
    queue = read_queue(workspace, parts(lake, quarter), quarter, workspace.city.review.coverage)
    units, queries = queue.count("open")
    if queries:
        console.print(
            f"[yellow]?[/] 核实查询 {queries} 条（{units} 户）待答复，见 shuce review {quarter}", highlight=False
        )


def _shown(queue: Queue, wanted: Wanted, *, top_only: bool) -> list[Respondent]:
    """The units to show: the top of the queue where there is one, else its beginning; never more than one can read."""
    if not top_only:
        return queue.chosen(wanted)
    return (queue.chosen(wanted, top_only=True) or queue.chosen(wanted))[:MOST]


def _table(queue: Queue, shown: list[Respondent], names: dict[str, str], *, values: bool) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False, expand=True)
    table.add_column("户序", justify="right", no_wrap=True, width=5)
    table.add_column("单位", width=20, overflow="fold")
    table.add_column("县区", width=6, overflow="fold")
    table.add_column("规则", width=4, no_wrap=True)
    table.add_column("疑问与请求", ratio=1, overflow="fold")
    table.add_column("占比\n累计", justify="right", width=6, no_wrap=True)
    for number, respondent in enumerate(shown):
        if number and shown[number - 1].top and not respondent.top:
            table.add_row("", "", "", "", Text(f"── 以上覆盖 {queue.coverage:.0%} ──", style="yellow"), "")
        for cells in _rows(respondent, names, values=values):
            table.add_row(*cells)
    return table


def _rows(respondent: Respondent, names: dict[str, str], *, values: bool) -> Iterator[list[Text]]:
    """One row per query; what is the unit's stands in the first."""
    mark = Text(f"{'▲ ' if respondent.top else ''}{respondent.place}", style="yellow" if respondent.top else "")
    none = Text("未估值" if respondent.unvalued else "—", style="dim")
    share = Text(f"{respondent.share:.1%}\n{respondent.up_to:.1%}") if respondent.share else none
    unit = Text.assemble(respondent.name or "（无名称）", "\n", (respondent.unit, "dim"))
    county = Text(names.get(respondent.county, respondent.county))
    for number, query in enumerate(respondent.queries):
        place = [mark, unit, county] if number == 0 else [Text()] * 3
        rule = Text.assemble(query.rule, "\n", (query.form, "dim"))
        yield [*place, rule, _said(query, values=values), share if number == 0 else Text()]


def _said(query: Query, *, values: bool) -> Text:
    text = Text()
    if query.status != "open":
        day = f"{query.replied_on:%m-%d}" if query.replied_on else ""
        text.append(f"〔{STATUSES[query.status]}{day}〕", style="green")
    text.append(query.message_zh)
    if values:
        expected = f"，对照 {query.expected}" if query.expected else ""
        text.append(f"\n{query.column}：原报 {query.value or '（空）'}{expected}", style="cyan")
    return text
