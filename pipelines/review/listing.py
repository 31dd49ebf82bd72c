"""A list that goes to a county as a workbook and comes back filled in: what may be filled in, and what is locked.

Belongs here: the sheet's layout, protection, drop-down lists, the page of instructions. Does not belong here: what is
asked (``query_list``, ``late_list``), where files lie (``folder``), reading answers (``reply_lists``).

The protection carries no password: it keeps a clerk's hand off the locked cells and hinders nobody who wants to sort.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import xlsxwriter

from pipelines.excel import OPTIONS, Book, lines, page

INSTRUCTIONS: Final = "填写说明"
_HEAD: Final = 3  # rows above the header: title, what and until when, a warning
_LINE: Final = 14.5  # points of height for one line of text
_ALLOWED: Final = {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True}
_GREY, _ANSWER, _MARKED, _WARNING = "#f3f4f6", "#fff8dc", "#9a3412", "#9d1c1c"


# A float is a share, shown in per cent, but in a column of numbers to be filled in.
Cell: TypeAlias = str | int | float


@dataclass(frozen=True)
class Column:
    """A column of a list: its header and width, whether it is filled in, and from which words.

    ``align`` is how its cells stand; ``hint`` is shown where the cell is entered; what is filled in is taken for text
    unless ``number``.
    """

    header: str
    width: float
    answer: bool = False
    choices: tuple[str, ...] = ()
    align: str = "left"
    hint: str = ""
    number: bool = False


@dataclass(frozen=True)
class Listing:
    """One sheet of a list: title, what it is about, columns, rows; ``marked`` rows stand out.

    A row in which nothing stands is for somebody else to fill in, locked columns, too.
    """

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    marked: frozenset[int] = frozenset()
    frozen: int = 0
    warning: str = "内部资料：含单个企业的数据，只供统计机构和被查询企业使用，不得外传。"


@dataclass(frozen=True)
class Workbook:
    """A workbook of lists with a page of instructions; ``day`` stands in it as the day on which it was made."""

    title: str
    day: dt.date
    listings: tuple[Listing, ...]
    instructions: tuple[tuple[str, str], ...] = field(default=())

    def content(self) -> bytes:
        """The workbook as bytes; the same lists give the same bytes."""
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, OPTIONS) as book:
            book.set_properties({"title": self.title, "created": dt.datetime.combine(self.day, dt.time())})
            at = Book(book)
            for listing in self.listings:
                _sheet(at, listing)
            if self.instructions:
                _instructions(at, self.title, self.instructions)
        return out.getvalue()


def _sheet(at: Book, listing: Listing) -> None:
    sheet = at.book.add_worksheet(listing.name)
    last = len(listing.columns) - 1
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, listing.title, at.style(bold=True, font_size=15))
    sheet.write_string(1, 0, listing.about, at.style())
    sheet.write_string(2, 0, listing.warning, at.style(font_color=_WARNING, font_size=9))
    sheet.set_row(0, 26)
    for number, column in enumerate(listing.columns):
        look = {"bold": True, "text_wrap": True, "align": "center", "border": 1, "top": 2}
        sheet.write_string(_HEAD, number, column.header, at.style(bg_color=_ANSWER if column.answer else _GREY, **look))
        sheet.set_column(number, number, column.width)
    sheet.set_row(_HEAD, _LINE * max(lines(c.header, c.width) for c in listing.columns) + 6)
    for number, row in enumerate(listing.rows):
        _row(at, sheet, _HEAD + 1 + number, listing.columns, row, marked=number in listing.marked)
    end = _HEAD + len(listing.rows)
    for number, column in enumerate(listing.columns):
        if column.answer and listing.rows:
            _validate(sheet, (_HEAD + 1, number, end, number), column)
    sheet.autofilter(_HEAD, 0, max(end, _HEAD + 1), last)
    sheet.freeze_panes(_HEAD + 1, listing.frozen)
    sheet.repeat_rows(_HEAD)
    sheet.protect("", _ALLOWED)
    page(sheet, landscape=True)
    sheet.set_margins(0.4, 0.4, 0.5, 0.6)


def _row(at: Book, sheet: Any, number: int, columns: Sequence[Column], cells: Sequence[Cell], *, marked: bool) -> None:
    for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        look: dict[str, Any] = {"border": 1, "border_color": "#c3c8cf", "text_wrap": True, "align": column.align}
        if column.answer or not any(cells):
            look |= {"bg_color": _ANSWER, "locked": False, "num_format": "General" if column.number else "@"}
        elif marked and place < 2:
            look |= {"bold": True, "font_color": _MARKED}
        _write(at, sheet, (number, place), cell, look)
    height = max(lines(str(cell), column.width) for column, cell in zip(columns, cells, strict=True))
    filled_in = any(column.answer for column in columns)  # leaves room for a hand
    sheet.set_row(number, _LINE * max(height, 2 if filled_in else 1) + 6)


def _write(at: Book, sheet: Any, place: tuple[int, int], cell: Cell, look: dict[str, Any]) -> None:
    if isinstance(cell, str):
        style = at.style(**look)
        sheet.write_string(*place, cell, style) if cell else sheet.write_blank(*place, None, style)
    else:
        look = {"num_format": "0.0%" if isinstance(cell, float) else "0"} | look
        sheet.write_number(*place, cell, at.style(**look))


def _validate(sheet: Any, area: tuple[int, int, int, int], column: Column) -> None:
    terms: dict[str, Any] = {"input_title": column.header, "input_message": column.hint} if column.hint else {}
    if column.choices:
        words = "、".join(column.choices)
        terms |= {
            "validate": "list",
            "source": list(column.choices),
            "error_title": "不在可选范围",
            "error_message": f"只能从下拉列表中选择：{words}。",
        }
    else:
        terms |= {"validate": "any"}
    sheet.data_validation(*area, terms)


def _instructions(at: Book, title: str, parts: Sequence[tuple[str, str]]) -> None:
    sheet = at.book.add_worksheet(INSTRUCTIONS)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 92)
    sheet.write_string(0, 0, f"{title} · {INSTRUCTIONS}", at.style(bold=True, font_size=15))
    sheet.set_row(0, 28)
    for row, (heading, text) in enumerate(parts, start=2):
        sheet.write_string(row, 0, heading, at.style(bold=True, valign="top"))
        sheet.write_string(row, 1, text, at.style(text_wrap=True, valign="top"))
        sheet.set_row(row, (_LINE + 1.5) * lines(text, 92) + 6)
    sheet.protect("")
    page(sheet, landscape=False)
