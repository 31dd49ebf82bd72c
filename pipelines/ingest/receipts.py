"""The log of files received: one line per file, never altered, only added to.

Belongs here: the entry, and reading and appending it. Does not belong here: what decides over a file (``landing.py``).
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classification.errors import InputError
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
    """A file as it was received. ``path`` is the read-only copy; it is not part of the log."""

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
    """Add entries to the log, all or none as far as the file system allows."""
    if not entries:
        return
    workspace.log.mkdir(parents=True, exist_ok=True)
    lines = "".join(entry.model_dump_json() + "\n" for entry in entries)
    with log_path(workspace).open("a", encoding="utf-8") as log:
        log.write(lines)
        log.flush()
        os.fsync(log.fileno())


def entries(workspace: Workspace) -> list[Receipt]:
    """All entries of the log in the order in which they were made.

    Raises:
        InputError: the log has a line that is no entry; someone altered it.
    """
    path = log_path(workspace)
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            receipt = Receipt.model_validate_json(line)
        except ValidationError:
            raise InputError(
                f"收文日志第 {number} 行已损坏，请从备份恢复；收文日志只能追加，不能改动。",
                f"Line {number} of the log of receipts is damaged; restore it, the log is never edited.",
                where=str(path),
            ) from None
        found.append(receipt.model_copy(update={"path": stored_path(workspace, receipt.sha256, receipt.name)}))
    return found


def latest(workspace: Workspace) -> list[Receipt]:
    """The last word on every file: one entry per name and content, by date received, name and hash."""
    last = {(entry.sha256, entry.name): entry for entry in entries(workspace)}
    return sorted(last.values(), key=lambda entry: (entry.received_at, entry.name, entry.sha256))


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
    return [
        entry
        for entry in latest(workspace)
        if (refused or entry.accepted)
        and (form is None or entry.form == form)
        and (quarter is None or entry.quarter == quarter)
    ]
