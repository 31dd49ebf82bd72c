"""Dismissals: signals that somebody has looked at and set aside, each with a reason; a log that is only added to.

Belongs here: what a dismissal is and the log ``log/dismissals.jsonl``. Does not belong here: what a signal becomes by
it (steps.warned). A signal of a firm names the firm, so the log is L3: for the owner's eyes only.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from pydantic import BaseModel, ConfigDict

from classification.errors import InputError
from pipelines.journal import PrivateLog
from pipelines.workspace import Workspace

LOG: Final = "dismissals.jsonl"


class Dismissal(BaseModel):
    """A signal set aside: which, why, by whom, and the day from which it counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    signal: str
    reason: str
    by: str
    dismissed_on: dt.date


def append(workspace: Workspace, dismissal: Dismissal) -> None:
    """Add a dismissal to the log: chained to what is there, on the disk when this returns.

    Raises:
        InputError: it has no reason, or nobody's name.
    """
    if not dismissal.reason.strip() or not dismissal.by.strip():
        raise InputError(
            "排除预警信号须写明理由（--reason）和经办人。",
            "A signal is dismissed with a reason (--reason) and by somebody.",
            where=LOG,
        )
    _log(workspace).append(dismissal)


def dismissals(workspace: Workspace, until: dt.date = dt.date.max) -> dict[str, Dismissal]:
    """The last dismissal of each signal made by a day, the whole chain verified.

    Raises:
        InputError: a line was altered, removed or inserted, or is no dismissal; the first such line is named.
    """
    return {one.signal: one for one in _log(workspace).read() if one.dismissed_on <= until}


def _log(workspace: Workspace) -> PrivateLog[Dismissal]:
    return PrivateLog(workspace.log / LOG, Dismissal, "排除记录", "log of dismissals")
