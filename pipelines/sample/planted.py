"""Planted errors: mistakes put into the files on purpose, each listed with what must become of it.

Belongs here: the plan (``planted.csv``) and how a row goes wrong. Does not belong here: stray files (strays), the rules
that find the errors (review).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from indicators.quarter import Quarter
from pipelines.sample.economy import Units
from pipelines.sample.events import biggest, first_there, ranked, upper
from pipelines.sample.items import address, outside_unit
from pipelines.sample.layout import Cell
from pipelines.sample.profile import COUNTIES, rows

Row = dict[str, Cell]
_CURRENT: Final = (
    "gross_output", "revenue", "cost", "tax", "profit", "wages", "vat", "sales_output", "main_revenue", "main_cost",
    "expenses", "investment_income", "other_income", "operating_profit", "non_operating_income",
    "non_operating_expense",
)  # fmt: skip
_BASE: Final = ("gross_output_base", "revenue_base", "cost_base")
_STOCKS: Final = (
    "total_assets", "current_assets", "receivables", "inventories", "fixed_assets", "accumulated_depreciation",
    "depreciation", "liabilities", "equity",
)  # fmt: skip
# What the income approach adds to an annual return's operating surplus.
_COSTS: Final = ("labour", "tax_surcharge", "vat", "depreciation")
# Errors that are a row of their own, after the true ones.
SECOND_ROW: Final = frozenset({"duplicate_unit", "same_name_other_code", "not_in_register"})
# Errors of a return that lie in what the register says of its unit.
IN_REGISTER: Final = frozenset({"local_in_register"})
_REPLY: Final = "季末集中退货冲减收入，情况属实"


@dataclass(frozen=True)
class Plan:
    """One planned error.

    ``who`` is ``biggest``, or ``small:rank``, ``upper:rank`` or ``core:rank`` among the survey's settled units;
    ``corrected`` holds the days on which the true row came, separated by ``;``.
    """

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

    @property
    def corrections(self) -> tuple[str, ...]:
        """The days on which the true row came."""
        return tuple(self.corrected.split(";")) if self.corrected else ()

    def place(self, units: Units) -> int:
        """The place of the unit that errs."""
        if self.who == "biggest":
            return biggest(units)
        kind, _, rank = self.who.partition(":")
        survey = self.form if self.form not in ("annual", "register") else "industry"
        choose = upper if kind == "upper" else partial(ranked, core=kind == "core")
        return first_there(units, choose(units, survey, int(rank)), Quarter.parse(self.quarter))


_Spoiler = Callable[[Plan, Row, Row], Row]


@cache
def plans() -> tuple[Plan, ...]:
    """All errors planned for rows of forms."""
    return tuple(Plan(**row) for row in rows("planted.csv"))


def spoil(plan: Plan, row: Row, before: Row | None, neighbour: Row | None = None) -> Row:
    """The row as it arrives.

    Args:
        plan: the planned error.
        row: the true row (column → value; money in 千元 as int).
        before: the unit's true row of the quarter before, for errors that repeat it.
        neighbour: unit, name and address of another unit that reports, for errors that involve one.
    """
    if plan.kind in _INVOLVED:
        return row | _INVOLVED[plan.kind](row, neighbour or row)
    return row | _SPOILERS[plan.kind](plan, row, before or row)


def spoil_register(plan: Plan, row: Row, neighbour: Row) -> Row:
    """A row of the register as it arrives, with an error of its own or one that makes a return wrong."""
    said = _IN_REGISTER.get(plan.kind)
    return row | said(row, neighbour) if said else spoil(plan, row, None)


def corrected_row(plan: Plan, row: Row, day: str) -> Row:
    """The row as it is corrected on a day: true on the last one, nearer to the truth each time before."""
    left = len(plan.corrections) - 1 - plan.corrections.index(day)
    nearer: Row = _scaled(1 + 0.01 * left)(plan, row, row) if left else {}
    return row | nearer


def _scaled(factor: float, names: Sequence[str] = _CURRENT) -> Callable[[Plan, Row, Row], Row]:
    def scale(_: Plan, row: Row, __: Row) -> Row:
        scaled: Row = {name: round(_whole(row[name]) * factor) for name in names if isinstance(row.get(name), int)}
        return scaled

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


def _times(factor: float) -> Callable[[Plan, Row, Row], Row]:
    return lambda plan, row, _before: {plan.column: round(_whole(row[plan.column]) * factor)}


def _raised(other: str, share: float, also: Sequence[str] = (), less: Sequence[str] = ()) -> _Spoiler:
    """The plan's column is raised by a share of another one; ``also`` rises, ``less`` falls by as much."""

    def raise_(plan: Plan, row: Row, _: Row) -> Row:
        step = round(_whole(row[other]) * share) + 1000
        changed: Row = {name: _whole(row[name]) + step for name in (plan.column, *also)}
        return changed | {name: _whole(row[name]) - step for name in less}

    return raise_


