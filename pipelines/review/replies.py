"""Replies to queries: the words with which a firm can answer, and the log of what was answered.

Belongs here: what a reply is, the append-only log ``log/replies.jsonl``, and the last word on each query. Does not
belong here: reading a filled-in list (``reply_lists``), or what a query becomes by it (``core_query.sql``).

The log holds what firms say about their returns, so it is L3: for the owner's eyes only. One line stands for one file
that was read, with all replies taken from it, so that a crash never leaves half a file behind.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from pipelines.journal import PrivateLog
from pipelines.workspace import Workspace

LOG: Final = "replies.jsonl"
Key = tuple[str, str]  # (row_id, rule)


class Word(BaseModel):
    """One way to answer: what a query becomes by it, whether a note is needed, what it means."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    word: str
    status: str
    needs_note: bool
    meaning: str


class Reply(BaseModel):
    """What a firm answered to one query, and who filled it in."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    quarter: str
    query: str
    row_id: str
    rule: str
    reply: str
    note: str
    by: str

    @property
    def key(self) -> Key:
        """The query that is answered."""
        return self.row_id, self.rule


class Entry(BaseModel):
    """One file that was read: its hash and name, the day on which it was received, who read it in, its replies."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sha256: str
    file: str
    received_on: dt.date
    read_at: str
    read_by: str
    replies: tuple[Reply, ...]


@cache
def words() -> dict[str, Word]:
    """The words of ``replies.csv`` in their order."""
    text = (files(__package__) / "replies.csv").read_text(encoding="utf-8")
    return {row["word"]: Word.model_validate(row) for row in csv.DictReader(text.splitlines())}


def log_path(workspace: Workspace) -> Path:
    """The log's own place."""
    return workspace.log / LOG


def append(workspace: Workspace, entry: Entry) -> None:
    """Add what was read from one file to the log: chained to what is there, on the disk when this returns."""
    _log(workspace).append(entry)


def entries(workspace: Workspace) -> tuple[Entry, ...]:
    """Every file read, in the order in which they were, the whole chain verified.

    Raises:
        InputError: a line was altered, removed or inserted, or is no entry; the first such line is named.
    """
    return _log(workspace).read()


def _log(workspace: Workspace) -> PrivateLog[Entry]:
    return PrivateLog(log_path(workspace), Entry, "答复日志", "log of replies")


def taken_from(workspace: Workspace, sha256: str) -> set[Key]:
    """The queries to which a reply was taken from a file of these bytes."""
    return {reply.key for entry in entries(workspace) if entry.sha256 == sha256 for reply in entry.replies}


def latest(workspace: Workspace, quarter: str = "") -> dict[Key, tuple[Reply, dt.date]]:
    """The last reply to each query of a quarter (of all: ''), with the day on which it was received.

    Of two the one received later holds; of two received on one day the one read later.
    """
    found: dict[Key, tuple[Reply, dt.date]] = {}
    for entry in sorted(entries(workspace), key=lambda entry: entry.received_on):
        found |= {r.key: (r, entry.received_on) for r in entry.replies if quarter in ("", r.quarter)}
    return found


def latest_json(workspace: Workspace, quarter: str) -> str:
    """The last replies of a quarter (of all: '') as ``core_query.sql`` takes them, in the order of their keys."""
    rows = [
        {
            "row_id": reply.row_id,
            "rule": reply.rule,
            "reply": reply.reply,
            "status": words()[reply.reply].status,
            "note": reply.note,
            "replied_on": str(day),
        }
        for _, (reply, day) in sorted(latest(workspace, quarter).items())
    ]
    return json.dumps(rows, ensure_ascii=False)
