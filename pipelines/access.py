"""The log of who looked at single units or took a copy out: who, when, what and for what purpose. It is only added to.

Belongs here: the line and writing it. Does not belong here: what is shown, the chain of lines (journal). A line holds
what was asked and how many units were shown, never a unit or its value.
"""

from __future__ import annotations

import datetime as dt
import getpass
from typing import Final

from pydantic import BaseModel, ConfigDict

from classification.errors import InputError
from pipelines import clock
from pipelines.journal import PrivateLog
from pipelines.workspace import Workspace

LOG: Final = "access.jsonl"


class Copied(BaseModel):
    """A copy that was cut, or that an earlier version had cut and somebody registered.

    Attributes:
        name: its folder's.
        manifest: the SHA-256 of its manifest, which has those of its files and all that it told and kept back.
        approval: who approved a public copy, when, and its embargo.
        rested_on: table and partition of the lake → the SHA-256 of what was judged. It stays here: beside a copy it
            would tell whoever guesses a hidden number that he guessed right.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    level: str
    quarter: str
    as_of: dt.date
    of: str
    manifest: str
    approval: dict[str, str] = {}
    rested_on: dict[str, str] = {}


class Access(BaseModel):
    """One look at units: what was asked of which command, by whom, when, what for, and how many units it showed.

    Attributes:
        copied: the copy that left; None for a look, and in lines from before copies were logged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: dt.datetime
    by: str
    command: str
    asked: dict[str, str]
    purpose: str
    units: int
    copied: Copied | None = None


def record(
    workspace: Workspace, command: str, asked: dict[str, str], *, purpose: str, units: int, copied: Copied | None = None
) -> Access:
    """Add a line before units are shown; it is on the disk when this returns.

    Args:
        workspace: whose units.
        command: what shows them.
        asked: what was asked of it.
        purpose: what for, in the words of who asks.
        units: how many are shown.
        copied: the copy that leaves.

    Raises:
        InputError: no purpose is given, or the log is not as it was written; nothing may be shown then.
    """
    refuse_without_purpose(purpose)
    at = clock.now().replace(microsecond=0)
    who = getpass.getuser()
    line = Access(at=at, by=who, command=command, asked=asked, purpose=purpose.strip(), units=units, copied=copied)
    _log(workspace).append(line)
    return line


def accesses(workspace: Workspace) -> list[Access]:
    """Every look, in order, the whole chain verified.

    Raises:
        InputError: a line was altered, removed or inserted; the first such line is named.
    """
    return list(_log(workspace).read())


def _log(workspace: Workspace) -> PrivateLog[Access]:
    return PrivateLog(workspace.log / LOG, Access, "访问日志", "log of access")


def refuse_without_purpose(purpose: str, where: str = "--units") -> None:
    """Refuse to show units, or to let a copy out, to whoever does not say what for.

    Raises:
        InputError: the purpose is empty.
    """
    if not purpose.strip():
        raise InputError(
            "列出单位（L3）或导出（L1、L0）须说明用途：--purpose “核对某企业归类”；用途记入访问日志。",
            "Say what units or copies are for: --purpose; it is kept in the log of access.",
            where=where,
        )
