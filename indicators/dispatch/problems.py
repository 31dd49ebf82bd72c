"""Problems and measures: how old, how late, who is to push; how far the work plan has got.

Belongs here: ageing, escalation and closing of problems, progress of measures. Does not belong here: which problems
there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from indicators.dispatch.thresholds import thresholds

OPEN, OVERDUE, CLOSED, LATE, UNPROVEN = "在办", "逾期", "办结", "逾期办结", "办结无佐证"
LEVELS: Final = ("责任单位", "专班督办", "报包联领导")


def problem_status(problems: pd.DataFrame, day: dt.date, limits: Mapping[str, float] | None = None) -> pd.DataFrame:
    """How each problem stands on a day.

    Args:
        problems: ``entry, raised_on, due, closed_on`` (days)``, evidence`` (text) and whatever else is known.
        day: the day of knowledge.
        limits: thresholds by name; default ``thresholds()``.

    Returns:
        The rows with ``state`` (在办, 逾期, 办结, 逾期办结; 办结无佐证 is not closed)``, age`` (days from raising to
        closing or today)``, overdue`` (days past due)``, level`` (who is to push).
    """
    terms = thresholds() if limits is None else limits
    today = pd.Timestamp(day)
    closed = problems["closed_on"] <= today
    proven = closed & (problems["evidence"].fillna("") != "")
    end = problems["closed_on"].where(proven, today)
    overdue = (end - problems["due"]).dt.days.clip(lower=0).fillna(0).astype("int64")
    states = [proven & (overdue > 0), proven, closed, overdue > 0]
    pushed = np.select(
        [overdue >= terms["escalate_leader"], overdue >= terms["escalate_task_force"]],
        [LEVELS[2], LEVELS[1]],
        LEVELS[0],
    )
    return problems.assign(
        state=np.select(states, [LATE, CLOSED, UNPROVEN, OVERDUE], OPEN),
        age=(end - problems["raised_on"]).dt.days,
        overdue=overdue,
        level=np.where(proven, "", pushed),
    )


def measure_progress(measures: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The work plan as a checklist: the rows with ``done`` (已完成 with evidence) and ``late`` (past due, not done)."""
    done = (measures["state"] == "已完成") & (measures["evidence"].fillna("") != "")
    return measures.assign(done=done, late=~done & (measures["due"] < pd.Timestamp(day)))
