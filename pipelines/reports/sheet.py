"""One sheet of A4: how many lines it holds, and as much of tables as goes on it.

Belongs here: the measure of page and document, what is cut where there is more. Does not belong here: what is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipelines.release.display import shown
from pipelines.release.document import length, lines, on_sheet
from pipelines.release.tables import Cell, Row, Table

# The width of a printed page's tables in characters of theirs, and what the margins of a first and another cell take.
_ACROSS, _FIRST_MARGIN, _MARGIN = 58.0, 1.1, 1.8
# A head of so many characters and more may break; what labels and broken heads or texts take at least.
_BREAKS, _LABEL, _LEAST = 5, 8.4, 1.0


@dataclass(frozen=True)
class Sheet:
    """What one sheet of A4 holds between its headline and its notes, in lines of tables.

    Attributes:
        lines: of all tables together below a headline of one line.
        row: what a row takes beyond its lines.
        heading: what a table's title, unit and head take.
        note: what a note below a table takes.
        headline: what each further line of the headline takes.
        characters: of a line of the headline.
        synthetic: what the words of a made-up city take.
        columns: of a table: how many characters a line in each column has.
    """

    lines: float
    row: float
    heading: float
    note: float
    headline: float
    characters: int
    synthetic: float
    columns: Callable[[Table], Sequence[float]]

    def room(self, headline: str, *, synthetic: bool = False) -> float:
        """The lines that are left below a headline."""
        further = math.ceil(length(headline) / self.characters) - 1
        return self.lines - self.headline * further - self.synthetic * synthetic

    def height(self, table: Table) -> float:
        """The lines of a table's rows, in the columns that they make; a heading has all of the width."""
        columns = self.columns(table)
        return sum(self.row + _lines(row, columns) for row in table.rows)


def on_page(table: Table) -> list[float]:
    """The characters of a line in each column as a browser lays a table out.

    What may not break has its length; what is left is shared by how much longer than its least each column would be.

    Source: CSS 2.2, 17.5.2.2 (automatic table layout).
    """
    rows = [row for row in table.rows if row.cells]
    heads = [length(name) for name in table.head]
    columns = [[shown(row.cells[n]) for row in rows] for n in range(len(heads) - 1)]
    labels = max((length(row.label) + row.indent for row in rows), default=0.0)
    widest = [max(heads[0], labels)]
    least = [_LABEL]
    for name, head, cells in zip(table.head[1:], heads[1:], columns, strict=True):
        widest.append(max([head, *(length(cell.text) for cell in cells)]))
        kept = [length(cell.text) for cell in cells if not cell.long]
        least.append(max([head if len(name) < _BREAKS else _LEAST, *kept]))
    room = _ACROSS - _FIRST_MARGIN - _MARGIN * len(columns)
    more, beyond = room - sum(least), sum(widest) - sum(least)
    if beyond <= more:
        return widest
    return [low + more * (high - low) / beyond for low, high in zip(least, widest, strict=True)]


# As Chromium prints the page and LibreOffice the official layout, with a line to spare.
PAGE: Final = Sheet(48.5, 0.42, 4.2, 1.5, 2.35, 24, 3.8, on_page)
DOCUMENT: Final = Sheet(30.0, 0.0, 4.5, 1.0, 2.0, 26, 0.0, on_sheet)


def filled(
    found: dict[str, Table], on: Sheet, room: float, *, halved: Sequence[str] = (), dropped: Sequence[str] = ()
) -> dict[str, Table]:
    """As much of the tables as goes onto a sheet.

    Each has at least a row; then they take what they need in order, some of them half of what is left, and what is left
    by all goes to those that were cut.

    Args:
        found: tables by title, in the order in which they are told.
        on: the sheet.
        room: its lines below the headline.
        halved: which take half of the room only until all have had their turn.
        dropped: which are left out first, where not even a row of each goes on the sheet.
    """
    used = {title: on.heading + fitted(table, 0, on)[1] for title, table in found.items()}
    for title in (*dropped, *reversed(found)):
        if sum(used.values()) > room:
            used.pop(title, None)
    room -= sum(used.values())
    kept: dict[str, Table] = {}
    for title, half in ((title, half) for half in (True, False) for title in used):
        given = room / 2 if half and title in halved else room
        kept[title], tall = fitted(found[title], used[title] - on.heading + given, on)
        tall += on.heading
        room, used[title] = room - (tall - used[title]), tall
    return kept


def fitted(table: Table, room: float, on: Sheet) -> tuple[Table, float]:
    """As much of a table as goes into a number of lines of a sheet, at least one row, and the lines it takes.

    What is left out is counted in a note.
    """
    kept, used = replace(table, rows=()), 0.0
    for number in range(1, len(table.rows) + 1):
        more = replace(table, rows=table.rows[:number])
        tall = on.height(more)
        if tall + on.note * (number < len(table.rows)) > room and entries(kept):
            break
        kept, used = more, tall
    if not kept.rows[-1].cells:  # a heading without what it heads
        kept = replace(kept, rows=kept.rows[:-1])
        used = on.height(kept)
    left = entries(table) - entries(kept)
    notes = (f"另有{left}条，见工作簿。",) if left else ()
    return replace(kept, notes=notes), used + on.note * len(notes)


def _lines(row: Row, columns: Sequence[float]) -> int:
    if not row.cells:
        return lines(row.label, sum(columns))
    texts = [row.label, *(shown(cell).text for cell in row.cells)]
    return max(lines(text, width) for text, width in zip(texts, columns, strict=True))


def narrow(table: Table, columns: int, parts: int) -> Table:
    """The first columns of a table, and the first of what a text lists."""
    rows = tuple(
        replace(row, cells=tuple(_shortened(cell, parts) for cell in row.cells[: columns - 1])) for row in table.rows
    )
    return replace(table, head=table.head[:columns], rows=rows)


def entries(table: Table) -> int:
    """How many rows of a table are no headings."""
    return sum(bool(row.cells) for row in table.rows)


def _shortened(cell: Cell, kept: int) -> Cell:
    """A text with the first of the changes that it lists, and how many there are."""
    parts = cell.split("；") if isinstance(cell, str) else []
    return f"{'；'.join(parts[:kept])}等{len(parts)}栏" if len(parts) > kept else cell
