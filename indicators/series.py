"""What every function asks of a series: a ``PeriodIndex``, each period once, no gap, finite numbers.

Belongs here: these checks and the words in which a period is named. Does not belong here: any computation.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from classification.errors import InputError


def named(periods: Iterable[object]) -> str:
    """Periods as text for an error: ``2023Q1、2023Q2``."""
    return "、".join(str(period) for period in periods)


def checked(series: pd.Series, name: str, *, gaps: bool = False) -> pd.Series:
    """The series as float64 in time order.

    Args:
        series: numbers on a ``PeriodIndex`` (quarters or years), in any order.
        name: what it is, for the error.
        gaps: whether periods may be missing between the first and the last.

    Raises:
        InputError: no periods, a period twice, a missing or infinite value, or a gap; the periods are named.
    """
    index = series.index
    if not isinstance(index, pd.PeriodIndex) or not len(index):
        raise InputError(
            f"“{name}”须以季度或年份（PeriodIndex）为索引且不为空。", f"{name}: needs a non-empty PeriodIndex."
        )
    if index.has_duplicates:
        twice = index[index.duplicated()].unique()
        raise InputError(f"“{name}”时期重复：{named(twice)}。", f"{name}: periods there twice: {named(twice)}.")
    numbers = pd.Series(pd.to_numeric(series, errors="coerce").astype("float64"), index=index)
    if (bad := ~np.isfinite(numbers.to_numpy())).any():
        raise InputError(
            f"“{name}”缺值或非有限：{named(index[bad])}。", f"{name}: missing or not finite: {named(index[bad])}."
        )
    numbers = numbers.sort_index()
    if not gaps and len(missing := _gaps(index)):
        raise InputError(f"“{name}”缺少时期：{named(missing)}。", f"{name}: periods are missing: {named(missing)}.")
    return numbers


def by_quarter_number(series: pd.Series, name: str) -> pd.Series:
    """A checked quarterly series of one year, indexed by quarter number 1–4.

    Raises:
        InputError: as ``checked``; not quarterly; or two periods share a quarter number.
    """
    numbers = checked(series, name, gaps=True)
    index = pd.PeriodIndex(numbers.index)
    if not index.freqstr.startswith("Q"):
        raise InputError(f"“{name}”须为季度序列。", f"{name}: must be quarterly.")
    if index.quarter.has_duplicates:
        raise InputError(f"“{name}”只能含一年：{named(index)}。", f"{name}: must hold one year only: {named(index)}.")
    return pd.Series(numbers.to_numpy(), index=index.quarter)


def _gaps(index: pd.PeriodIndex) -> pd.PeriodIndex:
    return pd.period_range(index.min(), index.max(), freq=index.freq).difference(index)
