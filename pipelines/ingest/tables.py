"""One sheet in table layout: the rows below the header as columns of text.

Belongs here: telling rows from notes, totals and broken rows, and taking the form's columns. Does not belong here:
judging values; every value passes as received.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest import hollow
from pipelines.ingest.columns import Below
from pipelines.ingest.faults import Fault, too_long
from pipelines.ingest.forms import Form
from pipelines.ingest.headers import Header, require, titles_above
from pipelines.ingest.mapping_likeness import proposals
from pipelines.ingest.notes import PLAIN, is_note, is_total, texts_of
from pipelines.ingest.periods import Stated, check_title
from pipelines.ingest.sheets import Sheet
from pipelines.ingest.texts import SHORTENED, damaged, render_column
from pipelines.ingest.units import yuan_per_unit

UNREAD: Final = "unread_column"
SERIAL: Final = frozenset({"序号", "栏次", "行次"})
_ASIDE: Final = {
    "total": "合计行未作为单位读取 (a total row, not read)",
    "header_again": "重复出现的表头行，未作为数据读取 (the header again, not read)",
}


@dataclass
class Body:
    """The rows below a header: positions of data rows (from 0), notes, and what is wrong with single rows.

    ``rows`` are those among the sheet's rows of cells, ``odd`` those among the odd rows of a long CSV, ``kept`` marks
    those of its table.
    """

    rows: list[int] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    kept: pa.Array | None = None


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
    _leave_hollow(body, sheet, header, form)
    unit = yuan_per_unit(sheet, header, form, [note.zh for note in body.notes])
    rows = _numbers(sheet, body)
    data: dict[str, Any] = {
        "sheet": pa.repeat(pa.scalar(sheet.name, pa.string()), len(rows)),
        "sheet_number": pa.repeat(pa.scalar(sheet.number, pa.int64()), len(rows)),
        "row": rows,
        "yuan_per_unit": pa.repeat(pa.scalar(unit, pa.int64()), len(rows)),
    }
    notices = [Fault("title", text, text, sheet.name) for text in titles if text] + body.notes
    notices += _unread(sheet, header, form)
    selected = [sheet.rows[position] for position in body.rows]
    for column in form.columns:
        at = header.columns.get(column.name)
        values = _column(selected, at)
        data[column.name] = _whole(render_column(values), sheet.below, body, at)
        if column.kind == "code":
            notices += _damage(values, body.rows, sheet, column.header)
            notices += _damage_below(data[column.name], rows, len(selected), sheet, column.header)
    # The odd rows of a long CSV stand last so far.
    return pa.table(data).sort_by("row") if body.odd else pa.table(data), body.refused, notices


def _leave_hollow(body: Body, sheet: Sheet, header: Header, form: Form) -> None:
    """Refuse the data rows in which a cell of the form is hollow: it was filled in, yet nobody can say with what."""
    headers = {header.columns[column.name]: column.header for column in form.columns if column.name in header.columns}
    data = set(body.rows) if sheet.hollow else set()
    at = {place: text for place, text in sorted(sheet.hollow.items()) if place[0] in data and place[1] in headers}
    body.refused += [
        hollow.fault(place, text, sheet=sheet.name, column=headers[place[1]]) for place, text in at.items()
    ]
    left = {row for row, _ in at}
    body.rows = [row for row in body.rows if row not in left]


def _unread(sheet: Sheet, header: Header, form: Form) -> Iterable[Fault]:
    """One notice that names the columns which the form does not have; what only numbers the rows is no column.

    Beside each the column of the form that it resembles and that the sheet lacks: it may be that one renamed.
    """
    used = set(header.columns.values())
    left = [label for place, label in enumerate(header.labels) if label and place not in used and label not in SERIAL]
    if left:
        called = {column.name: column.header for column in form.columns}
        near = {like.header: called[like.column] for like in proposals(header.labels, form) if like.column}
        said = "、".join(label + (f"（疑为“{near[label]}”，本表缺此列）" if label in near else "") for label in left)
        yield Fault(
            UNREAD,
            f"以下各列不在表式中，未读取：{said}；若只是列名不同，请用 shuce inbox map 对应。",
            f"Columns that the form does not have were not read: {', '.join(left)}.",
            sheet.name,
            header.first + 1,
        )


def _numbers(sheet: Sheet, body: Body) -> pa.Array:
    """The number of each data row as a spreadsheet shows it, from 1."""
    parts = [pa.array(body.rows, pa.int64())]
    if sheet.below is not None:
        parts += [pa.array(sheet.below.places).filter(body.kept), pa.array(body.odd, pa.int64())]
    return pc.add(pa.concat_arrays(parts), 1)


def _column(rows: Sequence[list[Any]], position: int | None) -> list[Any]:
    """One column of cells; '' where a row is too short or the form's column is not on the sheet."""
    if position is None:
        return [""] * len(rows)
    try:
        return [row[position] for row in rows]
    except IndexError:
        return [row[position] if position < len(row) else "" for row in rows]


