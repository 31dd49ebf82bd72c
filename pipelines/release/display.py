"""A number as a reader sees it: display unit, decimals, marks.

Belongs here: the one place that turns a cell into text. Does not belong here: sentences, tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Final

from pipelines.release.figures import WITHHELD, Number
from pipelines.release.wording import in_display, in_points, less_than, plain

# 不足本表最小单位: the yearbooks' sign for an amount that is there but rounds to nothing.
TOO_SMALL: Final = "…"
STATUS_ZH: Final = {"E": "估计数", "P": "初步数", "M": "缺失", "C": "依法不公布", "R": "保密修约的数"}
# Statuses that a number carries as a mark.
MARKED: Final = frozenset({"E", "P", "R"})
STATUSES: Final = {"A": "正常数", **STATUS_ZH}
MARK: Final = "※"
# The longest text that a cell keeps on one line.
_UNBROKEN: Final = 16
# What every table with a ※ says below itself.
WITHHELD_ZH: Final = (
    f"{MARK} 该数因保密未公布（《统计法实施条例》第二十九条：不得公布能够识别或推断单个统计调查对象身份的资料）。"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """Text, superscript mark, whether it is a number (set to the right), and whether one is withheld."""

    text: str
    mark: str = ""
    numeric: bool = False
    withheld: bool = False

    @property
    def long(self) -> bool:
        """Whether the text may break in a table; a shorter one stays on one line."""
        return not self.numeric and len(self.text) > _UNBROKEN


def shown(cell: Number | str | None) -> Shown:
    """A table's cell as text; unknown is blank, withheld is ※."""
    if cell is None:
        return Shown("")
    if isinstance(cell, str):
        return Shown(cell)
    if cell.status == WITHHELD:
        return Shown(MARK, numeric=True, withheld=True)
    if cell.rough and not cell.value:
        return Shown(less_than(cell.step), cell.status, numeric=True)
    number = decimal(cell)
    small = number == 0 and cell.value != 0 and cell.unit != "比率"
    mark = cell.status if cell.status in MARKED else ""
    return Shown(TOO_SMALL if small else plain(number), mark, numeric=True)


def rounding_said(cells: Iterable[object]) -> str:
    """What a table or a chart with figures that are told rounded says below itself; '' where there is none."""
    steps = sorted({cell.step for cell in cells if isinstance(cell, Number) and cell.step})
    *others, last = [f"{in_points(step).normalize():f}" for step in steps] or [""]
    told = "、".join(others) + ("或" if others else "") + last
    return f"R 为{STATUS_ZH['R']}：修约到{told}个百分点。" if told else ""


def numeric_columns(rows: Sequence[Sequence[Number | str | None]]) -> list[bool]:
    """Which columns hold numbers, so that a head stands over its column."""
    return [any(isinstance(cell, Number) for cell in column) for column in zip_longest(*rows)]


def yi(figure: Number) -> str:
    """An amount as it is said in a sentence, in 亿元 without the unit."""
    return plain(decimal(figure))


def decimal(number: Number) -> Decimal:
    """The rounded number in its display unit."""
    return in_display(number.value, number.unit, number.display_unit, number.places)
