"""The Spring Festival 春节: its days and the regressors that take its moves between January and February out of months.

Belongs here: the Chinese calendar as a table, and regressors made from it. Does not belong here: trading days and
Easter, which X-13 knows itself.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import pandas as pd

from classification.errors import InputError

COLUMNS: Final = ("before", "during", "after")


def spring_festival() -> pd.Series:
    """The first day of the lunar year (正月初一) by year, as dates.

    Source: the table ``spring_festival.csv`` in this folder says where its days come from.
    """
    return _table().copy()


def spring_festival_regressors(months: pd.Index, *, before: int = 20, during: int = 7, after: int = 20) -> pd.DataFrame:
    """How much of the time before, during and after the Spring Festival lies in each month, about its usual share.

    Each window counts 1 a year, spread over the months by days. From it the mean over all years of the same calendar
    month is taken, so that the regressors carry no seasonal pattern of their own and no level.

    Args:
        months: months, each with its year in the table.
        before: days before the first day of the lunar year.
        during: days from the first day on (初一 to 初七 are the holiday).
        after: days after those.

    Returns:
        ``before, during, after`` by month.

    Raises:
        InputError: not months, or years outside the table; they are named.

    Source: Lin and Liu 2003, Modeling lunar calendar holiday effects in Taiwan; Findley et al. 1998 (centring).
    """
    days = spring_festival()
    if not isinstance(months, pd.PeriodIndex) or not months.freqstr.startswith("M"):
        raise InputError("春节回归变量只用于月度序列。", "Regressors of the Spring Festival are for months.")
    # A window may reach over the end of a year.
    if outside := sorted({int(year) for year in months.year if year not in days.index}):
        raise InputError(
            f"春节日期表没有这些年份：{'、'.join(map(str, outside))}。",
            f"The table of the Spring Festival has no {', '.join(map(str, outside))}.",
        )
    windows = dict(zip(COLUMNS, ((-before, 0), (0, during), (during, during + after)), strict=True))
    every = pd.period_range(f"{days.index[0]}-01", f"{days.index[-1]}-12", freq="M")
    shares = pd.DataFrame(
        {name: _shares(days, *window).reindex(every, fill_value=0.0) for name, window in windows.items()}
    )
    centred = shares - shares.groupby(every.month).transform("mean")
    return centred.loc[months]


def _shares(days: pd.Series, start: int, stop: int) -> pd.Series:
    """By month, the share of each year's days from ``start`` to before ``stop``, counted from the festival."""
    if stop <= start:
        raise InputError("窗口的天数须为正。", "A window needs at least one day.")
    lengths = range(start, stop)
    dates = pd.DatetimeIndex([day + pd.Timedelta(days=step) for day in days for step in lengths])
    counts = pd.Series(1.0 / len(lengths), index=dates.to_period("M"))
    return counts.groupby(level=0).sum()


@cache
def _table() -> pd.Series:
    with (files(__package__) / "spring_festival.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, comment="#", parse_dates=["first_day"])
    return pd.Series(table["first_day"].to_numpy(), index=pd.Index(table["year"], name="year"), name="first_day")
