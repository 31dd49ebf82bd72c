"""Seasonal adjustment of one series, and which method really ran.

Belongs here: the choice of method, the result, STL. Does not belong here: how X-13 is told and read (x13).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.seasonal import x13
from indicators.series import checked

Method = Literal["x13", "stl"]
_PER_YEAR: Final = {"Q": 4, "M": 12}
_YEARS_OF_X13: Final = 3
_YEARS_OF_STL: Final = 2
# With fewer years the weights that spare STL its outliers let it run through most points and call the rest outliers.
# What is left of most points then is rounding, by which the next weights go: other units gave another adjustment.
_YEARS_OF_WEIGHTS: Final = 4


@dataclass(frozen=True)
class SeasonalAdjustment:
    """A series taken apart.

    Attributes:
        adjusted: without seasonal and calendar effects, in the unit of the series.
        trend: trend-cycle, in the unit of the series.
        seasonal: factors (around 1) when ``diagnostics["mode"]`` is ``multiplicative``, else amounts (around 0).
        irregular: likewise.
        method: ``x13`` or ``stl``: the one that ran, whichever was asked for.
        diagnostics: ``mode``; ``reason`` when X-13 was asked for and STL ran. From X-13: ``model``, ``aicc``, ``bic``,
            ``qs_original`` and ``qs_adjusted`` (statistic, p-value: is there seasonality?), ``regressors`` (name:
            coefficient, outliers among them), ``residual_seasonality`` (spectral peaks), ``warnings``. From STL:
            ``seasonal_strength`` and ``trend_strength`` (0–1).
    """

    adjusted: pd.Series
    trend: pd.Series
    seasonal: pd.Series
    irregular: pd.Series
    method: Method
    diagnostics: Mapping[str, Any]


def adjust(
    series: pd.Series,
    *,
    method: Method = "x13",
    log: bool | Literal["auto"] = "auto",
    holidays: x13.Holidays | None = "easter",
) -> SeasonalAdjustment:
    """Take seasonal and calendar effects out of a quarterly or monthly series.

    X-13ARIMA-SEATS chooses the ARIMA model, outliers, trading days and holidays itself and decomposes with SEATS. STL
    takes its place, and the result says so, when the series has less than three years, when X-13 refuses it (its error
    file says why; its exit code does not), or where there is no X-13 for the platform. STL spares outliers
    from four years on.

    Args:
        series: quarters or months on a ``PeriodIndex``, without gaps, any order; two years at least.
        method: ``x13`` or ``stl``.
        log: whether to decompose the logarithm (seasonal factors); ``auto`` lets X-13 test it, and takes it for STL
            when all values are positive.
        holidays: ``easter`` tests X-13's trading days and Easter, ``spring_festival`` trading days and the three
            regressors of the Chinese New Year (months only), None trading days alone. STL knows no calendar.

    Raises:
        InputError: an unknown choice, a gap, a missing value, less than two years, or a logarithm of values that are
            not positive. Periods are named.

    Source: US Census Bureau, X-13ARIMA-SEATS; Cleveland et al. 1990 (STL); methods, public functions.
    """
    if method not in get_args(Method) or holidays not in (*get_args(x13.Holidays), None):
        raise InputError(
            "method 须为 x13 或 stl，holidays 须为 easter、spring_festival 或 None。",
            "method must be x13 or stl; holidays easter, spring_festival or None.",
        )
    values = checked(series, "序列 series")
    per_year = _PER_YEAR.get(pd.PeriodIndex(values.index).freqstr[0])
    if per_year is None or len(values) < _YEARS_OF_STL * per_year:
        raise InputError(
            "季节调整需要至少两年的季度或月度序列。", "Seasonal adjustment needs two years of quarters or months."
        )
    positive = bool((values > 0).all())
    if log is True and not positive:
        raise InputError("序列含零或负值，不能取对数；可用 log=False。", "Not all values are positive: use log=False.")
    logarithm = log if positive else False
    if method == "stl":
        return _stl(values, per_year, logarithm=bool(logarithm))
    if len(values) < _YEARS_OF_X13 * per_year:
        return _stl(values, per_year, logarithm=bool(logarithm), reason="序列不足三年 less than three years")
    try:
        parts, diagnostics = x13.decompose(values, per_year, log=logarithm, holidays=holidays)
    except x13.RefusalError as refusal:
        return _stl(values, per_year, logarithm=bool(logarithm), reason=str(refusal))
    return SeasonalAdjustment(**parts, method="x13", diagnostics=diagnostics)


def _stl(values: pd.Series, per_year: int, *, logarithm: bool, reason: str | None = None) -> SeasonalAdjustment:
    from statsmodels.tsa.seasonal import STL

    numbers = np.log(values.to_numpy()) if logarithm else values.to_numpy()
    fit = STL(numbers, period=per_year, robust=len(numbers) >= _YEARS_OF_WEIGHTS * per_year).fit()
    back = np.exp if logarithm else np.asarray
    parts = {
        name: pd.Series(back(part), index=values.index, name=values.name)
        for name, part in (
            ("adjusted", numbers - fit.seasonal),
            ("trend", fit.trend),
            ("seasonal", fit.seasonal),
            ("irregular", fit.resid),
        )
    }
    diagnostics: dict[str, Any] = {
        "mode": "multiplicative" if logarithm else "additive",
        "seasonal_strength": _strength(fit.resid, fit.seasonal, numbers),
        "trend_strength": _strength(fit.resid, fit.trend, numbers),
    }
    if reason is not None:
        diagnostics["reason"] = reason
    return SeasonalAdjustment(**parts, method="stl", diagnostics=diagnostics)


def _strength(rest: Any, part: Any, whole: Any) -> float:
    """How much of what is left without the other part is this part: ``1 − Var(rest)/Var(part + rest)``, 0–1."""
    spread = float(np.var(part + rest))
    if spread <= np.finfo(float).eps * float(np.mean(whole**2)):
        return 0.0
    return max(0.0, 1 - float(np.var(rest)) / spread)
