"""Lines of a list that came back: each is a reply, or named with the first thing that is wrong with it.

Belongs here: what a line must hold, and against what it is held. Does not belong here: reading a file
(``reply_lists``). A fault names the place and what to do, never what stands in the line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.ingest.faults import Fault
from pipelines.ingest.forms import slips
from pipelines.ingest.texts import normal
from pipelines.review.replies import Reply, Word, words

LONGEST_NOTE: Final = 500
LONGEST_NAME: Final = 40
# Words that say nothing of their own: a note must hold something else.
_EMPTY: Final = re.compile("情况|属实|正常|无误|没有|问题|同上|核实|确认|数据|报表|企业|经|已|无|是|的")


@dataclass(frozen=True)
class Asked:
    """A query as it was sent out."""

    quarter: str
    query: str
    row_id: str
    rule: str
    unit: str
    county: str
    known_from: dt.date


@dataclass(frozen=True)
class Line:
    """A line of a list as received, with its place."""

    sheet: str
    row: int
    query: str
    unit: str
    reply: str
    note: str
    by: str

    def fault(self, code: str, column: str, zh: str, en: str) -> Fault:
        """What is wrong with the line, placed in it; never what stands in it."""
        header = next(c.header for c in slips()["reply"].columns if c.name == column)
        return Fault(code, zh, en, self.sheet, self.row, header)


@dataclass(frozen=True)
class Judge:
    """What one file's lines are held against; ``quarter`` and ``county`` as its title states them, else ''."""

    asked: Mapping[str, Sequence[Asked]]
    quarter: str
    county: str
    day: dt.date

    def judge(self, line: Line) -> Reply | Fault:
        """The reply of a line, or the first fault found in it."""
        found = self.asked.get(line.query.upper(), ())
        if len(found) != 1:
            return _unknown(line)
        query = found[0]
        word = _word(line.reply)
        faults: Iterable[Fault | None] = (
            self._place(line, query),
            _unit(line, query),
            _reply(line, word),
            _note(line, word),
            _by(line),
            self._time(line, query),
        )
        fault = next((fault for fault in faults if fault), None)
        if fault is not None or word is None:
            return fault or _unknown(line)
        return Reply(
            quarter=query.quarter, query=query.query, row_id=query.row_id, rule=query.rule,
            reply=word.word, note=line.note, by=line.by,
        )  # fmt: skip

    def _place(self, line: Line, query: Asked) -> Fault | None:
        if self.quarter not in ("", query.quarter):
            return line.fault(
                "wrong_quarter",
                "query",
                f"该查询属于 {query.quarter}，与表头的报告期 {self.quarter} 不符；请填在该季度的查询单上。",
                f"The query is of {query.quarter}, the list of {self.quarter}; answer it on its own quarter's list.",
            )
        if self.county not in ("", query.county):
            return line.fault(
                "wrong_county",
                "query",
                "该查询不属于表头所写的县区；请由单位所在县区在自己的查询单上答复。",
                "The query is not of the county that the list is of; it is answered on its own county's list.",
            )
        return None

    def _time(self, line: Line, query: Asked) -> Fault | None:
        if self.day >= query.known_from:
            return None
        return line.fault(
            "before_return",
            "query",
            f"答复收到日期 {self.day} 早于报表收到日期；请用 --received-on 改正。",
            f"The reply was received on {self.day}, before the return itself; correct --received-on.",
        )


def _unknown(line: Line) -> Fault:
    return line.fault(
        "unknown_query",
        "query",
        "没有这个编号的查询；请在导出的查询单原件上填写，勿改动编号。",
        "There is no query of this number; fill in the list as it was sent and leave the numbers alone.",
    )


def _unit(line: Line, query: Asked) -> Fault | None:
    if not line.unit or not query.unit or line.unit.upper() == query.unit:
        return None
    return line.fault(
        "wrong_unit",
        "unit",
        "信用代码与查询编号不是同一单位，可能只排序了部分列；请从原件重新填写该行。",
        "Credit code and query number are of different units: perhaps only some columns were sorted. Fill in anew.",
    )


def _word(text: str) -> Word | None:
    return next((word for word in words().values() if normal(word.word) == normal(text)), None)


def _reply(line: Line, word: Word | None) -> Fault | None:
    if word is not None:
        return None
    known = "、".join(words())
    what = (
        ("没有选答复类型", "No kind of reply was chosen")
        if not line.reply
        else ("答复类型不在可选范围", "This is no kind of reply")
    )
    return line.fault(
        "unknown_reply", "reply", f"{what[0]}；请选其一：{known}。", f"{what[1]}; choose one of: {known}."
    )


def _note(line: Line, word: Word | None) -> Fault | None:
    if len(line.note) > LONGEST_NOTE:
        return line.fault(
            "long_note",
            "note",
            f"说明超过 {LONGEST_NOTE} 字，请写要点。",
            f"The note is longer than {LONGEST_NOTE} characters; give the main points.",
        )
    rest = _EMPTY.sub("", line.note)
    if word is None or not word.needs_note or sum(character.isalnum() for character in rest) > 1:
        return None
    return line.fault(
        "no_note",
        "note",
        f"“{word.word}”必须写明具体原因，请补填说明。",
        "The figures are said to be right without a reason; add a note.",
    )


def _by(line: Line) -> Fault | None:
    if 0 < len(line.by) <= LONGEST_NAME:
        return None
    return line.fault("no_name", "by", "填报人未填或过长，请填姓名。", "Who filled it in is missing or too long.")


def said_twice(line: Line) -> Fault:
    """The fault of a line whose query has another reply on the same list."""
    return line.fault(
        "twice",
        "query",
        "同一查询在本表中有两个不同的答复，都未登记；请只留一行。",
        "The query has two different replies on this list; neither was taken. Keep one line.",
    )
