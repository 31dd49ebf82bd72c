"""Where the header of a form stands on a sheet, which column is which, and in what unit the money is.

Belongs here: finding and joining header rows, matching them to a form's columns, the declared unit. Does not belong
here: reading the rows below.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.forms import Column, Form
from pipelines.ingest.sheets import Range, Sheet
from pipelines.ingest.texts import normal, render

SCAN: Final = 40  # rows in which a header may begin
DEPTH: Final = 3  # rows that a header may have
YUAN: Final = {"元": 1, "千元": 1_000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}
_MONEY: Final = "(百万元|千元|万元|亿元|元)"
_UNIT_NAMES: Final = rf"(?:{_MONEY[1:-1]}|人|家|个|户|%|‰|项|天|吨|台|套)"
_UNIT_SUFFIX: Final = re.compile(rf"\((?:单位:?)?{_UNIT_NAMES}\)$")
_PURE_UNIT: Final = re.compile(rf"\(?(?:计量单位:|单位:)?{_UNIT_NAMES}\)?")
_HEADER_MONEY: Final = re.compile(rf"\((?:单位:?)?{_MONEY}\)(?:$|/)|^\(?{_MONEY}\)?$")
_TITLE_MONEY: Final = re.compile(rf"单位[:为]?(?:人民币)?{_MONEY}|\({_MONEY}\)")
_ORDINAL: Final = re.compile(r"^(?:[一二三四五六七八九十]+、|\(?\d{1,2}[.、)]|其中:)")
_NUMBERING: Final = re.compile(r"[甲乙丙丁戊己庚辛]|\(?\d{1,3}\)?")


@dataclass(frozen=True, slots=True)
class Header:
    """A header found: its rows (counted from 0), its joined labels, and the form's columns with their position."""

    first: int
    height: int
    labels: tuple[str, ...]
    columns: dict[str, int]
    doubled: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        """The first row below the header."""
        return self.first + self.height

    def missing(self, form: Form) -> list[Column]:
        """Required columns that were not found."""
        return [column for column in form.required if column.name not in self.columns]


def _bare(part: str) -> str:
    """A header part without its unit and its ordinal."""
    return _ORDINAL.sub("", _UNIT_SUFFIX.sub("", part))


@cache
def _index(form: Form) -> dict[str, tuple[str, int]]:
    """Every known header of a form, normalised → (column, rank); a lower rank is the better name."""
    index: dict[str, tuple[str, int]] = {}
    for column in form.columns:
        for rank, name in enumerate(column.names):
            for key in (normal(name), "/".join(_bare(part) for part in normal(name).split("/"))):
                index.setdefault(key, (column.name, rank))
    return index


def filled(rows: list[list[Any]], merges: list[Range], count: int) -> list[list[str]]:
    """The first ``count`` rows as texts, all of one width, merged ranges filled with their first cell."""
    head = [[(render(cell) or "").strip() for cell in row] for row in rows[:count]]
    width = max(map(len, head), default=0)
    head = [row + [""] * (width - len(row)) for row in head]
    for (top, left), (bottom, right) in merges:
        if top >= len(head) or left >= width:
            continue
        for row in head[top : bottom + 1]:
            row[left : min(right + 1, width)] = [head[top][left]] * (min(right + 1, width) - left)
    return head


def _spread(upper: list[str], lower: list[str]) -> list[str]:
    """An upper header row whose blanks repeat the cell to the left, where both columns are divided below."""
    out = list(upper)
    for i in range(1, len(out)):
        if not out[i] and lower[i] and lower[i - 1]:
            out[i] = out[i - 1]
    return out


def _labels(block: list[list[str]]) -> tuple[str, ...]:
    """Header rows joined column by column; repeated parts and bare units are left out."""
    rows = [list(row) for row in block]
    for i in range(len(rows) - 2, -1, -1):
        rows[i] = _spread(rows[i], rows[i + 1])
    labels = []
    for column in zip(*rows, strict=True):
        parts: list[str] = []
        for part in column:
            if part and part not in parts[-1:] and not (parts and _PURE_UNIT.fullmatch(normal(part))):
                parts.append(part)
        labels.append("/".join(parts))
    return tuple(labels)


def _match(labels: tuple[str, ...], index: dict[str, tuple[str, int]]) -> tuple[dict[str, int], list[str]]:
    """Positions of known columns; names found twice under equally good headers come second."""
    best: dict[str, tuple[int, int]] = {}
    doubled: list[str] = []
    for position, label in enumerate(labels):
        key = normal(label)
        hit = index.get(key) or index.get("/".join(_bare(part) for part in key.split("/")))
        if hit is None:
            continue
        name, rank = hit
        if name in best and best[name][0] == rank:
            doubled.append(name)
        elif name not in best or rank < best[name][0]:
            best[name] = (rank, position)
    return {name: position for name, (_, position) in best.items()}, doubled