def _above(other: str) -> _Spoiler:
    return lambda plan, row, _before: {plan.column: _whole(row[other]) + 500}


def _copied_base(_: Plan, row: Row, __: Row) -> Row:
    pairs = (("gross_output", "gross_output_base"), ("revenue", "revenue_base"), ("cost", "cost_base"))
    copied: Row = {name: row[base] for name, base in pairs if name in row}
    return copied | {f"main_{name}": _whole(copied[name]) * 95 // 100 for name in ("revenue", "cost")}


def _elsewhere(_: Plan, row: Row, __: Row) -> Row:
    at = (COUNTIES.index(str(row["county"])) + 3) % len(COUNTIES)
    return {"registered_county": COUNTIES[at], "address": address(at, 0)}


def _strange_code(row: Row, _: Row) -> Row:
    return {"unit": outside_unit(sum(map(ord, str(row["name"]))))}


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
    "exit_before_entry": _set("2001-01-01"),
    "unknown_kind": _set("分公司"),
    "local_in_register": lambda _plan, _row, _before: {},
    "as_it_is": lambda _plan, _row, _before: {},
    "edited_often": _scaled(1.04),
    "assets_off": _times(1.1),
    "part_over_whole": _raised("current_assets", 1.0),
    "over_original_value": _above("fixed_assets"),
    "main_over_total": _above("revenue"),
    "profit_off": _times(1.3),
    "profit_unexplained": _raised("revenue", 0.2, also=("profit",)),
    "loss_beyond_wages": _raised("revenue", 0.9, less=("operating_profit", "profit")),
    "loss_of_a_year": lambda plan, row, _: {plan.column: sum(_whole(row[name]) for name in _COSTS) * -3 // 2},
    "negative_wages": lambda plan, row, _: {plan.column: -_whole(row[plan.column])},
    "zero_wages": _set(0),
    "wages_times_14": _times(14),
    "high_vat": lambda plan, row, _: {plan.column: round(_whole(row["revenue"]) * 0.2)},
    "sales_times_3": _times(3),
    "times_5": _scaled(5),
    "copied_base": _copied_base,
    "times_1000_with_base": _scaled(1000, (*_CURRENT, *_BASE, *_STOCKS)),
    "times_10_with_base": _scaled(10, (*_CURRENT, *_BASE, *_STOCKS)),
    "times_10000": _scaled(10_000),
    "per_thousand": _scaled(0.001),
    "revenue_times_1000": lambda plan, row, _: {
        **dict.fromkeys((name for name in _BASE if name in row), ""),
        plan.column: _whole(row[plan.column]) * 1000,
    },
    "registered_elsewhere": _elsewhere,
    "activity_of_core": _set("应用软件开发和信息系统集成"),
    "falling_with_note": lambda plan, row, before: _falling(plan, row, before) | {"note": _REPLY},
    "negative_with_note": lambda plan, row, _: {plan.column: -_whole(row[plan.column]), "note": _REPLY},
    "unknown_survey": _set("农业"),
    "year_of_two_digits": _set(22),
}

# Errors that involve another unit.
_INVOLVED: Final[Mapping[str, Callable[[Row, Row], Row]]] = {
    "same_name_other_code": _strange_code,
    "not_in_register": lambda row, _: {
        "unit": outside_unit(1 + sum(map(ord, str(row["name"])))),
        "name": str(row["name"]).replace("演示", "演示未入库"),
        "address": address(0, 9_999),
    },
    "named_elsewhere": lambda _, neighbour: {name: neighbour[name] for name in ("name", "address")},
    "counted_with_parent": lambda _, neighbour: {"parent_unit": neighbour["unit"]},
}

# Errors of the register that name another unit.
_IN_REGISTER: Final[Mapping[str, Callable[[Row, Row], Row]]] = {
    "strange_successor": lambda row, _: {"successor": outside_unit(2 + sum(map(ord, str(row["name"]))))},
    "own_successor": lambda row, _: {"successor": row["unit"]},
    "successor_without_exit": lambda _, neighbour: {"successor": neighbour["unit"]},
    "local_without_parent": lambda _row, _neighbour: {"kind": "产业活动单位"},
    "local_of_outsider": lambda row, _: {
        "kind": "产业活动单位",
        "parent_unit": outside_unit(3 + sum(map(ord, str(row["name"])))),
    },
    "local_in_register": lambda _, neighbour: {"kind": "产业活动单位", "parent_unit": neighbour["unit"]},
}
