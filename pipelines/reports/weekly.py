"""周汇报: what a week changed, on one sheet of A4; nothing else.

Belongs here: what is said of a week, and how much of it goes on the sheet. Does not belong here: the lists themselves
(tables); the workbook has them whole.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

from pipelines.excel import lines, units
from pipelines.ledgers.board import Board
from pipelines.release.bulletin import Section
from pipelines.release.display import shown
from pipelines.release.notes import synthetic
from pipelines.release.tables import Cell, Row, Table
from pipelines.reports import tables
from pipelines.reports.paper import Edition, Paper, quoted
from pipelines.reports.periods import Period
from pipelines.workspace import City

# What a sheet holds beside its heading: lines of all tables together, a table's own heading among them.
SHEET: Final = 29
_HEADING: Final = 6
# How many columns of a table go on the sheet, where not all do.
_COLUMNS: Final = {"变化": 2, "新增问题": 5}
# How many changed columns of an entry are named.
_NAMED: Final = 4
# Of a column: units of width on the sheet, of the first, of one with texts, of another.
_FIRST, _TEXT, _SHORT = 40, 47, 14
_LONG: Final = 32


def weekly(board: Board, period: Period, city: City, of: Edition) -> Paper:
    """The report of a week, on a board of its last day."""
    found = _found(board, period, city)
    there = {title: table for title, table in found.items() if table is not None}
    room = SHEET - _HEADING * len(there)
    # What is new and who is silent is short and goes first into the room there is; changes take what is left.
    kept = dict(there)
    for title in reversed(there):
        table = _narrow(there[title], _COLUMNS.get(title, len(there[title].head)))
        kept[title], used = fitted(table, room if title == "变化" else room // 2)
        room -= used
    said = headline(board, period)
    return Paper(
        title=f"{city.name}未来产业及数字经济工作专班周汇报",
        place=city.name,
        headline=said,
        keys=(),
        sections=tuple(Section(title, (), (), (table,)) for title, table in kept.items()),
        notes=(("口径", "只列本周收到的变化；每栏为原内容→现内容。未列完的见工作簿。"),),
        synthetic=synthetic(city.model_copy(update={"note": ""})) if city.synthetic else "",
        cite=(quoted(city, of),),
        sheets=there,
    )


def _found(board: Board, period: Period, city: City) -> dict[str, Table | None]:
    since = period.since
    new = tables.new_problems(board, since)
    return {
        "变化": tables.changed(board, since, city),
        "新增问题": tables.problems(new, "新增问题"),
        "未报": tables.quiet(board),
        "进出": tables.entries_and_exits(board, since, board.day, as_heard=True),
        "新登记": tables.registered(board, since),
    }


def headline(board: Board, period: Period) -> str:
    """The week in one sentence; that nothing changed is said."""
    cells = tables.changes(board, period.since)
    moved = tables.moved(board, period.since, board.day, as_heard=True)
    counts = {
        f"{cells['entry'].nunique() if len(cells) else 0}个条目的{len(cells)}个栏目有变化": len(cells),
        f"新增问题{(new := len(tables.new_problems(board, period.since)))}个": new,
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


def fitted(table: Table, room: int) -> tuple[Table, int]:
    """As much of a table as goes into a number of lines, at least one row, and the lines it takes.

    What is left out is counted in a note.
    """
    kept: list[Row] = []
    used = 0
    for row in table.rows:
        tall = _height(row)
        if used + tall > room and any(one.cells for one in kept):
            break
        kept.append(row)
        used += tall
    if not kept[-1].cells:  # a heading without what it heads
        kept.pop()
    left = sum(bool(row.cells) for row in table.rows) - sum(bool(row.cells) for row in kept)
    note = (f"另有{left}条，见工作簿。",) if left else ()
    return replace(table, rows=tuple(kept), notes=note), used + len(note)


def _height(row: Row) -> int:
    """The lines of a row on the sheet."""
    texts = [shown(cell).text for cell in row.cells]
    widths = [_TEXT if units(text) > _LONG else _SHORT for text in texts]
    return max(lines(text, width) for text, width in zip([row.label, *texts], [_FIRST, *widths], strict=True))
