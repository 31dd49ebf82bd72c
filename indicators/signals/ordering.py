"""What every signal asks of a series: finite numbers, each label once, in order.

Belongs here: these checks, and the noise of a series about its level. Does not belong here: any signal.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from classification.errors import InputError
from indicators.series import checked, named

Floats = npt.NDArray[np.float64]


def in_order(series: pd.Series, name: str, *, fewest: int) -> pd.Series:
    """The series as float64: periods, dates and numbers in ascending order, text labels in the order given.

    Raises:
        InputError: fewer than ``fewest`` values, a label twice, a value missing or infinite, a gap between periods; the
            labels are named.
    """
    if isinstance(series.index, pd.PeriodIndex) and len(series):
        numbers = checked(series, name)
    else:
        numbers = _finite(series, name)
        if isinstance(series.index, pd.DatetimeIndex) or is_numeric_dtype(series.index):
            numbers = numbers.sort_index()
    if len(numbers) < fewest:
        raise InputError(
            f"“{name}”只有 {len(numbers)} 期，至少需要 {fewest} 期。",
            f"{name}: {len(numbers)} values, at least {fewest} are needed.",
        )
    return numbers


def noise_variance(values: Floats) -> float:
    """Variance of the noise about a level that seldom jumps: half the variance (ddof 0) of first differences."""
    return float(np.var(np.diff(values)) / 2)


def _finite(series: pd.Series, name: str) -> pd.Series:
    if series.index.has_duplicates:
        twice = series.index[series.index.duplicated()].unique()
        raise InputError(f"“{name}”标签重复：{named(twice)}。", f"{name}: labels there twice: {named(twice)}.")
    numbers = pd.Series(pd.to_numeric(series, errors="coerce").astype("float64"), index=series.index)
    bad = np.flatnonzero(~np.isfinite(numbers.to_numpy()))
    if len(bad):
        labels = named(series.index[bad])
        raise InputError(f"“{name}”缺值或非有限：{labels}。", f"{name}: missing or not finite: {labels}.")
    return numbers
