"""What every function asks of a series: a ``PeriodIndex``, each period once, no gap, finite numbers.

Belongs here: these checks and the words in which a period is named. Does not belong here: any computation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import pandas as pd

from classification.errors import InputError

Values = TypeVar("Values", pd.Series, pd.DataFrame)


def named(periods: Iterable[object]) -> str:
    """Periods as text for an error: ``2023Q1、2023Q2``."""
    return "、".join(str(period) for period in periods)


def readable(values: Values) -> Values:
    """Numbers as float64; what is no number becomes missing, for the caller to refuse by its label."""
    if isinstance(values, pd.DataFrame):
        columns: pd.DataFrame = values.apply(readable)
        return columns
    numbers: pd.Series = pd.to_numeric(values, errors="coerce").astype("float64")
    return numbers


def checked(series: pd.Series, name: str, *, gaps: bool = False) -> pd.Series:
    """The series as float64 in time order.

    Args:
        series: numbers on a ``PeriodIndex`` (quarters or years), in any order.
        name: what it is, for the error.
        gaps: whether periods may be missing between the first and the last.

    Raises:
        InputError: no periods, a period twice, a missing or infinite value, or a gap; the periods are named.
    """
    index = _periods(series.index, name)
    numbers = pd.Series(pd.to_numeric(series, errors="coerce").astype("float64"), index=index)
    if (bad := ~np.isfinite(numbers.to_numpy())).any():
        raise InputError(
            f"“{name}”缺值或非有限：{named(index[bad])}。", f"{name}: missing or not finite: {named(index[bad])}."
        )
    if not gaps:
        _without_gaps(index, name)
    return numbers.sort_index()


def checked_frame(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Several series on the same periods as float64 in time order, held to what ``checked`` asks of one.

    Args:
        frame: one column per series, on a ``PeriodIndex``, in any order.
        name: what it is, for the error.

    Raises:
        InputError: as ``checked``, also naming the columns; no columns, or a column twice.
    """
    index = _periods(frame.index, name)
    if frame.columns.has_duplicates or not len(frame.columns):
        twice = frame.columns[frame.columns.duplicated()].unique()
        raise InputError(f"“{name}”没有列或列重复：{named(twice)}。", f"{name}: no columns, or twice: {named(twice)}.")
    numbers = frame.copy()
    for text in frame.select_dtypes(exclude="number"):
        numbers[text] = pd.to_numeric(frame[text], errors="coerce")
    numbers = numbers.astype("float64")
    if (bad := ~np.isfinite(numbers.to_numpy())).any():
        columns, periods = frame.columns[bad.any(axis=0)], index[bad.any(axis=1)]
        raise InputError(
            f"“{name}”缺值或非有限：{named(columns)}，{named(periods)}。",
            f"{name}: missing or not finite: {named(columns)}, {named(periods)}.",
        )
    _without_gaps(index, name)
    return numbers.sort_index()


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


def _periods(index: pd.Index, name: str) -> pd.PeriodIndex:
    """The index as periods, each there once."""
    if not isinstance(index, pd.PeriodIndex) or not len(index):
        raise InputError(
            f"“{name}”须以季度或年份（PeriodIndex）为索引且不为空。", f"{name}: needs a non-empty PeriodIndex."
        )
    if index.has_duplicates:
        twice = index[index.duplicated()].unique()
        raise InputError(f"“{name}”时期重复：{named(twice)}。", f"{name}: periods there twice: {named(twice)}.")
    return index


def _without_gaps(index: pd.PeriodIndex, name: str) -> None:
    missing = pd.period_range(index.min(), index.max(), freq=index.freq).difference(index)
    if len(missing):
        raise InputError(f"“{name}”缺少时期：{named(missing)}。", f"{name}: periods are missing: {named(missing)}.")
