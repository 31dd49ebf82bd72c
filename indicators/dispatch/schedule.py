"""Progress against the schedule 序时进度: planned by month, done, how far behind; starts due and made.

Belongs here: completion, schedule and deviation of projects and of their sums, the start rate, the report line. Does
not belong here: the light that follows (``lights``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.rounding import display

MONTHS: Final = tuple(f"plan_{month:02d}" for month in range(1, 13))
# Places of fractions. Money is in whole yuan and months are twelfths: what is smaller is the noise of binary fractions,
# and nothing that lies on a limit may fall on one side or the other by it.
_PLACES: Final = 12
_SAME: Final = 0.001  # the months' plans add up to the year's within a thousandth, as they are kept in 万元


def of_year(projects: pd.DataFrame, year: int) -> pd.DataFrame:
    """The projects without plan and investment where these are not said to be of the year that is dispatched.

    Args:
        projects: ``year, year_plan, cum_year``.
        year: the one that is dispatched.
    """
    mine = projects["year"] == year
    return projects.assign(**{name: projects[name].where(mine) for name in ("year_plan", "cum_year")})


def progress(projects: pd.DataFrame, year: int, month: int) -> pd.DataFrame:
    """How far each project is, and how far it should be, at the end of a month.

    Args:
        projects: ``entry, year_plan, cum_year`` (one unit of money)``, plan_start`` and, where a plan by month is kept,
            ``plan_01`` … ``plan_12``.
        year: the one that is dispatched.
        month: 1 to 12.

    Returns:
        ``entry, completion`` (cum_year / year_plan; missing where nothing was reported)``, scheduled`` (the plan's
        share by then; without a plan by month that adds up, ``evenly``)``, deviation`` (all three of 12 places)``,
        basis`` (monthly | even | none: no plan for the year, nothing to judge).

    Raises:
        InputError: the month is none.
    """
    _check_month(month)
    plan = projects["year_plan"].astype("float64").where(projects["year_plan"] > 0)
    months = projects.reindex(columns=list(MONTHS)).astype("float64")
    whole = months.sum(axis=1)
    by_month = months.notna().any(axis=1) & ((whole - plan).abs() <= _SAME * plan)
    planned = months.iloc[:, :month].sum(axis=1) / whole.where(whole > 0)
    scheduled = planned.where(by_month, evenly(projects["plan_start"], year, month)).where(plan.notna())
    done = projects["cum_year"].astype("float64") / plan
    basis = np.select([plan.isna(), by_month], ["none", "monthly"], "even")
    return pd.DataFrame(
        {
            "entry": projects["entry"],
            "completion": _exact(done),
            "scheduled": _exact(scheduled),
            "deviation": _exact(done - scheduled),
            "basis": basis,
        }
    )


def evenly(plan_start: pd.Series, year: int, month: int) -> pd.Series:
    """The share of a year's plan that is due by the end of a month where no month has a plan of its own.

    Months / 12; of a project that is to start within the year, the months since then over those that were left of the
    year, its first month included; before that, nothing.
    """
    before = ((plan_start.dt.year - year) * 12 + plan_start.dt.month - 1).fillna(0).clip(0, 12)
    due: pd.Series = ((month - before) / (12 - before).where(before < 12)).clip(lower=0).fillna(0.0)
    return due


@dataclass(frozen=True)
class Completion:
    """Done and planned of a whole list, and how far it should be; money in one unit, shares as fractions."""

    done: float
    planned: float
    scheduled: float

    @property
    def rate(self) -> float:
        """Investment completion 投资完成率."""
        return self.done / self.planned

    @property
    def deviation(self) -> float:
        """Completion less schedule, of 12 places."""
        return round(self.rate - self.scheduled, _PLACES)


def completion(done: float, planned: float, month: int) -> Completion:
    """Completion of a sum against months / 12 序时进度.

    Raises:
        InputError: nothing was planned, or the month is none.

    Source: 629.0 of 647.4 by October is 13.8 points ahead of 10/12, not 97.2 − 83.3 = 13.9.
    """
    _check_month(month)
    if not planned > 0:
        raise InputError("没有年度计划，不能计算完成率。", "Nothing was planned, so there is no completion.")
    return Completion(done, planned, month / 12)


def progress_sentence(reached: Completion, month: int, *, unit: str = "亿元") -> str:
    """The line of the monthly dispatch; money in yuan, differences from unrounded numbers."""
    done, planned = (display(value, unit, 1) for value in (reached.done, reached.planned))
    span = "1月" if month == 1 else f"1—{month}月"
    said = against_schedule(reached.deviation, "时间进度")
    return f"年度计划投资{planned}{unit}，{span}完成{done}{unit}，占年度计划的{display(reached.rate, '%', 1)}%，{said}"


def against_schedule(deviation: float, schedule: str = "序时进度") -> str:
    """``超过序时进度13.8个百分点``, ``低于…`` or, where that displays as 0.0, ``与序时进度持平``."""
    points = display(abs(deviation), "百分点", 1)
    if points == display(0.0, "百分点", 1):
        return f"与{schedule}持平"
    return f"{'超过' if deviation > 0 else '低于'}{schedule}{points}个百分点"


def start_overdue(projects: pd.DataFrame, day: dt.date) -> pd.Series:
    """Whole months by which the start of each project is overdue on a day; 0 where it is not due or was made."""
    here = pd.Timestamp(day)
    due, start = projects["plan_start"], projects["start"]
    months = (here.year - due.dt.year) * 12 + here.month - due.dt.month
    months = months - (due.dt.day > here.day) * (here.day < here.days_in_month)
    waiting = (due <= here) & ~(start <= here)
    overdue: pd.Series = months.where(waiting, 0).clip(lower=0).fillna(0).astype("int64")
    return overdue.rename("start_overdue")


def start_rate(projects: pd.DataFrame, day: dt.date) -> tuple[int, int]:
    """Projects that were due to start by a day, and how many of these have: 开工率 is the second over the first."""
    due = projects["plan_start"] <= pd.Timestamp(day)
    return int(due.sum()), int((due & (projects["start"] <= pd.Timestamp(day))).sum())


def _exact(fractions: pd.Series) -> pd.Series:
    """Without the noise of binary fractions; never −0.0."""
    return fractions.round(_PLACES) + 0.0


def _check_month(month: int) -> None:
    if not 1 <= month <= 12:
        raise InputError(f"没有 {month} 月。", f"There is no month {month}.")
