"""The log of files received: one line per file, never altered, only added to, each chained to the one before.

Belongs here: the entry, reading and appending it, and whether the copy is still what was received. Does not belong
here: what decides over a file (``landing``), how lines are chained (``journal``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classification.errors import InputError
from pipelines.ingest.mapping import Pairs, pairs
from pipelines.journal import Journal
from pipelines.workspace import Workspace

LOG: Final = "received.jsonl"
STORE: Final = "received"


class Refusal(BaseModel):
    """Why a file was refused, in Chinese and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str
    zh: str
    en: str


class Receipt(BaseModel):
    """A file as it was received.

    ``version`` counts the files of one form, period and reporter; 0 stands for a file that was not admitted. Not part
    of the log: ``path``, the read-only copy, and ``headers``, the reporters' own column names confirmed for the form.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    sha256: str
    name: str
    size: int
    form: str | None = None
    quarter: str | None = None
    months: int | None = None
    received_at: dt.date
    registered_at: str
    reporter: str = ""
    source: str = ""
    region: str = ""
    vintage: str = ""
    status: str = ""
    authority: str = ""
    refusal: Refusal | None = None
    suggestion: str | None = None
    version: int = 0
    headers: Pairs = ()
    path: Path = Field(default=Path(), exclude=True)

    @property
    def file(self) -> str:
        """The name of the file without its folder."""
        return self.name.rpartition("/")[2]

    @property
    def accepted(self) -> bool:
        """Whether the file belongs to a form and was not refused."""
        return self.refusal is None and self.form is not None


def stored_path(workspace: Workspace, sha256: str, name: str) -> Path:
    """Where the copy of a file lies: a name made of its hash, never of the name it came under. None was kept: '.'."""
    if not sha256:
        return Path()
    return workspace.home / STORE / f"{sha256}{Path(name).suffix.lower()}"


def log_path(workspace: Workspace) -> Path:
    """The log's own place."""
    return workspace.log / LOG


def append(workspace: Workspace, entries: list[Receipt]) -> None:
    """Add entries to the log: chained to what is there, on the disk when this returns."""
    if not entries:
        return
    with workspace.held("收文登记", wait=True):
        Journal(log_path(workspace)).append(entry.model_dump_json(exclude={"headers"}) for entry in entries)


def seal(workspace: Workspace) -> Path:
    """Chain a log from before lines were chained, once, after holding every copy against it; gives the kept old log.

    Raises:
        InputError: there is no such log, it is damaged, or a copy is not what was received.
    """
    path = log_path(workspace)
    with workspace.held("shuce inbox seal"):
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if not any('"chain":"' in line for line in lines):
            for receipt in _entries(tuple(lines), workspace):
                if receipt.accepted:
                    check_copy(receipt)
        return Journal(path).seal()


def entries(workspace: Workspace) -> list[Receipt]:
    """All entries of the log in the order in which they were made, the whole chain verified.

    Raises:
        InputError: a line was altered, removed or inserted, or is no entry; the first such line is named.
    """
    return list(_entries(Journal(log_path(workspace)).read(), Workspace(workspace.home)))


@lru_cache(maxsize=4)
def _entries(lines: tuple[str, ...], workspace: Workspace) -> tuple[Receipt, ...]:
    """Lines as entries, each with the place of its copy; equal lines are read once per process."""
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            entry = Receipt.model_validate_json(line)
        except ValidationError:
            raise InputError(
                f"收文日志第 {number} 行已损坏，请从备份恢复；收文日志只能追加，不能改动。",
                f"Line {number} of the log of receipts is damaged; restore it, the log is never edited.",
                where=str(log_path(workspace)),
            ) from None
        found.append(entry.model_copy(update={"path": stored_path(workspace, entry.sha256, entry.name)}))
    return tuple(found)


def check_copy(receipt: Receipt) -> None:
    """Hold the kept copy against the hash under which it was received.

    Raises:
        InputError: the copy is gone or is not what was received; the file is named.
    """
    try:
        with receipt.path.open("rb") as stream:
            same = hashlib.file_digest(stream, "sha256").hexdigest() == receipt.sha256
    except OSError:
        raise InputError(
            f"“{receipt.name}”的原件副本不在了或无法打开；请从备份恢复 received 目录。",
            f"The copy of {receipt.name!r} is gone or cannot be opened; restore the folder `received` from a backup.",
            where=str(receipt.path),
        ) from None
    if not same:
        raise InputError(
            f"“{receipt.name}”的原件副本被改动过，与收文日志登记的摘要不符；请从备份恢复该文件，并查明原因。",
            f"The copy of {receipt.name!r} was changed: it no longer has the hash under which it was received. "
            "Restore it from a backup and find out why.",
            where=str(receipt.path),
        )


def latest(workspace: Workspace) -> list[Receipt]:
    """The last word on every file: one entry per name and content, by date received, name and hash."""
    return list(_latest(Journal(log_path(workspace)).read(), Workspace(workspace.home)))


@lru_cache(maxsize=4)
def _latest(lines: tuple[str, ...], workspace: Workspace) -> tuple[Receipt, ...]:
    last = {(entry.sha256, entry.name): entry for entry in _entries(lines, workspace)}
    return tuple(sorted(last.values(), key=lambda entry: (entry.received_at, entry.name, entry.sha256)))


def receipts(
    workspace: Workspace, form: str | None = None, quarter: str | None = None, *, refused: bool = False
) -> list[Receipt]:
    """The receipts of a form, of a quarter, or all; in the order of their dates.

    Args:
        workspace: whose log to read.
        form: a name of ``forms()``, or None for every form.
        quarter: like ``2023Q4``, or None for every quarter.
        refused: also those that were refused or belong to no known form.
    """
    found = [
        entry
        for entry in latest(workspace)
        if (refused or entry.accepted)
        and (form is None or entry.form == form)
        and (quarter is None or entry.quarter == quarter)
    ]
    confirmed = {name: pairs(workspace, name) for name in sorted({entry.form for entry in found if entry.form})}
    return [
        entry.model_copy(update={"headers": confirmed[entry.form]}) if entry.form and confirmed[entry.form] else entry
        for entry in found
    ]
