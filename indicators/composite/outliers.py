"""Outliers: a few extreme points must not decide an index.

Belongs here: winsorisation of indicators and the log that follows it. Does not belong here: winsorisation of survey
returns (estimation).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, cast

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.composite.frames import numbers

# The log is taken this share of the range above zero, as COINr does.
_ABOVE_ZERO: Final = 0.01


@dataclass(frozen=True, slots=True)
class Treatment:
    """What was done to an indicator: by winsorisation (of these units), by logarithm, or nothing.

    ``skew`` and ``kurtosis`` are those found; ``within`` says whether the indicator ended inside the limits.
    """

    code: str
    how: Literal["none", "winsorised", "log"]
    units: tuple[object, ...]
    skew: float
    kurtosis: float
    within: bool


def treat_outliers(
    frame: pd.DataFrame, *, skew: float = 2.0, kurtosis: float = 3.5, max_winsorise: int = 5
) -> pd.DataFrame:
    """Indicators whose |skewness| *and* kurtosis both exceed their limits are winsorised point by point, else logged.

    A step sets the most extreme value, on the side that the skewness points to, to the next one, until one of the two
    statistics is within its limit. Where ``max_winsorise`` points do not reach, the points are left alone and the whole
    indicator becomes ``ln(x − min + 0.01·(max − min))``. Both statistics are the sample-adjusted ones of COINr, Excel
    and SPSS: skewness G₁, and **excess** kurtosis G₂ (normal = 0).

    Args:
        frame: units × indicators; blanks stay blank. An indicator with fewer than four values, or that does not
            vary, is left alone.
        skew: limit of |skewness|.
        kurtosis: limit of excess kurtosis.
        max_winsorise: most points that may be moved; equal values move together and may pass it by their number.

    Returns:
        A frame of the same shape; ``result.attrs["treatments"]`` holds a ``Treatment`` for each indicator.

    Raises:
        InputError: as for any frame of indicators; a limit is missing, or ``max_winsorise`` is negative.

    Source: JRC, COIN Tool; Becker et al. (2022), COINr: ``Treat`` with its defaults.
    """
    values = numbers(frame)
    if np.isnan([skew, kurtosis]).any() or not max_winsorise >= 0:
        raise InputError(
            "skew、kurtosis 须为数，max_winsorise 不能为负。",
            "skew and kurtosis must be numbers, max_winsorise not < 0.",
        )
    treated, treatments = {}, []
    for code, column in values.items():
        treated[code], treatment = _treated(column, str(code), (skew, kurtosis), max_winsorise)
        treatments.append(treatment)
    result = pd.DataFrame(treated, index=values.index)
    result.columns = values.columns
    result.attrs["treatments"] = tuple(treatments)
    return result


def logged(column: pd.Series, low: float, high: float) -> pd.Series:
    """The logarithm of an indicator whose values lie between ``low`` and ``high``."""
    return pd.Series(np.log(column - low + _ABOVE_ZERO * (high - low)), index=column.index)


def _treated(column: pd.Series, code: str, limits: tuple[float, float], most: int) -> tuple[pd.Series, Treatment]:
    found = Treatment(code, "none", (), *_shape(column), within=True)
    if _within(column, limits):
        return column, found
    winsorised, moved = _winsorised(column, limits, most)
    if _within(winsorised, limits):
        return winsorised, replace(found, how="winsorised", units=tuple(column.index[moved]))
    flat = logged(column, column.min(), column.max())
    return flat, replace(found, how="log", within=_within(flat, limits))


def _within(column: pd.Series, limits: tuple[float, float]) -> bool:
    skew, kurtosis = _shape(column)
    return column.count() < 4 or column.nunique() == 1 or abs(skew) < limits[0] or kurtosis < limits[1]


def _shape(column: pd.Series) -> tuple[float, float]:
    """Skewness and excess kurtosis, adjusted for the sample (missing below three and four values)."""
    return float(cast("float", column.skew())), float(cast("float", column.kurt()))


def _winsorised(column: pd.Series, limits: tuple[float, float], most: int) -> tuple[pd.Series, list[int]]:
    """The column with points moved, and their places; stops when within the limits or at ``most`` points."""
    values = column.copy()
    moved: set[int] = set()
    while not _within(values, limits) and len(moved) < most:
        high = _shape(values)[0] >= 0
        extreme = values == (values.max() if high else values.min())
        rest = values[~extreme]
        values[extreme] = rest.max() if high else rest.min()
        moved |= set(np.flatnonzero(extreme))
    return values, sorted(moved)
