"""A file as sheets of cells: Excel through calamine, CSV in whatever encoding it came, tables of a web page.

Belongs here: turning bytes into rows of cells with their place. Does not belong here: what the cells mean.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import python_calamine as calamine

from pipelines.ingest import hollow, hypertext
from pipelines.ingest.columns import Below, below
from pipelines.ingest.faults import Fault, RefusalError
from pipelines.ingest.safety import broken, inspect, unmarked_utf16

Range = tuple[tuple[int, int], tuple[int, int]]
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SAMPLE: Final = 1 << 16
_SAMPLE_LINES: Final = 60
_QUOTED: Final = re.compile(r'"[^"]*"')
csv.field_size_limit(1 << 20)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: rows of cells from the first row and column on, and the ranges that were merged.

    ``ragged`` is true where rows keep their own length (CSV), so that a surplus cell shows a broken row. Of a long CSV
    only the first rows stand in ``rows``, and what follows them in ``below``. ``hollow`` holds the cells that are not
    empty and yet have no value.
    """

    number: int
    name: str
    rows: list[list[Any]]
    merges: list[Range] = field(default_factory=list)
    ragged: bool = False
    below: Below | None = None
    hollow: hollow.Cells = field(default_factory=dict)

    @property
    def spelled(self) -> list[list[Any]]:
        """All rows as lists of cells."""
        return self.rows if self.below is None else self.rows + self.below.spelled


@dataclass(frozen=True, slots=True)
class Book:
    """A file's sheets, and notices about sheets that were not read."""

    sheets: list[Sheet]
    notices: list[Fault]


def read_book(path: Path) -> Book:
    """All visible sheets of a file.

    Raises:
        RefusalError: the file is not a table, is dangerous, damaged, or in no known encoding.
    """
    found: dict[str, hollow.Cells] = {}
    kind = inspect(path, lambda name, sheet: found.update({name: hollow.cells(sheet)}))
    if kind == "csv":
        return Book([_csv(path.read_bytes())], [])
    if kind == "html":
        grids = hypertext.tables(decode(path.read_bytes()))
        return Book([Sheet(n, "", _squared(grid.rows), grid.merges) for n, grid in enumerate(grids, start=1)], [])
    try:
        return _workbook(path, hollow.by_number(path, found))
    except RefusalError:
        raise
    except calamine.PasswordError:
        raise RefusalError(
            "password", "文件设有密码，请取消密码后重新报送。", "The file has a password; remove it and send it again."
        ) from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:  # a damaged workbook shows in many ways; calamine's panics are no Exception
        raise broken() from fault


def _squared(rows: list[list[str]]) -> list[list[Any]]:
    """Rows of one length, as a workbook gives them."""
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _workbook(path: Path, found: dict[int, hollow.Cells]) -> Book:
    sheets: list[Sheet] = []
    notices: list[Fault] = []
    with calamine.CalamineWorkbook.from_path(str(path)) as book:
        for number, meta in enumerate(book.sheets_metadata, start=1):
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            if meta.visible != calamine.SheetVisibleEnum.Visible:
                notices.append(Fault("hidden_sheet", "隐藏的工作表未读取。", "A hidden sheet was not read.", meta.name))
                continue
            sheet = book.get_sheet_by_index(number - 1)
            rows = sheet.to_python(skip_empty_area=False)
            at = found.get(number, {})
            for (row, column), text in at.items():
                if row < len(rows) and column < len(rows[row]):
                    rows[row][column] = text
            sheets.append(Sheet(number, meta.name, rows, sheet.merged_cell_ranges or [], hollow=at))
    return Book(sheets, notices)


def decode(content: bytes) -> str:
    """Text in UTF-8 or UTF-16 (with or without BOM), or GB18030.

    Raises:
        RefusalError: it is none of these.
    """
    encodings = [name for bom, name in _BOMS if content.startswith(bom)]
    encodings = encodings or [name for name in [unmarked_utf16(content[:_SAMPLE])] if name] or ["utf-8", "gb18030"]
    faults: list[UnicodeDecodeError] = []
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as fault:
            faults.append(fault)
    raise _undecoded(content, max(faults, key=lambda fault: fault.start))


def _undecoded(content: bytes, fault: UnicodeDecodeError) -> RefusalError:
    """The refusal of a text in no known encoding: where the one that reads furthest stops."""
    lines = content[: fault.start].decode(fault.encoding, "ignore").split("\n")
    row, letter, name = len(lines), len(lines[-1]) + 1, fault.encoding.upper()
    return RefusalError(
        "encoding",
        f"文字编码不是 UTF-8 也不是 GB18030：按 {name} 读到第 {row} 行第 {letter} 个字符处读不下去；"
        "请另存为“CSV UTF-8（逗号分隔）”。",
        f"The text is neither UTF-8 nor GB18030: as {name} it cannot be read on from line {row}, character {letter}; "
        "save it as CSV UTF-8.",
        row=row,
    )


def _delimiter(text: str) -> str:
    """The separator that most lines at the start hold equally often; thousands commas vary from line to line."""
    lines = [_QUOTED.sub("", line) for line in text[:_SAMPLE].splitlines()[:_SAMPLE_LINES]]

    def agreeing(mark: str) -> int:
        return max(Counter(line.count(mark) for line in lines if mark in line).values(), default=0)

    return max((",", "\t", ";"), key=agreeing)


def _csv(content: bytes) -> Sheet:
    """A CSV as a sheet; the rows of a long one column by column where that gives the very same cells."""
    text = decode(content)
    delimiter = _delimiter(text)
    if found := below(text, delimiter):
        end, table = found
        return Sheet(1, "", _csv_rows(text[:end], delimiter), ragged=True, below=table)
    return Sheet(1, "", _csv_rows(text, delimiter), ragged=True)


def _csv_rows(text: str, delimiter: str) -> list[list[Any]]:
    """Rows of a CSV text. Strict: a quotation mark left open would otherwise swallow the rows that follow it.

    Raises:
        RefusalError: the quoting is broken; the line is named.
    """
    if "\x00" in text:
        raise RefusalError("not_a_table", "文件含有空字节，不是 CSV。", "The text holds null bytes; it is no CSV.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[Any]] = []
    try:
        for row in reader:
            if reader.line_num - len(rows) > 1 and any("\n" in cell or "\r" in cell for cell in row):
                _check_lines(row, len(rows) + 1)
            rows.append(row)
    except csv.Error:
        raise _quoting(reader.line_num) from None
    return rows


def _check_lines(row: list[str], number: int) -> None:
    """Refuse a cell that spans many lines: a quotation mark was left open somewhere above."""
    if any(cell.count("\n") + cell.count("\r") > 10 for cell in row):
        raise _quoting(number)


def _quoting(line: int) -> RefusalError:
    return RefusalError(
        "quoting",
        "CSV 的引号不成对，无法可靠分列；请在 Excel 中打开后另存为 .xlsx。",
        "The quotation marks of this CSV do not pair; open it in Excel and save it as .xlsx.",
        row=line,
    )
