"""Lists of queries that come back filled in: each line is taken as a reply, or named with what is wrong with it.

Belongs here: reading one file and judging its lines. Does not belong here: the log (``replies``), what a query becomes
by a reply (``core_query.sql``).

A file is read in the guarded child process like any file from outside. Its good lines are taken together and the others
are listed: a clerk corrects those and sends the list again, in which the lines taken before change nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipelines.ingest.faults import Fault, RefusalError
from pipelines.ingest.forms import slips
from pipelines.ingest.guard import Job, read_files
from pipelines.ingest.landing import check_name, opened, printable
from pipelines.ingest.texts import normal
from pipelines.review.replies import Key, Reply, Word, words

LONGEST_NOTE: Final = 500
LONGEST_NAME: Final = 40
_QUARTER: Final = re.compile(r"报告期[:：]\s*(\d{4}Q[1-4])")
_COUNTY: Final = re.compile(r"县区代码[:：]\s*(\d{6})")
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
class ListRead:
    """What a file gave.

    Attributes:
        file: its name, fit for a log.
        sha256: its hash.
        refusal: why it was refused as a whole.
        taken: replies that are new or differ from the last one.
        unchanged: replies that were taken before.
        unanswered: lines on which nothing was filled in.
        refused: lines that were not taken, each with its place and reason.
    """

    file: str
    sha256: str = ""
    refusal: Fault | None = None
    taken: tuple[Reply, ...] = ()
    unchanged: int = 0
    unanswered: int = 0
    refused: tuple[Fault, ...] = field(default=())


def read_list(path: Path, asked: Mapping[str, Sequence[Asked]], last: Mapping[Key, Reply], day: dt.date) -> ListRead:
    """Read a filled-in list; nothing is written.

    Args:
        path: the file.
        asked: the queries by number.
        last: the last reply to each query.
        day: the day on which the file was received.
    """
    name = printable(path.name)
    try:
        check_name(path)
        digest, rows, titles = _read(path)
    except RefusalError as error:
        return ListRead(name, refusal=error.fault)
    about = " ".join(titles)
    judge = _Judge(asked, _said(_QUARTER, about), _said(_COUNTY, about), day)
    answered = [line for line in map(_line, rows) if line.reply or line.note]
    judged = [(line, judge.judge(line)) for line in answered]
    replies = {line: found for line, found in judged if isinstance(found, Reply)}
    twice = _answered_twice(replies)
    refused = [found for _, found in judged if isinstance(found, Fault)] + [_twice(line) for line in twice]
    good = {reply.key: reply for line, reply in replies.items() if line not in twice}
    taken = tuple(reply for key, reply in good.items() if last.get(key) != reply)
    return ListRead(
        name,
        digest,
        taken=taken,
        unchanged=len(good) - len(taken),
        unanswered=len(rows) - len(answered),
        refused=tuple(sorted(refused, key=lambda fault: (fault.sheet, fault.row))),
    )


def _read(path: Path) -> tuple[str, list[dict[str, Any]], list[str]]:
    """The hash of a file, its lines, and the texts above their header; read from a copy that nobody can change."""
    with tempfile.TemporaryDirectory(prefix="shuce-") as folder:
        copy = Path(folder) / f"list{path.suffix.lower()}"
        with opened(path) as stream, copy.open("wb") as out:
            shutil.copyfileobj(stream, out)
        digest = hashlib.sha256(copy.read_bytes()).hexdigest()
        [result] = read_files([Job(copy, "reply", path.name)])
    if result.refusal is not None:
        fault = result.refusal
        raise RefusalError(fault.code, fault.zh, fault.en, sheet=fault.sheet, row=fault.row, column=fault.column)
    titles = [notice.zh for notice in result.notices if notice.code == "title"]
    return digest, result.table.to_pylist(), titles


def _line(row: Mapping[str, Any]) -> Line:
    cells = {name: _plain(row[name]) for name in ("query", "unit", "reply", "note", "by")}
    return Line(row["sheet"], row["row"], **cells)


def _plain(cell: str | None) -> str:
    """A cell as one line of text without control characters."""
    text = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in cell or "")
    return " ".join(text.split())


def _said(pattern: re.Pattern[str], text: str) -> str:
    found = {match[1] for match in pattern.finditer(text)}
    return found.pop() if len(found) == 1 else ""


def _answered_twice(replies: Mapping[Line, Reply]) -> set[Line]:
    """Lines of one query that say different things."""
    first: dict[Key, Reply] = {}
    for reply in replies.values():
        first.setdefault(reply.key, reply)
    torn = {reply.key for reply in replies.values() if first[reply.key] != reply}
    return {line for line, reply in replies.items() if reply.key in torn}


def _twice(line: Line) -> Fault:
    return line.fault(
        "twice",
        "query",
        "同一查询在本表中有两个不同的答复，都未登记；请只留一行。",
        "The query has two different replies on this list; neither was taken. Keep one line.",
    )


@dataclass(frozen=True)
class _Judge:
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
