"""A ledger as a workbook for those who report: the form's own layout, what is known filled in, lists to choose from.

Belongs here: which cells stand in it and which of them may be filled in. Does not belong here: how a sheet is laid out
(``pipelines.review.listing``), reading it back (ingest, as any other file).

Private columns go out empty: a blank cell says nothing when the sheet comes back.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from pipelines.excel import units
from pipelines.ingest.forms import Column as FormColumn
from pipelines.ingest.forms.ledgers import Ledger
from pipelines.review.listing import Cell, Column, Listing, Workbook
from pipelines.workspace import City

# Numbers and days of entry are given by the task force; a new row says those that it gave.
LOCKED: Final = frozenset({"entry", "in_date"})
ROOM: Final = 20  # empty rows for new entries
_WAN: Final = 10_000
_NUMBERS: Final = frozenset({"money", "number", "count", "integer"})
_FLAGS: Final = {"yes": "是", "no": "否"}
_WIDEST: Final = 30
_INSTRUCTIONS: Final = (
    (
        "填什么",
        "黄色各栏可填；编号由专班给定，已列条目的编号和入单日期不可改，新增条目填在表末空行。只填有变化的栏也可以：空格表示没有变化，要清空某栏请填“清空”。",
    ),
    ("必填", "填报单位、填报日期；新增一行还须有专班给定的编号和名称。没有填报日期的行视为没有填报，不采用。"),
    ("金额", "一律以万元计；累计数为本年1月起至填报月。"),
    ("下拉列表", "有下拉箭头的栏只能选用所列的词。"),
    ("怎样报回", "文件名保留开头的表号（如 TZ02），放入收件箱；报前可用 shuce inbox check 预检。"),
)


def workbook(ledger: Ledger, standing: pd.DataFrame, city: City, day: dt.date) -> Workbook:
    """The workbook of a ledger as known on a day.

    Args:
        ledger: which one.
        standing: its entries as ``indicators.dispatch.entries`` gives them.
        city: gives the names of counties.
        day: stands in the title.
    """
    columns = list(ledger.columns.values())
    rows = [tuple(_cell(row, column, ledger, city) for column in columns) for row in standing.to_dict("records")]
    blank = [tuple("" for _ in columns)] * ROOM
    unit = "计量单位：万元    " if ledger.terms.money else ""
    listing = Listing(
        name=ledger.terms.title[:31],
        title=f"{city.name}{ledger.terms.title}",
        about=f"表号：{ledger.terms.code}    {unit}截至 {day}，共 {len(rows)} 条",
        columns=tuple(_column(column, ledger, city) for column in columns),
        rows=(*rows, *blank),
        frozen=2,
        warning="内部资料，仅供工作专班和责任单位使用。",
    )
    return Workbook(listing.title, day, (listing,), _INSTRUCTIONS)


def _column(column: FormColumn, ledger: Ledger, city: City) -> Column:
    choices = ledger.words.get(column.name, ())
    if column.kind == "flag":
        choices = tuple(_FLAGS.values())
    if column.name == "county":
        choices = tuple(city.regions.values())
    hint = {"date": "写成 2023-10-31", "money": "万元"}.get(column.kind, "")
    if column.name in ledger.private:
        hint = "已报送的不再列出；不改不填。"
    return Column(
        column.header,
        min(_WIDEST, max(10, units(column.header) + 2)),
        answer=column.name not in LOCKED,
        choices=choices,
        hint=hint,
        number=column.kind in _NUMBERS,
    )


def _cell(row: dict[Any, Any], column: FormColumn, ledger: Ledger, city: City) -> Cell:
    """A cell as it would be keyed in."""
    name = column.name
    value = row.get("last_reporter", "") if name == "reporter" else row.get(name, "")
    if name in ledger.private or name == "reported_at" or pd.isna(value) or value == "":
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return float(Decimal(repr(value)) / (_WAN if column.kind == "money" else 1))
    text, words = str(value), {"flag": _FLAGS, "county": city.regions}
    return words.get(name, words.get(column.kind, {})).get(text, text)