def _whole(above: pa.Array, below: Below | None, body: Body, at: int | None) -> pa.ChunkedArray:
    """A column of text with the rows below it, '' as null."""
    if below is None:
        return pa.chunked_array([above])
    if at is None or at >= below.table.num_columns:
        rest = pa.chunked_array([pa.nulls(pc.sum(body.kept).as_py() or 0, pa.string())])
    else:
        cells = below.table.column(at).filter(body.kept)
        rest = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    odd = render_column(_column([below.odd[position] for position in body.odd], at))
    return pa.chunked_array([above, *rest.chunks, odd])


def _damage(values: list[Any], positions: list[int], sheet: Sheet, column: str) -> Iterable[Fault]:
    """One notice per code that a spreadsheet stored as a number and shortened."""
    if set(map(type, values)) <= {str} and not any("e" in value or "E" in value for value in values):
        return
    for value, position in zip(values, positions, strict=True):
        if damaged(value):
            yield _shortened(sheet, position + 1, column)


def _damage_below(texts: pa.ChunkedArray, rows: pa.Array, above: int, sheet: Sheet, column: str) -> Iterable[Fault]:
    """The same for the rows of a long CSV, where all cells are text."""
    if sheet.below is not None:
        suspect = pc.match_substring_regex(texts, SHORTENED).fill_null(False)
        for index in pc.indices_nonzero(suspect).to_pylist():
            if index >= above and damaged(texts[index].as_py()):
                yield _shortened(sheet, rows[index].as_py(), column)


def _shortened(sheet: Sheet, row: int, column: str) -> Fault:
    return Fault(
        "damaged_code",
        "长代码被当作数字保存，15 位以后的数字已丢失；请把该列设为文本后重新填报。",
        "A long code was stored as a number and lost its digits beyond 15; format the column as text.",
        sheet.name,
        row,
        column,
    )


def split_rows(sheet: Sheet, header: Header) -> Body:
    """Tell the rows below a header apart; nothing is dropped but rows without any content."""
    judge = _Judge(sheet, header)
    body = judge.body
    for position in range(header.end, len(sheet.rows)):
        if judge.is_data(position, sheet.rows[position]):
            body.rows.append(position)
    if sheet.below is not None:
        _split_below(sheet.below, judge)
    return body


def _split_below(below: Below, judge: _Judge) -> None:
    """The same for the rows of a long CSV; most open with what can only be data, unless notes have begun."""
    first, places = below.table.column(0), below.places
    plain = pc.match_substring_regex(first, PLAIN)
    again = pc.is_in(pc.utf8_trim_whitespace(first), value_set=pa.array(sorted(judge.openings), pa.string()))
    certain = np.zeros(len(places), dtype=np.bool_) if judge.noting else pc.and_not(plain, again).to_numpy()
    kept = np.ones(len(places), dtype=np.bool_)
    at = {int(places[index]): int(index) for index in np.flatnonzero(~certain)}
    waiting = sorted([*at, *below.odd], reverse=True)
    while waiting:
        position = waiting.pop()
        noting = judge.noting
        if position in below.odd:
            if judge.is_data(position, below.odd[position]):
                judge.body.odd.append(position)
        else:
            kept[at[position]] = judge.is_data(position, below.row(at[position]))
        if judge.noting and not noting:
            # From the first note on, a row with a single text is another note, whatever it opens with.
            at = {int(places[index]): int(index) for index in np.flatnonzero(places > position)}
            waiting = sorted([*at, *(other for other in below.odd if other > position)], reverse=True)
    judge.body.kept = pa.array(kept)


class _Judge:
    """Tells a data row from what else stands on a sheet, row after row, and notes what is no data."""

    def __init__(self, sheet: Sheet, header: Header) -> None:
        self.sheet, self.body, self.noting = sheet, Body(), False
        self.width = len(sheet.rows[header.first]) if sheet.ragged else 0
        self.heads = {tuple(texts_of(row)) for row in sheet.rows[header.first : header.end]}
        self.openings = {texts[0] for texts in self.heads if texts}

    def is_data(self, position: int, row: list[Any]) -> bool:
        """Whether a row is data; if not, it is blank, noted or refused."""
        first = row[0] if row and row[0] != "" else next((cell for cell in row if cell not in {"", None}), "")
        if isinstance(first, str):
            opening = first.strip()
            if not opening and not texts_of(row):
                return False
            again = opening in self.openings and tuple(texts_of(row)) in self.heads
            kind = "header_again" if again else _aside(opening, row, noting=self.noting)
            if kind:
                self.noting = not again and (self.noting or kind == "note")
                text = _ASIDE.get(kind) or " ".join(texts_of(row))
                self.body.notes.append(Fault(kind, text, text, self.sheet.name, position + 1))
                return False
        if self.sheet.ragged and len(row) > self.width and texts_of(row[self.width :]):
            self.body.refused.append(too_long(position + 1, sheet=self.sheet.name))
            return False
        return True


def _aside(opening: str, row: list[Any], *, noting: bool) -> str:
    """'note' or 'total' for a row that is not data, else ''."""
    if is_note(opening) or (noting and len(texts_of(row)) == 1):
        return "note"
    return "total" if is_total(opening) else ""
