"""Where the header of a form stands on a sheet, how long it is, and which column is which.

Belongs here: finding and joining header rows, matching them to a form's columns. Does not belong here: the words of a
header (``headwords``), the money unit (``units``), the rows below.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.forms import Column, Form
from pipelines.ingest.headwords import (
    bare,
    is_header_row,
    is_subhead,
    is_unit,
    numbers_columns,
    without_groups,
    without_plain,
)
from pipelines.ingest.sheets import Range, Sheet
from pipelines.ingest.texts import normal, render

SCAN: Final = 40  # rows in which a header may begin
DEPTH: Final = 3  # rows of names that a header may have
_LIKE: Final = 0.5  # from which likeness one name may be meant for another
BELOW: Final = 6  # rows of sub-heads, units and column numbers that may follow them


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


@cache
def _index(form: Form) -> dict[str, tuple[str, int]]:
    """Every known header of a form, normalised → (column, rank); a lower rank is the better name."""
    index: dict[str, tuple[str, int]] = {}
    for column in form.columns:
        for rank, name in enumerate(column.names):
            for key in (normal(name), "/".join(bare(part) for part in normal(name).split("/"))):
                index.setdefault(key, (column.name, rank))
    return index


def known_as(form: Form, label: str) -> str:
    """The column of a form for which a joined header stands by the form's own names, or ''."""
    return next(iter(_match((label,), _index(form))[0]), "")


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


def spread(upper: list[str], lower: list[str]) -> list[str]:
    """An upper header row whose blanks repeat the cell to the left, where the column below is a division of it.

    It is one where both columns are divided, or where the cell below is nothing but a sub-head.
    """
    out = list(upper)
    for i in range(1, len(out)):
        if not out[i] and lower[i] and (lower[i - 1] or is_subhead(normal(lower[i]))):
            out[i] = out[i - 1]
    return out


def _labels(block: list[list[str]]) -> tuple[str, ...]:
    """Header rows joined column by column; repeated parts and bare units are left out."""
    rows = [list(row) for row in block]
    for i in range(len(rows) - 2, -1, -1):
        rows[i] = spread(rows[i], rows[i + 1])
    labels = []
    for column in zip(*rows, strict=True):
        parts: list[str] = []
        for part in column:
            if part and part not in parts[-1:] and not (parts and is_unit(normal(part))):
                parts.append(part)
        labels.append("/".join(parts))
    return tuple(labels)


def _match(labels: tuple[str, ...], index: dict[str, tuple[str, int]]) -> tuple[dict[str, int], list[str]]:
    """Positions of known columns; names found twice under equally good headers come second."""
    best: dict[str, tuple[int, int]] = {}
    doubled: list[str] = []
    for position, label in enumerate(labels):
        key = normal(label)
        parts = without_groups([bare(part) for part in key.split("/")])
        hit = index.get(key) or index.get("/".join(parts)) or index.get("/".join(without_plain(parts)))
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
    head = filled(sheet.rows, sheet.merges, SCAN + DEPTH + BELOW)
    index = _index(form)
    best: Header | None = None
    for first in range(min(SCAN, len(head))):
        for height in range(1, min(DEPTH, len(head) - first) + 1):
            labels = _labels(head[first : first + height])
            columns, doubled = _match(labels, index)
            if columns and (best is None or len(columns) > len(best.columns)):
                best = Header(first, height, labels, columns, tuple(doubled))
    return best and _whole(best, head, form)


def _whole(header: Header, head: list[list[str]], form: Form) -> Header:
    """The header with every row below it that still carries no data; sub-heads among them count for the labels.

    A column stays known only under its whole label: 营业收入 above 上年同期 is not this year's 营业收入.
    """
    height, labels = extent(head, header.first, header.height, form)
    if height == header.height:
        return header
    columns, doubled = _match(labels, _index(form))
    return Header(header.first, height, labels, columns, tuple(doubled))


def extent(head: list[list[str]], first: int, height: int, form: Form) -> tuple[int, tuple[str, ...]]:
    """How many rows a header has with all that still carry no data, and its joined labels.

    Args:
        head: the first rows of a sheet as ``filled`` gives them.
        first: the header's first row, counted from 0.
        height: rows of names found so far.
        form: whose headers are known words.
    """
    end = first + height
    for position in range(end, min(first + height + BELOW, len(head))):
        if is_header_row(head[position], head[end - 1], form):
            end = position + 1
        elif any(head[position]):
            break
    if end == first + height:
        return height, _labels(head[first:end])
    return end - first, _labels([row for row in head[first:end] if _names_columns(row)])


def _names_columns(row: list[str]) -> bool:
    """Whether a header row names or divides columns, rather than numbering them or giving their units."""
    cells = [normal(cell) for cell in row if cell]
    return not numbers_columns(cells) and not all(is_unit(cell) for cell in cells)


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
            near = difflib.get_close_matches(normal(column.header), list(unused), n=1, cutoff=_LIKE)
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
        names = {column.name: column.header for column in form.columns}
        twice = [names[name] for name in header.doubled]
        raise RefusalError(
            "doubled_header",
            f"同一指标的表头出现了两次：{'、'.join(twice)}。请删去多余的一列。",
            f"A column stands twice: {', '.join(twice)}. Remove one of them.",
            sheet=sheet.name,
            row=header.first + 1,
            column=twice[0],
        )


def titles_above(sheet: Sheet, header: Header) -> list[str]:
    """The text of each row above the header."""
    return ["".join(render(cell) or "" for cell in row) for row in sheet.rows[: header.first]]
