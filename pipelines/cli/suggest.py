"""shuce suggest: likely classes for a business description, as two small tables.

Belongs here: the view. Does not belong here: the ranking (classification.suggestion).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich import box
from rich.table import Table
from rich.text import Text

from classification.standard import load_standard
from classification.suggestion import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from classification.suggestion import Suggestion

_TITLES: Final = {"gbt": "国民经济行业小类（GB/T 4754-2017）", "digital": "数字经济核心产业小类（2021）"}


def show(text: str, console: Console, *, k: int = 5) -> None:
    """Print the likeliest classes of both classifications.

    Args:
        text: what a unit does (主要业务活动).
        console: where to print.
        k: how many classes per classification.

    Raises:
        InputError: the text says too little, or ``k`` is below 1.
    """
    found = suggest(text, k)
    if not found:
        console.print(Text("没有相近的行业小类。请写出产品或服务的名称，以及做什么。", style="yellow"))
        return
    for system, title in _TITLES.items():
        rows = [one for one in found if one.system == system]
        if rows:
            console.print(_table(title, rows))
    if all(one.system == "gbt" for one in found):
        console.print(Text("没有相近的数字经济核心产业小类。", style="dim"))
    console.print(Text("分值为文字相近程度，不是概率；请由人确认代码。", style="dim"))


def _table(title: str, rows: Sequence[Suggestion]) -> Table:
    table = Table("代码", "名称", "相近程度", box=box.SIMPLE_HEAD, title=title, title_justify="left")
    table.columns[1].overflow = "fold"
    table.columns[2].justify = "right"
    gbt = rows[0].system == "gbt"
    if gbt:
        table.add_column("数字经济小类")
    for one in rows:
        extra = [_core(one.code)] if gbt else []
        table.add_row(one.code, one.name_zh, f"{one.score:.2f}", *extra)
    return table


def _core(gbt: str) -> str:
    standard = load_standard()
    star = "*" if gbt in standard.partial_classes else ""
    return "、".join(f"{de}{star}" for de in standard.core_of(gbt))
