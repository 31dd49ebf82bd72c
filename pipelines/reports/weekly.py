"""周汇报: what a week changed, on one sheet of A4; nothing else.

Belongs here: what is said of a week, and how much of it goes on the sheet. Does not belong here: the lists themselves
(tables); the workbook has them whole.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import accumulate
from typing import Final

from pipelines.ledgers.board import Board
from pipelines.release.bulletin import Section
from pipelines.release.display import shown
from pipelines.release.document import lines, sheet_widths
from pipelines.release.notes import synthetic
from pipelines.release.tables import Cell, Row, Table
from pipelines.reports import tables
from pipelines.reports.paper import Edition, Paper, quoted
from pipelines.reports.periods import Period
from pipelines.workspace import City

# What a sheet of the official layout, which has less room than the page, holds between a headline of three lines and
# its notes: lines of all tables together; a table's title, unit and head take as much as some.
SHEET: Final = 26.0
_HEADING: Final = 4.5
_CHANGES: Final = "变化"
# How many columns of a table go on the sheet, where not all do.
_COLUMNS: Final = {_CHANGES: 2, "新增问题": 5}
# How many changed columns of an entry are named.
_NAMED: Final = 4


def weekly(board: Board, period: Period, city: City, of: Edition) -> Paper:
    """The report of a week, on a board of its last day."""
    found = _found(board, period, city)
    there = {title: table for title, table in found.items() if table is not None}
    kept = sheet(there)
    beside = "、".join(f"{title}{entries(table)}条" for title, table in there.items() if title not in kept)
    said = headline(board, period)
    return Paper(
        title=f"{city.name}未来产业及数字经济工作专班周汇报",
        place=city.name,
        headline=said,
        keys=(),
        sections=tuple(Section(title, (), (), (table,)) for title, table in kept.items()),
        notes=(
            *([("另见工作簿", f"{beside}。")] if beside else []),
            ("口径", "只列本周收到的变化；每栏为原内容→现内容。未列完的见工作簿。"),
        ),
        synthetic=synthetic(city.model_copy(update={"note": ""})) if city.synthetic else "",
        cite=(quoted(city, of),),
        sheets=there,
    )


def _found(board: Board, period: Period, city: City) -> dict[str, Table | None]:
    since = period.since
    new = tables.new_problems(board, since)
    return {
        _CHANGES: tables.changed(board, since, city),
        "新增问题": tables.problems(new, "新增问题"),
        "未报": tables.quiet(board),
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


def sheet(found: dict[str, Table]) -> dict[str, Table]:
    """As much of the tables as goes onto one sheet; one of which not even a row does is left to the workbook.

    What is new and who is silent is short and goes first into the room there is; changes take what is left.
    """
    narrow = {title: _narrow(table, _COLUMNS.get(title, len(table.head))) for title, table in found.items()}
    least = {title: fitted(table, 0)[1] for title, table in narrow.items()}
    taken = dict(zip(narrow, accumulate(_HEADING + tall for tall in least.values()), strict=True))
    kept = {title: table for title, table in narrow.items() if taken[title] <= SHEET}
    room = SHEET - max((taken[title] for title in kept), default=0)
    for title in sorted(kept, key=_CHANGES.__eq__):
        kept[title], used = fitted(narrow[title], least[title] + (room if title == _CHANGES else room // 2))
        room -= used - least[title]
    return kept


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
