"""周汇报: what a week changed, on one sheet of A4; nothing else.

Belongs here: what is said of a week, in which order. Does not belong here: the lists themselves (tables), how much of
them goes on the sheet (sheet); the workbook has them whole.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

from pipelines.ledgers.board import Board
from pipelines.release.bulletin import Section
from pipelines.release.notes import synthetic
from pipelines.release.tables import Table
from pipelines.reports import tables
from pipelines.reports.paper import Edition, Paper, quoted
from pipelines.reports.periods import Period
from pipelines.reports.sheet import DOCUMENT, PAGE, Sheet, entries, filled, narrow
from pipelines.workspace import City

_CHANGES: Final = "变化"
# What may take half of the room only until all have had their turn, and what is left out where there is none for all.
_HALVED: Final = ("新增存疑", "进出", "新登记")
_DROPPED: Final = ("新登记", "进出")
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
    small = {
        title: narrow(table, _COLUMNS.get(title, len(table.head)), _NAMED) for title, table in paper.sheets.items()
    }
    room = one.room(paper.headline, synthetic=bool(paper.synthetic))
    kept = filled(small, one, room, halved=_HALVED, dropped=_DROPPED)
    beside = "、".join(f"{title}{entries(table)}条" for title, table in paper.sheets.items() if title not in kept)
    return replace(
        paper,
        sections=tuple(Section(title, (), (), (table,)) for title, table in kept.items()),
        notes=(*([("另见工作簿", f"{beside}。")] if beside else []), *paper.notes),
    )


def _found(board: Board, period: Period, city: City) -> dict[str, Table | None]:
    """The tables of a week in the order in which they are told."""
    since = period.since
    new = tables.new_problems(board, since)
    return {
        "未报": tables.silent(board),
        "新增问题": tables.problems(new, "新增问题"),
        "新增存疑": tables.doubtful(board.new_doubts(since), "新增存疑，按责任部门"),
        "进出": tables.entries_and_exits(board, since, board.day, as_heard=True),
        "新登记": tables.registered(board, since),
        _CHANGES: tables.changed(board, since, city),
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
