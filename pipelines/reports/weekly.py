"""周汇报: what a week changed, on one sheet of A4; nothing else.

Belongs here: what is said of a week, and how much of it goes on the sheet. Does not belong here: the lists themselves
(tables); the workbook has them whole.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from pipelines.ledgers.board import Board
from pipelines.release.bulletin import Section
from pipelines.release.display import shown
from pipelines.release.document import length, lines, sheet_widths
from pipelines.release.notes import synthetic
from pipelines.release.tables import Cell, Row, Table
from pipelines.reports import tables
from pipelines.reports.paper import Edition, Paper, quoted
from pipelines.reports.periods import Period
from pipelines.workspace import City


@dataclass(frozen=True)
class Sheet:
    """What one sheet of A4 holds between its headline and its notes, in lines of tables.

    Attributes:
        lines: of all tables together below a headline of one line.
        heading: what a table's title, unit and head take.
        headline: what each further line of the headline takes.
        characters: of a line of the headline.
    """

    lines: float
    heading: float
    headline: float
    characters: int

    def room(self, headline: str) -> float:
        """The lines that are left below a headline."""
        return self.lines - self.headline * (math.ceil(length(headline) / self.characters) - 1)


# As Chromium prints the page and LibreOffice the official layout, with a line to spare.
PAGE: Final = Sheet(32.0, 3.3, 2.0, 24)
DOCUMENT: Final = Sheet(30.0, 4.5, 2.0, 26)
_CHANGES: Final = "变化"
# What is told first, and what may take half of the room only until all have had their turn.
_ORDER: Final = ("未报", "新增问题", "进出", "新登记", "新增存疑", _CHANGES)
_HALVED: Final = ("进出", "新登记", "新增存疑")
# How many columns of a table go on the sheet, where not all do.
_COLUMNS: Final = {_CHANGES: 2, "新增问题": 5, "新增存疑": 4}
# How many changed columns of an entry are named.
_NAMED: Final = 4


def weekly(board: Board, period: Period, city: City, of: Edition) -> Paper:
    """The report of a week, on a board of its last day."""
    found = _found(board, period, city)
    there = {title: table for title, table in found.items() if table is not None}
    said = headline(board, period)
    paper = Paper(
        title=f"{city.name}未来产业及数字经济工作专班周汇报",
        place=city.name,
        headline=said,
        keys=(),
        sections=(),
        notes=(("口径", "只列本周收到的变化；每栏为原内容→现内容。未列完的见工作簿。"),),
        synthetic=synthetic(city.model_copy(update={"note": ""})) if city.synthetic else "",
        cite=(quoted(city, of),),
        sheets=there,
    )
    return replace(_on(DOCUMENT, paper), page=_on(PAGE, paper))


def _on(one: Sheet, paper: Paper) -> Paper:
    """A week with as much of its tables as goes onto a sheet; the tables that do not are named."""
    kept = sheet(paper.sheets, one, one.room(paper.headline))
    beside = "、".join(f"{title}{entries(table)}条" for title, table in paper.sheets.items() if title not in kept)
    return replace(
        paper,
        sections=tuple(Section(title, (), (), (table,)) for title, table in kept.items()),
        notes=(*([("另见工作簿", f"{beside}。")] if beside else []), *paper.notes),
    )


def _found(board: Board, period: Period, city: City) -> dict[str, Table | None]:
    since = period.since
    new = tables.new_problems(board, since)
    return {
        _CHANGES: tables.changed(board, since, city),
        "新增问题": tables.problems(new, "新增问题"),
        "未报": tables.silent(board),
        "进出": tables.entries_and_exits(board, since, board.day, as_heard=True),
        "新登记": tables.registered(board, since),
        "新增存疑": tables.doubtful(board.new_doubts(since), "新增存疑，按责任部门"),
    }


def headline(board: Board, period: Period) -> str:
    """The week in one sentence; that nothing changed is said."""
    cells = tables.changes(board, period.since)
    moved = tables.moved(board, period.since, board.day, as_heard=True)
    counts = {
        f"{cells['entry'].nunique() if len(cells) else 0}个条目的{len(cells)}个栏目有变化": len(cells),
        f"新增问题{(new := len(tables.new_problems(board, period.since)))}个": new,
        f"新增存疑{(doubts := len(board.new_doubts(period.since)))}条": doubts,
        f"入单{(came := int((moved['move'] == 'in').sum()))}个": came,
        f"出单{(left := int((moved['move'] == 'out').sum()))}个": left,
    }
    said = [text for text, number in counts.items() if number] or ["各台账没有变化"]
    silent = [f"{len(board.quiet)}个条目超期未报"] if len(board.quiet) else []
    first = period.since + dt.timedelta(days=1)
    return f"{period.label}（{first:%-m月%-d日}—{period.until:%-m月%-d日}）{'，'.join([*said, *silent])}"


def _narrow(table: Table, columns: int) -> Table:
    """The first columns of a table, and the first of what changed of an entry; the workbook has all."""
    rows = tuple(replace(row, cells=tuple(map(_shortened, row.cells[: columns - 1]))) for row in table.rows)
    return replace(table, head=table.head[:columns], rows=rows)


def _shortened(cell: Cell) -> Cell:
    """A text with the first of the changes that it lists, and how many there are."""
    parts = cell.split("；") if isinstance(cell, str) else []
    return f"{'；'.join(parts[:_NAMED])}等{len(parts)}栏" if len(parts) > _NAMED else cell


def sheet(found: dict[str, Table], on: Sheet, room: float) -> dict[str, Table]:
    """As much of the tables as goes onto a sheet; one of which not even a row does is left to the workbook.

    Who is silent and which problems are new is told first, then who came and left in half of the room that is left;
    changes take what they need of the rest, and what they leave goes to those that were cut.

    Args:
        found: tables by title.
        on: the sheet.
        room: its lines below the headline.
    """
    narrow = {title: _narrow(table, _COLUMNS.get(title, len(table.head))) for title, table in found.items()}
    used = {title: fitted(table, 0)[1] for title, table in narrow.items()}
    taken = dict(zip(narrow, accumulate(on.heading + tall for tall in used.values()), strict=True))
    there = sorted((title for title in narrow if taken[title] <= room), key=_ORDER.index)
    room -= max((taken[title] for title in there), default=0)
    kept: dict[str, Table] = {}
    for title, half in ((title, half) for half in (True, False) for title in there):
        given = room // 2 if half and title in _HALVED else room
        kept[title], tall = fitted(narrow[title], used[title] + given)
        room, used[title] = room - (tall - used[title]), tall
    return {title: kept[title] for title in found if title in kept}


def fitted(table: Table, room: float) -> tuple[Table, int]:
    """As much of a table as goes into a number of lines, at least one row, and the lines it takes.

    What is left out is counted in a note, which takes a line.
    """
    widths = sheet_widths(table)
    kept: list[Row] = []
    used = 0
    for number, row in enumerate(table.rows, start=1):
        tall, note = _height(row, widths), number < len(table.rows)
        if used + tall + note > room and entries(replace(table, rows=tuple(kept))):
            break
        kept.append(row)
        used += tall
    if not kept[-1].cells:  # a heading without what it heads
        used -= _height(kept.pop(), widths)
    short = replace(table, rows=tuple(kept))
    left = entries(table) - entries(short)
    notes = (f"另有{left}条，见工作簿。",) if left else ()
    return replace(short, notes=notes), used + len(notes)


def entries(table: Table) -> int:
    """How many rows of a table are no headings."""
    return sum(bool(row.cells) for row in table.rows)


def _height(row: Row, widths: list[int]) -> int:
    """The lines of a row on the sheet; a heading has all of its width."""
    if not row.cells:
        return lines(row.label, sum(widths))
    texts = [row.label, *(shown(cell).text for cell in row.cells)]
    return max(lines(text, width) for text, width in zip(texts, widths, strict=True))
