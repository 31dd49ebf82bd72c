"""Normalisation: indicators of different units brought to one scale and one direction.

Belongs here: the four scales. Does not belong here: outliers (outliers), scales kept from a base year (scheme).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import pandas as pd

from classification.errors import InputError
from indicators.composite.frames import numbers, refuse

Method = Literal["minmax", "zscore", "goalposts", "rank"]
_METHODS: Final = ("minmax", "zscore", "goalposts", "rank")


def normalise(
    frame: pd.DataFrame,
    *,
    method: Method = "minmax",
    direction: Mapping[str, int] | None = None,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    bounds: tuple[float, float] = (0, 1),
) -> pd.DataFrame:
    """Indicators on one scale, more meaning better.

    ``minmax``: least value to the lower bound, largest to the upper. ``goalposts``: the same between fixed posts,
    values beyond them cut to the bounds. ``zscore``: less the mean, over the standard deviation (ddof 1). ``rank``: 1
    for the least value, n for the largest; equal values share the lowest of their ranks. An indicator of direction −1
    is turned round: its least value is the best.

    Args:
        frame: units × indicators; blanks stay blank and count for nothing.
        method: the scale.
        direction: +1 or −1 by indicator; missing = +1.
        goalposts: low and high by indicator, for ``method="goalposts"``, in the indicator's own unit and direction.
        bounds: the ends of the scale of ``minmax`` and ``goalposts``; a geometric mean needs a lower one above 0.

    Returns:
        A frame of the same shape.

    Raises:
        InputError: as for any frame of indicators; ``method`` is another word; an indicator does not vary (minmax,
            zscore), is known once only (zscore), or lacks goalposts; goalposts or bounds are not low < high; a
            direction is not ±1 or is of an indicator that is not there. Indicators are named.

    Source: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 5.
    """
    values = numbers(frame)
    if method not in _METHODS:
        raise InputError(f"未知的标准化方法“{method}”，可用：{'、'.join(_METHODS)}。", f"Unknown method {method!r}.")
    if not bounds[0] < bounds[1]:
        raise InputError("bounds 须下限小于上限。", "bounds must be low < high.")
    signs = directions(direction, values.columns)
    if method == "zscore":
        return _standardised(values) * signs
    if method == "rank":
        return (values * signs).rank(method="min")
    if method == "minmax":
        _varying(values)
        low, high = values.min(), values.max()
    else:
        low, high = _posts(goalposts, values.columns)
    worst, best = low.where(signs > 0, high), high.where(signs > 0, low)
    unit = ((values - worst) / (best - worst)).clip(0.0, 1.0)
    return bounds[0] + unit * (bounds[1] - bounds[0])


def directions(direction: Mapping[str, int] | None, codes: pd.Index) -> pd.Series:
    """+1 or −1 for each code.

    Raises:
        InputError: a direction is neither, or of a code that is not there; codes are named.
    """
    given = dict(direction or {})
    if unknown := [code for code in given if code not in codes]:
        refuse(unknown, "direction 中的指标不在表中", "Directions of indicators that are not there")
    if bad := [code for code, sign in given.items() if sign not in (-1, 1)]:
        refuse(bad, "direction 须为 +1 或 −1", "A direction is +1 or -1, not for")
    return pd.Series({code: float(given.get(code, 1)) for code in codes})


def _standardised(values: pd.DataFrame) -> pd.DataFrame:
    _varying(values)
    return (values - values.mean()) / values.std(ddof=1)


def _varying(values: pd.DataFrame) -> None:
    if (same := values.min() == values.max()).any():
        refuse(values.columns[same.to_numpy()], "指标在各单位间没有差异，不能标准化", "No variation in")


def _posts(goalposts: Mapping[str, tuple[float, float]] | None, codes: pd.Index) -> tuple[pd.Series, pd.Series]:
    given = dict(goalposts or {})
    if lacking := [code for code in codes if code not in given]:
        refuse(lacking, "没有给出阈值（goalposts）", "No goalposts for")
    if bad := [code for code in codes if not given[code][0] < given[code][1]]:
        refuse(bad, "阈值须下限小于上限", "Goalposts are not low < high for")
    low, high = (pd.Series({code: float(given[code][end]) for code in codes}) for end in (0, 1))
    return low, high
