"""Rows of text become rows of values, one by one: what cannot be read is set aside with its place and reason.

Belongs here: the cell reader, setting aside, and conflicts of keys. Does not belong here: what any one table holds.
The value of a unit stands only in the set-aside table.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import pyarrow as pa

from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.ingest.forms import forms
from pipelines.ingest.periods import parse_period
from pipelines.ingest.texts import parse_date, parse_number
from pipelines.ingest.words import word

FOREVER: Final = dt.date(9999, 12, 31)
_SIX: Final = Decimal("0.000001")
_NOISE: Final = Decimal("0.000000001")  # what a binary fraction adds to a decimal one in a spreadsheet


class CellError(ValueError):
    """A cell that cannot be read, or a row that cannot stand: column, rule and reason."""

    def __init__(self, column: str, rule: str, zh: str, en: str, value: str | None = None) -> None:
        super().__init__(en)
        self.column, self.rule, self.zh, self.en, self.value = column, rule, zh, en, value


@dataclass(frozen=True)
class Row:
    """A raw row with readers that say what is wrong. Places and names come from the raw table."""

    form: str
    cells: dict[str, Any]

    def fail(self, name: str, rule: str, zh: str, en: str) -> CellError:
        """The error of a column, with what stands in it."""
        return CellError(self.header(name), rule, zh, en, self.cells.get(name))

    def header(self, name: str) -> str:
        """The Chinese header of a column."""
        return forms()[self.form].raw_columns.get(name, name)

    def text(self, name: str) -> str:
        """Text without blanks around it; '' where the cell is empty."""
        return (self.cells.get(name) or "").strip()

    def need(self, name: str) -> str:
        """Text that must be there."""
        text = self.text(name)
        if not text:
            raise self.fail(name, "missing", "必填项为空，请补填。", "A required cell is empty.")
        return text

    def code(self, name: str, pattern: str, zh: str, en: str) -> str:
        """A code of the given shape."""
        text = self.need(name)
        if not re.fullmatch(pattern, text):
            raise self.fail(name, "bad_code", f"代码形式有误，应为{zh}。", f"Not a code of the shape wanted: {en}.")
        return text

    def number(self, name: str) -> Decimal:
        """A number that must be there."""
        self.need(name)
        try:
            number = parse_number(self.cells[name])
        except ValueError:
            raise self.fail(name, "not_a_number", "不是数字，请更正。", "Not a number.") from None
        if number is None:
            raise self.fail(name, "missing", "必填项为空，请补填。", "A required cell is empty.")
        return number

    def year(self, name: str) -> int:
        """A year of four digits."""
        return int(self.code(name, r"(19|20)\d\d", "四位年份", "a year"))

    def yuan(self, name: str) -> int:
        """An amount that must be there, in whole yuan, half away from zero."""
        return int((self.number(name) * self.cells["yuan_per_unit"]).quantize(Decimal(1), ROUND_HALF_UP))

    def positive(self, name: str) -> float:
        """A number that must be there and above zero, such as a price index."""
        number = self.number(name)
        if number <= 0:
            raise self.fail(name, "range", "应大于 0。", "Not above zero.")
        return float(number)

    def fraction(self, name: str, *, percent: bool = False) -> Decimal:
        """A share between 0 and 1 with at most six decimals, perhaps written as a percentage."""
        number = self.number(name) / (100 if percent else 1)
        rounded = number.quantize(_SIX, ROUND_HALF_UP)
        if not 0 <= rounded <= 1:
            limit = 100 if percent else 1
            raise self.fail(name, "range", f"超出 0—{limit} 的范围。", f"Outside 0 to {limit}.")
        if abs(number - rounded) > _NOISE:
            raise self.fail(name, "precision", "小数位过多，最多保留六位（按小数计）。", "More than six decimals.")
        return rounded

    def date(self, name: str) -> dt.date | None:
        """A day, or None where the cell is empty."""
        try:
            return parse_date(self.cells.get(name))
        except ValueError:
            raise self.fail(name, "bad_date", "不是日期，请写成 2024-01-18 的形式。", "Not a day.") from None

    def word(self, name: str, words: dict[str, str]) -> str:
        """A word of a fixed list."""
        text = self.need(name)
        try:
            return word(words, text)
        except ValueError:
            known = list(dict.fromkeys(words.values()))
            zh, en = f"不在可填范围内：{'、'.join(known)}。", f"Not one of: {', '.join(known)}."
            raise self.fail(name, "unknown_word", zh, en) from None

    def period(self, name: str, span: str) -> str:
        """A quarter like 2023Q4, or a year like 2023 where the span is annual."""
        text = self.need(name).removesuffix("年")
        if span == "annual" and re.fullmatch(r"(19|20)\d\d", text):
            return text
        if span != "annual" and re.fullmatch(r"\d{4}Q[1-4]", text.upper()):
            return str(Quarter.parse(text.upper()))
        raise self.fail(
            name,
            "bad_period",
            "时期与时期类型不符：季度写成 2023Q4，年度写成 2023。",
            "Period and span do not fit: a quarter is written 2023Q4, a year 2023.",
        )

    def month(self, name: str) -> str:
        """A single month like 2023-11."""
        period = parse_period(self.need(name))
        if period is None or period.kind != "month" or period.cumulative:
            zh = "不是一个月份，请写成 2023-11 或 2023年11月。"
            raise self.fail(name, "bad_period", zh, "Not a single month: write it 2023-11.")
        return period.text


@dataclass
class Typed:
    """Values by column and the rows set aside, while a table is made."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    aside: list[dict[str, Any]] = field(default_factory=list)

    def put_aside(self, row: Row, error: CellError) -> None:
        """Set a row aside; the first fault found in it counts."""
        self.aside.append(
            {
                "row_id": row.cells["row_id"], "form": forms()[row.form].code, "file": row.cells["file"],
                "sheet": row.cells["sheet"], "row": row.cells["row"], "column": error.column, "rule": error.rule,
                "reason_zh": error.zh, "reason_en": error.en, "value": error.value,
            }
        )  # fmt: skip


