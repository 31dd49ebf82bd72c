"""Special bonds: how much of the money that arrived was spent, and where it lies idle.

Belongs here: 支出进度 and idleness. Does not belong here: amounts that contradict each other (``doubts``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from indicators.dispatch.thresholds import thresholds


def spending(
    bonds: pd.DataFrame, spent: pd.DataFrame, day: dt.date, limits: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Spending progress of each bond, and whether its money lies idle.

    Args:
        bonds: ``entry, arrived_on, arrived, spent`` (one unit of money).
        spent: what was reported as spent, ever: ``entry, reported_at, spent``.
        day: the day of knowledge.
        limits: thresholds by name; default ``thresholds()``.

    Returns:
        ``entry, progress`` (spent / arrived, missing where nothing arrived)``, waiting`` (days since money last moved:
        arrival or a rise of what was spent; a figure that was lowered later is taken back and no rise)``, idle`` (not
        all spent, and waiting longer than 90 days).
    """
    terms = thresholds() if limits is None else limits
    today = pd.Timestamp(day)
    told = spent.assign(on=pd.to_datetime(spent["reported_at"])).sort_values(["entry", "on"], kind="stable")
    told = told[told["on"] <= today]
    stood = told.assign(spent=told.iloc[::-1].groupby("entry")["spent"].cummin())
    before = stood.groupby("entry")["spent"].shift(fill_value=0.0)
    rises = stood[stood["spent"] > before].groupby("entry")["on"].max()
    moved = pd.concat([bonds["arrived_on"], pd.to_datetime(bonds["entry"].map(rises.to_dict()))], axis=1).max(axis=1)
    arrived = bonds["arrived"].where(bonds["arrived"] > 0)
    share = bonds["spent"].fillna(0.0).where(arrived.notna()) / arrived
    waiting = (today - moved).dt.days
    return pd.DataFrame(
        {
            "entry": bonds["entry"],
            "progress": share,
            "waiting": waiting,
            "idle": (share < 1) & (waiting > terms["idle_days"]),
        }
    )
