"""shuce check-class: what the check of claimed classes found, by result and place; units only in a file (L3).

Belongs here: how the check is shown and written out. Does not belong here: making it (steps.claims).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from classification import load_standard
from indicators.quarter import Quarter
from pipelines.cli.answer import write_answer
from pipelines.contracts import contract
from pipelines.workspace import Workspace

_HEADER: Final = (
    "核对结果",
    "统一社会信用代码",
    "单位名称",
    "申报小类",
    "申报小类名称",
    "行业小类",
    "行业名称",
    "对应小类",
    "说明",
    "文件",
    "行号",
)
_FINE: Final = "正确"
_MOST: Final = 20  # places named on the screen


def show(home: Path | None, quarter: str, console: Console, *, output: Path | None) -> None:
    """Show the check of a quarter (the latest with claims unless named); write it unit by unit where a file is named.

    Raises:
        InputError: the quarter was not run, or has no claims.
    """
    from pipelines.steps.claims import current_check

    workspace = Workspace.locate(home)
    named, lines = current_check(workspace, str(Quarter.parse(quarter)) if quarter else "")
    counts = Counter(line["result"] for line in lines)
    table = Table("核对结果", "户数", box=box.SIMPLE_HEAD, title=f"行业归类核对 {named}", title_justify="left")
    table.columns[1].justify = "right"
    results = next(column.allowed for column in contract("class_check").columns if column.name == "result")
    for result in results:
        if counts[result]:
            table.add_row(result, f"{counts[result]:,}")
    table.add_section()
    table.add_row("合计", f"{len(lines):,}")
    console.print(table)
    _show_places([line for line in lines if line["result"] != _FINE], console)
    if output is not None:
        write_answer(output, _HEADER, map(_row, lines))
        said = f"逐户结果已写入 {output}（L3：含单位信息，不得外传）"
        console.print(said, markup=False, highlight=False, soft_wrap=True)


def _show_places(lines: Sequence[dict[str, Any]], console: Console) -> None:
    for line in lines[:_MOST]:
        place = " · ".join(filter(None, (line["file"], line["sheet"], f"第{line['row']}行")))
        reason = f"（{line['reason']}）" if line["reason"] else ""
        console.print(f"  {place}：{line['result']}{reason}", markup=False, highlight=False, soft_wrap=True)
    if len(lines) > _MOST:
        console.print(f"  …… 共 {len(lines)} 户需核实，用 --output 写出全部", style="dim", highlight=False)


def _row(line: dict[str, Any]) -> tuple[object, ...]:
    standard = load_standard()
    claimed, gbt = line["claimed"] or "", line["gbt"] or ""
    claimed_name = standard.digital[claimed].name_zh if claimed else ""
    gbt_name = standard.gbt[gbt].name_zh if gbt else ""
    own = (line["result"], line["unit"], line["name"] or "", claimed, claimed_name, gbt, gbt_name)
    return (*own, line["expected"], line["reason"], line["file"], line["row"])