_CONFLICT: Final = CellError(
    "",
    "conflict",
    "同一对象、同一收到日期有两个不同的数，无法取舍；更正件请在收文登记中写明较晚的收到日期。",
    "Two different figures of one key received on one day; give the correction a later day in the register.",
)
Convert = Callable[[Row], dict[str, Any] | None]


def aside_schema() -> pa.Schema:
    """The columns of set-aside rows: the contract's without the quarter."""
    return pa.schema([item for item in contract("core_set_aside").schema if item.name != "quarter"])


def type_rows(raw: pa.Table, form: str, convert: Convert, into: Typed) -> None:
    """Convert every raw row; a row for which ``convert`` gives None holds nothing (an empty cell of a long table)."""
    for cells in raw.to_pylist():
        row = Row(form, cells)
        try:
            values = convert(row)
        except CellError as error:
            into.put_aside(row, error)
            continue
        if values is not None:
            into.rows.append(values)
            into.sources.append(row)


def made(raw: pa.Table, form: str, convert: Convert, table: str) -> tuple[pa.Table, pa.Table]:
    """The table of a contract, typed row by row from one form, and the rows set aside."""
    typed = Typed()
    type_rows(raw, form, convert, typed)
    terms = contract(table)
    return finish(typed, terms.schema, terms.key)


def validity(row: Row) -> dict[str, dt.date]:
    """The days from which and until which (exclusive) a row of a coefficient or setting holds."""
    row.need("valid_from")
    start, end = row.date("valid_from"), row.date("valid_to") or FOREVER
    if start is None:
        raise row.fail("valid_from", "missing", "必填项为空，请补填。", "A required cell is empty.")
    if end <= start:
        raise row.fail("valid_to", "bad_date", "失效日期应晚于生效日期。", "Validity ends before it starts.")
    return {"valid_from": start, "valid_to": end}


def finish(typed: Typed, schema: pa.Schema, key: Iterable[str]) -> tuple[pa.Table, pa.Table]:
    """The typed table in the order of its key, and the rows set aside.

    Two rows of one key and one day: if they say the same, one stays and nothing is lost, so nothing is reported (files
    that repeat the periods of earlier ones are usual); if not, none can be preferred and both are set aside. A
    correction received on a later day has a key of its own.
    """
    names = list(key)
    groups: dict[tuple[Any, ...], list[int]] = {}
    for i, row in enumerate(typed.rows):
        groups.setdefault(tuple(row[name] for name in names), []).append(i)
    kept = []
    for members in groups.values():
        first = _said(typed.rows[members[0]])
        if all(_said(typed.rows[i]) == first for i in members[1:]):
            kept.append(typed.rows[members[0]])
        else:
            for i in members:
                typed.put_aside(typed.sources[i], _CONFLICT)
    rows = sorted(kept, key=lambda row: tuple(str(row[name]) for name in names))
    table = pa.Table.from_pylist(rows, schema=schema)
    aside = sorted(typed.aside, key=lambda row: (row["row_id"], row["rule"]))
    return table, pa.Table.from_pylist(aside, schema=aside_schema())


def _said(row: dict[str, Any]) -> dict[str, Any]:
    """What a row says, apart from the file in which it says so."""
    return {name: value for name, value in row.items() if name != "source"}
