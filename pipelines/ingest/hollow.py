"""Cells of a workbook that hold no value although they are not empty: errors, and formulas that nobody calculated.

Belongs here: finding them in the XML of a sheet, for the reader of workbooks gives both as empty. Does not belong here:
what becomes of their rows (``tables``). An old .xls tells neither apart.

Cost: three searches for a mark per sheet; only a sheet that has one is looked at cell by cell.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pipelines.ingest.faults import Fault

Cells = dict[tuple[int, int], str]
UNCALCULATED: Final = "#未计算"
_ERROR: Final = re.compile(rb'<(?:\w+:)?c\s([^>]*?\bt="e"[^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)', re.DOTALL)
_SHOWN: Final = re.compile(rb"<(?:\w+:)?v>(#[A-Z0-9/!?_]+)<")
UNNAMED: Final = "#ERROR!"  # an error cell that does not say which error
_FORMULA: Final = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_TEXT: Final = b't="str"'  # a formula that gives an empty text has been calculated
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^>]*?\b\w+:id=\"([^\"]+)\"")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE: Final = re.compile(rb'\b(Id|Target)="([^"]*)"')


def cells(sheet: bytes) -> Cells:
    """The hollow cells in the XML of a sheet, by row and column from 0, with what stands there instead of a value."""
    found: Cells = {}
    if b"<f" in sheet or b":f" in sheet:
        for match in _FORMULA.finditer(sheet):
            if _TEXT not in match[1] and (place := _PLACE.search(match[1])):
                found[_position(place)] = UNCALCULATED
    if b't="e"' in sheet:
        for match in _ERROR.finditer(sheet):
            if place := _PLACE.search(match[1]):
                shown = _SHOWN.search(match[2] or b"")
                found[_position(place)] = shown[1].decode() if shown else UNNAMED
    return found


def by_number(path: Path, found: Mapping[str, Cells]) -> dict[int, Cells]:
    """Hollow cells by the sheet's number in the workbook, from 1, given by the name of its XML in the archive."""
    if not any(found.values()):
        return {}
    with zipfile.ZipFile(path) as archive:
        order = _SHEET.findall(archive.read("xl/workbook.xml"))
        relations = _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels"))
    said = [dict(_ATTRIBUTE.findall(relation)) for relation in relations]
    targets = {one[b"Id"]: one[b"Target"].decode() for one in said if one.keys() >= {b"Id", b"Target"}}
    parts = [targets.get(name, "").removeprefix("/xl/") for name in order]
    return {number: found.get(f"xl/{part}", {}) for number, part in enumerate(parts, start=1)}


def fault(place: tuple[int, int], text: str, *, sheet: str, column: str) -> Fault:
    """Why the row of a hollow cell is not read: the cell's address and what to do."""
    address = _address(place)
    if text == UNCALCULATED:
        return Fault(
            "formula_cell",
            f"单元格 {address} 是公式，文件里没有计算结果；请在 Excel 或 WPS 中重新计算、保存后再报送。该行未读取。",
            f"Cell {address} holds a formula without a result; open the file in Excel, calculate, save, send it again.",
            sheet,
            place[0] + 1,
            column,
        )
    return Fault(
        "error_cell",
        f"单元格 {address} 是错误值 {text}；请更正公式或直接填数后再报送。该行未读取。",
        f"Cell {address} shows the error {text}; mend the formula or fill in the figure. The row was not read.",
        sheet,
        place[0] + 1,
        column,
    )


def _position(place: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for letter in place[1]:
        column = column * 26 + letter - 64
    return int(place[2]) - 1, column - 1


def _address(place: tuple[int, int]) -> str:
    row, rest = place[0] + 1, place[1] + 1
    letters = ""
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(65 + last) + letters
    return f"{letters}{row}"
