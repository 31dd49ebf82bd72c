"""Planted errors: mistakes put into the files on purpose, each listed with what must become of it.

Belongs here: the plan (``planted.csv``) and how a row goes wrong. Does not belong here: stray files (strays), the rules
that find the errors (review).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from pipelines.sample.economy import Units
from pipelines.sample.events import biggest, pick
from pipelines.sample.layout import Cell
from pipelines.sample.profile import rows

Row = dict[str, Cell]
_CURRENT: Final = ("gross_output", "revenue", "cost", "tax", "profit", "wages", "vat")


@dataclass(frozen=True)
class Plan:
    """One planned error; ``who`` is ``biggest``, ``small:rank`` or ``core:rank`` among the survey's settled units."""

    id: str
    kind: str
    form: str
    quarter: str
    who: str
    column: str
    expected: str
    rule: str
    corrected: str
    what: str

    def place(self, units: Units) -> int:
        """The place of the unit that errs."""
        if self.who == "biggest":
            return biggest(units)
        kind, _, rank = self.who.partition(":")
        survey = self.form if self.form not in ("annual", "register") else "industry"
        return pick(units, survey, int(rank), core=kind == "core")


@cache
def plans() -> tuple[Plan, ...]:
    """All errors planned for rows of forms."""
    return tuple(Plan(**row) for row in rows("planted.csv"))


def spoil(plan: Plan, row: Row, before: Row | None) -> Row:
    """The row as it arrives.

    Args:
        plan: the planned error.
        row: the true row (column → value; money in 千元 as int).
        before: the unit's true row of the quarter before, for errors that repeat it.
    """
    return row | _SPOILERS[plan.kind](plan, row, before or row)


def _scaled(factor: float) -> Callable[[Plan, Row, Row], Row]:
    def scale(_: Plan, row: Row, __: Row) -> Row:
        return {name: round(_whole(row[name]) * factor) for name in _CURRENT if isinstance(row.get(name), int)}

    return scale


def _set(value: Cell) -> Callable[[Plan, Row, Row], Row]:
    return lambda plan, _row, _before: {plan.column: value}


def _whole(value: Cell) -> int:
    return value if isinstance(value, int) else 0


def _wrong_digit(plan: Plan, row: Row, _: Row) -> Row:
    code = str(row[plan.column])
    return {plan.column: code[:-1] + ("8" if code[-1] == "7" else "7")}


def _copied(_: Plan, row: Row, before: Row) -> Row:
    return {name: before[name] for name in _CURRENT if name in row}


def _falling(_: Plan, row: Row, before: Row) -> Row:
    return {name: round(_whole(before[name]) * 0.8) for name in _CURRENT if isinstance(row.get(name), int)}


_SPOILERS: Final[Mapping[str, Callable[[Plan, Row, Row], Row]]] = {
    "bad_check_digit": _wrong_digit,
    "duplicate_unit": _scaled(1.1),
    "text_in_number": _set("约1200万"),
    "times_1000": _scaled(1000),
    "times_10": _scaled(10),
    "negative_revenue": lambda plan, row, _: {plan.column: -_whole(row[plan.column])},
    "unknown_county": _set("419999"),
    "edition_2011": _set("3262"),
    "blank_industry": _set(""),
    "three_digits": lambda plan, row, _: {plan.column: str(row[plan.column])[:3]},
    "missing_value": _set(""),
    "dash_for_value": _set("—"),
    "copied_value": _copied,
    "base_changed": lambda plan, row, _: {plan.column: round(_whole(row[plan.column]) * 1.2)},
    "letter_before_code": lambda plan, row, _: {plan.column: f"C{row[plan.column]}"},
    "full_width_code": lambda plan, row, _: {plan.column: "".join(chr(ord(c) + 0xFEE0) for c in str(row[plan.column]))},
    "unknown_code": _set("9999"),
    "code_17_characters": lambda plan, row, _: {plan.column: str(row[plan.column])[:-1]},
    "blank_unit": _set(""),
    "falling_cumulative": _falling,
    "negative_staff": lambda plan, row, _: {plan.column: -_whole(row[plan.column])},
    "understated": _scaled(0.9),
    "overstated": _scaled(1.1),
    "bad_date": _set("2022-13-01"),
}
