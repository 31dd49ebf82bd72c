"""shuce review score: how well the rules find what was planted in a synthetic city.

Belongs here: the table and the line that sums it up. Does not belong here: the counts (review.score).
"""

from __future__ import annotations

from typing import Any, Final

from rich.console import Console
from rich.table import Table

from pipelines.review.score import score
from pipelines.workspace import Workspace

_HEADS: Final = ("规则", "类别", "埋入", "查出", "查全率", "标记行", "误报行", "查准率")
_SEVERITY: Final = {"hard": "强制", "soft": "核实"}
_UNIT_ERRORS: Final = "B03"  # the rules against wrong units begin with it


def show(workspace: Workspace, console: Console) -> int:
    """Print recall and precision per rule.

    Returns:
        1 when a planted error was not found or a hard rule stopped a clean row, else 0: a machine can ask after every
        change of the rules.
    """
    lines = score(workspace).to_pylist()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in _HEADS:
        table.add_column(head, justify="left" if head in ("规则", "类别") else "right")
    for line in lines:
        missed = line["found"] < line["planted"] or (line["severity"] == "hard" and line["false_alarms"])
        table.add_row(*_cells(line), style="bold red" if missed else "")
    console.print(table)
    return _sum_up(lines, workspace, console)


def _cells(line: dict[str, Any]) -> list[str]:
    counts = [str(line[name]) for name in ("planted", "found")]
    rows = [str(line[name]) for name in ("flagged", "false_alarms")]
    return [
        line["rule"],
        _SEVERITY[line["severity"]],
        *counts,
        _share(line["recall"]),
        *rows,
        _share(line["precision"]),
    ]


def _share(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def _sum_up(lines: list[dict[str, Any]], workspace: Workspace, console: Console) -> int:
    planted, found = (sum(line[name] for line in lines) for name in ("planted", "found"))
    hard = sum(line["false_alarms"] for line in lines if line["severity"] == "hard")
    clean = max(line["clean_rows"] for line in lines)
    unit = [line for line in lines if line["rule"].startswith(_UNIT_ERRORS)]
    firms = max(line["clean_rows"] for line in unit) / len(workspace.city.quarters)
    rate = f"{1000 * sum(line['false_alarms'] for line in unit) / firms:.2f}" if firms else "—"
    good = found == planted and not hard
    console.print(
        f"{'[green]✓[/]' if good else '[bold red]✗[/]'} 埋入 {planted} 处，查出 {found} 处；"
        f"强制性规则在 {clean} 个干净行上误报 {hard} 行；计量单位错误每千户误报 {rate} 次",
        highlight=False,
        soft_wrap=True,
    )
    return 0 if good else 1
