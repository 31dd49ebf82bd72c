"""What is late and who has not reported, by owner: the lists that are read out in a dispatch.

Belongs here: the two lists. Does not belong here: what a light says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import pandas as pd

from indicators.dispatch.thresholds import thresholds

NOBODY: Final = "（未填责任部门）"
_LATE: Final = ["owner", "kind", "entry", "name", "due", "days"]


def late_by_owner(projects: pd.DataFrame, problems: pd.DataFrame, measures: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Everything that is past due on a day: starts and ends of projects, problems, measures.

    Args:
        projects: ``entry, name, department, plan_start, start, plan_finish, finish``.
        problems: ``entry, name, department, due, state`` as ``problem_status`` gives them.
        measures: ``entry, name, department, due, late`` as ``measure_progress`` gives them.
        day: the day of knowledge.

    Returns:
        ``owner, kind, entry, name, due, days``, by owner, the latest first.
    """
    today = pd.Timestamp(day)
    wanted = [
        ("应开工未开工", projects, "plan_start", ~(projects["start"] <= today)),
        ("应竣工未竣工", projects, "plan_finish", ~(projects["finish"] <= today)),
        ("问题逾期未办结", problems, "due", problems["state"].isin(["逾期", "办结无佐证"])),
        ("措施逾期未完成", measures, "due", measures["late"].astype(bool)),
    ]
    parts = [
        part.assign(kind=kind, due=part[column])
        for kind, frame, column, undone in wanted
        for part in (frame[undone & (frame[column] < today)],)
    ]
    late = pd.concat([part.assign(owner=_owner(part)) for part in parts], ignore_index=True)
    rows: pd.DataFrame = late.assign(days=(today - late["due"]).dt.days)[_LATE]
    return _ordered(rows)


def not_reported(standing: pd.DataFrame, day: dt.date, limits: Mapping[str, float] | None = None) -> pd.DataFrame:
    """The entries of which nothing was heard for longer than a cycle: ``owner, entry, name, last_report, days``."""
    terms = thresholds() if limits is None else limits
    quiet = (pd.Timestamp(day) - standing["last_report"]).dt.days
    rows = standing.assign(owner=_owner(standing), days=quiet)[quiet > terms["report_days"]]
    return _ordered(rows[["owner", "entry", "name", "last_report", "days"]])


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["owner", "days", "entry"], ascending=[True, False, True]).reset_index(drop=True)


def _owner(frame: pd.DataFrame) -> pd.Series:
    return frame["department"].where(frame["department"] != "", NOBODY)
