"""Lists of queries that come back filled in: the good lines of a file, and those that were not taken.

Belongs here: reading one file. Does not belong here: what is right on a line (``reply_lines``), the log (``replies``),
what a query becomes by a reply (``core_query.sql``).

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
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipelines.ingest.faults import Fault, RefusalError
from pipelines.ingest.guard import Job, read_files
from pipelines.ingest.landing import check_name, opened, printable
from pipelines.review.replies import Key, Reply
from pipelines.review.reply_lines import Asked, Judge, Line, said_twice

_QUARTER: Final = re.compile(r"报告期[:：]\s*(\d{4}Q[1-4])")
_COUNTY: Final = re.compile(r"县区代码[:：]\s*(\d{6})")


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


def read_list(
    path: Path,
    asked: Mapping[str, Sequence[Asked]],
    last: Mapping[Key, Reply],
    day: dt.date,
    before: Callable[[str], Container[Key]] = lambda _: (),
) -> ListRead:
    """Read a filled-in list; nothing is written.

    Args:
        path: the file.
        asked: the queries by number.
        last: the last reply to each query.
        day: the day on which the file was received.
        before: by a file's hash, the queries to which a reply was taken from it when it was read before: read again, an
            old file answers none of them anew.
    """
    name = printable(path.name)
    try:
        check_name(path)
        digest, rows, titles = _read(path)
    except RefusalError as error:
        return ListRead(name, refusal=error.fault)
    about = " ".join(titles)
    judge = Judge(asked, _said(_QUARTER, about), _said(_COUNTY, about), day)
    answered = [line for line in map(_line, rows) if line.reply or line.note]
    judged = [(line, judge.judge(line)) for line in answered]
    replies = {line: found for line, found in judged if isinstance(found, Reply)}
    twice = _answered_twice(replies)
    refused = [found for _, found in judged if isinstance(found, Fault)] + [said_twice(line) for line in twice]
    good = {reply.key: reply for line, reply in replies.items() if line not in twice}
    known = before(digest)
    taken = tuple(reply for key, reply in good.items() if last.get(key) != reply and key not in known)
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
