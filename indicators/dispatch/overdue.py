"""What is late and who has not reported, by owner: the lists that are read out in a dispatch.

Belongs here: the two lists. Does not belong here: what a light says.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files
from typing import Final

import pandas as pd

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
    late = pd.concat([part.assign(owner=owners(part)) for part in parts], ignore_index=True)
    rows: pd.DataFrame = late.assign(days=(today - late["due"]).dt.days)[_LATE]
    return ordered(rows)


@cache
def cycles() -> pd.DataFrame:
    """How often each ledger reports (``cycles.csv``), by ledger: ``cycle, days, zh, source``.

    An entry of which nothing was heard for more than ``days`` has not reported.
    """
    with (files(__package__) / "cycles.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file).set_index("ledger")


def not_reported(ledger: str, standing: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The entries of a ledger of which nothing was heard for longer than its cycle.

    Returns:
        ``ledger, owner, entry, name, cycle`` (in words)``, last_report, days``, by owner, the longest first.
    """
    terms = cycles().loc[ledger]
    quiet = (pd.Timestamp(day) - standing["last_report"]).dt.days
    rows = standing.assign(ledger=ledger, owner=owners(standing), cycle=terms["zh"], days=quiet)
    return ordered(
        rows.loc[quiet > terms["days"], ["ledger", "owner", "entry", "name", "cycle", "last_report", "days"]]
    )


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by owner, the most days first."""
    return rows.sort_values(["owner", "days", "entry"], ascending=[True, False, True]).reset_index(drop=True)


def owners(frame: pd.DataFrame) -> pd.Series:
    """Whose each entry is; one that names nobody is nobody's."""
    return frame["department"].where(frame["department"] != "", NOBODY)