def locate(sheet: Sheet, form: Form) -> Header | None:
    """The best header of a form on a sheet, complete or not; None when nothing on the sheet is known."""
    head = filled(sheet.rows, sheet.merges, SCAN + DEPTH)
    index = _index(form)
    best: Header | None = None
    for first in range(min(SCAN, len(head))):
        for height in range(1, min(DEPTH, len(head) - first) + 1):
            labels = _labels(head[first : first + height])
            columns, doubled = _match(labels, index)
            if columns and (best is None or len(columns) > len(best.columns)):
                best = Header(first, height, labels, columns, tuple(doubled))
    return best and _extended(best, head)


def _extended(header: Header, head: list[list[str]]) -> Header:
    """The header with the rows below it that only number the columns (甲 乙 1 2) or give their units."""
    height = header.height
    while header.first + height < len(head):
        cells = [normal(cell) for cell in head[header.first + height] if cell]
        numbering = cells[:1] and cells[0] == "甲" and all(_NUMBERING.fullmatch(cell) for cell in cells)
        units = cells and all(_PURE_UNIT.fullmatch(cell) for cell in cells)
        if not numbering and not units:
            break
        height += 1
    return Header(header.first, height, header.labels, header.columns, header.doubled)


def require(header: Header, form: Form, sheet: Sheet) -> None:
    """Accept a header only if every required column is there, once.

    Raises:
        RefusalError: a required column is missing or stands twice; the headers found and the nearest one are named.
    """
    if missing := header.missing(form):
        found = [label for label in header.labels if label]
        unused = {normal(label): label for i, label in enumerate(header.labels) if i not in header.columns.values()}
        hints_zh, hints_en = [], []
        for column in missing:
            near = difflib.get_close_matches(normal(column.header), list(unused), n=1, cutoff=0.5)
            hints_zh.append(f"“{column.header}”" + (f"（最接近的表头是“{unused[near[0]]}”）" if near else ""))
            hints_en.append(f"{column.header!r}" + (f" (nearest: {unused[near[0]]!r})" if near else ""))
        raise RefusalError(
            "missing_header",
            f"缺少必需的表头：{'、'.join(hints_zh)}。表中现有表头：{'、'.join(found)}。请按《{form.title}》更正表头。",
            f"Required headers are missing: {', '.join(hints_en)}. Headers found: {', '.join(found)}.",
            sheet=sheet.name,
            row=header.first + 1,
            column=missing[0].header,
        )
    if header.doubled:
        raise RefusalError(
            "doubled_header",
            f"同一指标的表头出现了两次：{'、'.join(header.doubled)}。请删去多余的一列。",
            f"A column stands twice: {', '.join(header.doubled)}. Remove one of them.",
            sheet=sheet.name,
            row=header.first + 1,
            column=header.doubled[0],
        )


def titles_above(sheet: Sheet, header: Header) -> list[str]:
    """The text of each row above the header."""
    return ["".join(render(cell) or "" for cell in row) for row in sheet.rows[: header.first]]


def yuan_per_unit(sheet: Sheet, header: Header, form: Form, notes: list[str]) -> int:
    """How many yuan one unit of the sheet's money is; 0 for a form without money.

    The unit is looked for in the headers of the money columns, above the header, then in the notes below.

    Raises:
        RefusalError: no unit is declared, or two different ones are.
    """
    if not form.money:
        return 0
    declared = _header_units(sheet, header, form)
    titles = set(_units_in(titles_above(sheet, header)))
    partly = declared != {""} and "" in declared
    units = (declared - {""}) | titles or set(_units_in(notes))
    if len(units) > 1 or (partly and not titles):
        raise RefusalError(
            "unit_conflict",
            f"金额单位不一致（{'、'.join(sorted(units))}）或只有部分金额列注明单位；请全表统一为一个单位。",
            f"Different money units ({', '.join(sorted(units))}), or only some money columns state one; use one.",
            sheet=sheet.name,
        )
    if not units:
        raise RefusalError(
            "unit_undeclared",
            "没有注明金额单位；请在表头上方加一行“计量单位：千元”（或 元、万元、百万元、亿元）。",
            "No money unit is declared; add a line such as 计量单位：千元 above the header (元, 万元, 百万元, 亿元).",
            sheet=sheet.name,
        )
    return YUAN[units.pop()]


def _units_in(texts: list[str]) -> list[str]:
    return [unit for text in texts for pair in _TITLE_MONEY.findall(normal(text)) for unit in pair if unit]


def _header_units(sheet: Sheet, header: Header, form: Form) -> set[str]:
    """Units stated in the header cells of the money columns; '' stands for a column that states none."""
    head = filled(sheet.rows, sheet.merges, header.end)[header.first :]
    units: set[str] = set()
    for column in form.columns:
        if column.kind != "money" or column.name not in header.columns:
            continue
        position = header.columns[column.name]
        stack = [_spread(row, lower) for row, lower in zip(head, [*head[1:], head[-1]], strict=True)]
        matches = [_HEADER_MONEY.search(normal(row[position])) for row in stack]
        found = [match[1] or match[2] for match in matches if match]
        units.update(found or [""])
    return units
