"""Files as bureaus have them: titles, merged headers, footers, numbers as text, encodings.

Belongs here: how a table is dressed up as a file, byte for byte repeatable. Does not belong here: what is in it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import xlsxwriter

from pipelines.ingest.forms import forms
from pipelines.sample.profile import CITY_NAME

CREATED: Final = dt.datetime(2021, 1, 1)
VARIANTS: Final = 3
FOOT: Final = (
    "单位负责人：（示范）        统计负责人：（示范）        填表人：（示范）",
    "说明：1.本表为合成数据，仅用于演示；单位名称、代码和数值均不对应任何真实单位。",
    "　　　2.“—”表示无该项数据。",
)
_FULL_WIDTH: Final = str.maketrans("0123456789-.", "０１２３４５６７８９－．")

Cell = str | int | float


@dataclass(frozen=True)
class Dress:
    """How a table is written: title, the lines under it, encoding (CSV), two header rows (Excel), numbering row."""

    title: str
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = FOOT
    encoding: str = "utf-8-sig"
    numbered: bool = False


@cache
def headers(form: str, variant: int) -> dict[str, str]:
    """Column → header of a form. Variant 1 has another column order, variant 2 other names as well."""
    columns = list(forms()[form].columns)
    if variant == 1:
        columns = columns[:4] + columns[:3:-1]
    if variant == 2:
        return {column.name: (column.names[1] if len(column.names) > 1 else column.header) for column in columns}
    return {column.name: column.header for column in columns}


def number(value: int, place: int, *, tenths: bool = False) -> Cell:
    """A number as somebody keyed it in: mostly a number, here and there text with commas, blanks or full-width digits.

    Args:
        value: whole number of thousands of yuan (or persons).
        place: some number of the cell's place, which decides the quirk.
        tenths: write in tens of thousands, one decimal.
    """
    sign = "-" if value < 0 else ""
    plain = f"{sign}{abs(value) // 10}.{abs(value) % 10}" if tenths else str(value)
    quirk = (place * 2_654_435_761) % 997
    if quirk < 12:
        return f"{value / 10:,.1f}" if tenths else f"{value:,}"
    if quirk < 16:
        return f" {plain}"
    if quirk < 19:
        return plain.translate(_FULL_WIDTH)
    return (value / 10 if value % 10 else value // 10) if tenths else value


def write_sheet(path: Path, dress: Dress, header: Sequence[str], rows: Sequence[Sequence[Cell]], *, sheet: str) -> int:
    """Write one Excel sheet; a header with ``/`` takes two rows, its upper part merged over its neighbours.

    Returns:
        The number of the first data row (the sheet's rows count from 1).
    """
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": CREATED, "title": dress.title, "comments": "合成数据"})
    page = book.add_worksheet(sheet)
    bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter"})
    head = book.add_format({"align": "center", "valign": "vcenter", "border": 1, "text_wrap": True})
    page.merge_range(0, 0, 0, len(header) - 1, dress.title, bold)
    for at, line in enumerate(dress.lines, start=1):
        page.write_string(at, 0, line)
    top = 1 + len(dress.lines)
    two = any("/" in name for name in header)
    _write_header(page, top, header, head, two=two)
    first = top + 1 + int(two)
    if dress.numbered:
        page.write_row(first, 0, ["甲", "乙", "丙", "丁", *map(str, range(1, len(header) - 3))])
        first += 1
    for at, row in enumerate(rows, start=first):
        page.write_row(at, 0, row)
    for at, line in enumerate(dress.notes, start=first + len(rows) + 1):
        page.write_string(at, 0, line)
    page.set_column(0, 1, 24)
    book.close()
    return first + 1


def _write_header(page: xlsxwriter.Workbook, top: int, header: Sequence[str], style: object, *, two: bool) -> None:
    at = 0
    while at < len(header):
        upper, _, lower = header[at].partition("/")
        span = at
        while lower and span + 1 < len(header) and header[span + 1].startswith(f"{upper}/"):
            span += 1
        if not lower:
            _merged(page, (top, at, top + int(two), at), upper, style)
        else:
            _merged(page, (top, at, top, span), upper, style)
            for column in range(at, span + 1):
                page.write_string(top + 1, column, header[column].partition("/")[2], style)
        at = span + 1


def _merged(page: xlsxwriter.Workbook, area: tuple[int, int, int, int], text: str, style: object) -> None:
    if area[:2] == area[2:]:
        page.write_string(*area[:2], text, style)
    else:
        page.merge_range(*area, text, style)


def write_text(path: Path, dress: Dress, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> int:
    """Write one CSV: title lines, one header row, data, footer.

    Returns:
        The number of the first data line.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    above = [[line] for line in (dress.title, *dress.lines) if line]
    writer.writerows(above)
    writer.writerow(header)
    writer.writerows(rows)
    writer.writerows([line] for line in dress.notes)
    path.write_bytes(out.getvalue().encode(dress.encoding))
    return len(above) + 2


def dress(form: str, period: str, *, unit: str = "千元", encoding: str = "utf-8-sig", numbered: bool = False) -> Dress:
    """The dress of a firm form: title with the form's number, the city, the period, the money unit."""
    said = forms()[form]
    lines = (f"表    号：{said.code}表", f"综合机关名称：{CITY_NAME}统计局    {period}    计量单位：{unit}")
    return Dress(said.title, lines, encoding=encoding, numbered=numbered)
