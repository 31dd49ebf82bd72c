"""One sheet in table layout: the rows below the header as columns of text.

Belongs here: telling rows from notes, totals and broken rows, and taking the form's columns. Does not belong here:
judging values; every value passes as received.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from pipelines.ingest.faults import Fault, too_long
from pipelines.ingest.forms import Form
from pipelines.ingest.headers import Header, require, titles_above
from pipelines.ingest.notes import is_note, is_total, texts_of
from pipelines.ingest.periods import Stated, check_title
from pipelines.ingest.sheets import Sheet
from pipelines.ingest.texts import damaged, render_column
from pipelines.ingest.units import yuan_per_unit

_ASIDE: Final = {
    "total": "合计行未作为单位读取 (a total row, not read)",
    "header_again": "重复出现的表头行，未作为数据读取 (the header again, not read)",
}


@dataclass
class Body:
    """The rows below a header: positions of data rows (from 0), notes, and what is wrong with single rows."""

    rows: list[int] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)


def read_sheet(sheet: Sheet, header: Header, form: Form, period: Stated) -> tuple[pa.Table, list[Fault], list[Fault]]:
    """A sheet's rows as text columns of the form, with ``sheet``, ``row`` and ``yuan_per_unit``.

    Returns:
        The table, the rows refused, and notices (notes, totals, damaged numbers).

    Raises:
        RefusalError: a header is missing or doubled, the unit is not declared, the title states another period.
    """
    require(header, form, sheet)
    titles = titles_above(sheet, header)
    check_title(period, titles, sheet=sheet.name)
    body = split_rows(sheet, header)
    unit = yuan_per_unit(sheet, header, form, [note.zh for note in body.notes])
    count = len(body.rows)
    data: dict[str, Any] = {
        "sheet": pa.array([sheet.name] * count, pa.string()),
        "sheet_number": pa.array([sheet.number] * count, pa.int64()),
        "row": pa.array([position + 1 for position in body.rows], pa.int64()),
        "yuan_per_unit": pa.array([unit] * count, pa.int64()),
    }
    notices = [Fault("title", text, text, sheet.name) for text in titles if text] + body.notes
    selected = [sheet.rows[position] for position in body.rows]
    for column in form.columns:
        values = _column(selected, header.columns.get(column.name))
        data[column.name] = render_column(values)
        if column.kind == "code":
            notices += _damage(values, body.rows, sheet, column.header)
    return pa.table(data), body.refused, notices


def _column(rows: list[list[Any]], position: int | None) -> list[Any]:
    """One column of cells; '' where a row is too short or the form's column is not on the sheet."""
    if position is None:
        return [""] * len(rows)
    try:
        return [row[position] for row in rows]
    except IndexError:
        return [row[position] if position < len(row) else "" for row in rows]


def _damage(values: list[Any], positions: list[int], sheet: Sheet, column: str) -> Iterable[Fault]:
    """One notice per code that a spreadsheet stored as a number and shortened."""
    if set(map(type, values)) <= {str} and not any("e" in value or "E" in value for value in values):
        return
    for value, position in zip(values, positions, strict=True):
        if damaged(value):
            yield Fault(
                "damaged_code",
                "长代码被当作数字保存，15 位以后的数字已丢失；请把该列设为文本后重新填报。",
                "A long code was stored as a number and lost its digits beyond 15; format the column as text.",
                sheet.name,
                position + 1,
                column,
            )


def split_rows(sheet: Sheet, header: Header) -> Body:
    """Tell the rows below a header apart; nothing is dropped but rows without any content."""
    body = Body()
    width = len(sheet.rows[header.first]) if sheet.ragged else 0
    heads = {tuple(texts_of(row)) for row in sheet.rows[header.first : header.end]}
    openings = {texts[0] for texts in heads if texts}
    noting = False
    for position in range(header.end, len(sheet.rows)):
        row = sheet.rows[position]
        first = row[0] if row and row[0] != "" else next((cell for cell in row if cell not in {"", None}), "")
        if isinstance(first, str):
            opening = first.strip()
            if not opening and not texts_of(row):
                continue
            again = opening in openings and tuple(texts_of(row)) in heads
            kind = "header_again" if again else _aside(opening, row, noting=noting)
            if kind:
                noting = not again and (noting or kind == "note")
                text = _ASIDE.get(kind) or " ".join(texts_of(row))
                body.notes.append(Fault(kind, text, text, sheet.name, position + 1))
                continue
        if sheet.ragged and len(row) > width and texts_of(row[width:]):
            body.refused.append(too_long(position + 1, sheet=sheet.name))
        else:
            body.rows.append(position)
    return body


def _aside(opening: str, row: list[Any], *, noting: bool) -> str:
    """'note' or 'total' for a row that is not data, else ''."""
    if is_note(opening) or (noting and len(texts_of(row)) == 1):
        return "note"
    return "total" if is_total(opening) else ""
