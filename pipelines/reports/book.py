"""A report of the task force as a workbook: what it says, then each table as a sheet.

Belongs here: the order of sheets. Does not belong here: how a table becomes a sheet (``release.workbook``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import xlsxwriter

from pipelines.excel import OPTIONS, Book
from pipelines.release import workbook
from pipelines.reports.paper import Edition, Paper


def write(said: Paper, of: Edition, path: Path) -> None:
    """Write the workbook of a report; its day is that of the data, so that the bytes repeat."""
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        title = f"{said.title}（{of.label}）"
        made = dt.datetime.combine(of.as_of, dt.time())
        book.set_properties({"title": title, "created": made, "comments": f"{of.name} {of.level} {of.stamp}"})
        at = Book(book)
        pairs = [
            ("级别", f"{of.stamp}（{of.level}）"),
            *([("合成数据", said.synthetic)] if said.synthetic else []),
            ("要点", f"{said.headline}。"),
            *(
                ("" if further else section.title, text)
                for section in said.sections
                for further, text in enumerate(section.texts)
            ),
            *said.notes,
            *(("引用", text) for text in said.cite),
            ("工作表", "、".join(said.sheets) or "本期没有表"),
        ]
        workbook.cover(at, title, pairs, of)
        for name, table in said.sheets.items():
            workbook.add(at, name, table, of)
