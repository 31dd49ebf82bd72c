"""Value added by the routes that accounts admit: income approach, rate method, volume and lagged extrapolation.

Belongs here: the formulas on series. Does not belong here: value added per unit of microdata (a statement of the
engine) and the chain of cells over years (measure).
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.income import income_approach, income_mapping
from indicators.rounding import decimal, round_half_away
from indicators.series import by_quarter_number, checked, named

__all__ = ["extrapolate", "extrapolate_lagged", "income_approach", "income_mapping", "rate_method"]

RHO_BOUNDS: Final = (0.5, 1.5)
SMALL_GROWTH: Final = 0.01
# A ρ or a growth rate on its bound is within it, whatever the last bits of a quotient say.
_LAST_BITS: Final = 1e-12


@typed
def rate_method(
    output: pd.Series, rates: pd.Series | float | Decimal, *, price_index: pd.Series | float | None = None
) -> pd.DataFrame:
    """Rate method 增加值率法: ``VA_cur = 总产出 × 增加值率``, ``VA_const = VA_cur / price index``.

    Args:
        output: total output as the sector defines it (trade: margin). Whole numbers (yuan) give whole yuan, rounded
            half away from zero on the decimal product; floats (estimates from aggregates) stay unrounded.
        rates: value added over output of the last year known, by the labels of ``output``, or one for all; fractions.
        price_index: index against the same period of last year (last year = 1), by label, or one for all.

    Returns:
        ``va_current`` and, with an index, ``va_constant`` (float64), labelled as ``output``.

    Raises:
        InputError: labels without output, rate or index; a rate beyond ±1 (a percentage?); an index that is not
            positive. Labels are named.

    Source: methods, value added: rate method; NBS quarterly accounts.
    """
    whole_yuan = pd.api.types.is_integer_dtype(output.dtype)
    values = _numbers(output, output.index, "总产出 output")
    rate = _numbers(rates, output.index, "增加值率 rates")
    _refuse(rate.abs() > 1, "增加值率 rates 须在 −1 与 1 之间（小数，不是百分数）", "rates must be fractions within ±1")
    if whole_yuan:
        exact = _labelled(rates, output.index)
        products = [
            float(round_half_away(Decimal(int(v)) * decimal(k if isinstance(k, Decimal) else float(k))))
            for v, k in zip(output, exact, strict=True)
        ]
        current = pd.Series(products, index=output.index, dtype="float64")
    else:
        current = values * rate
    result = pd.DataFrame({"va_current": current})
    if price_index is not None:
        index = _numbers(price_index, output.index, "价格指数 price_index")
        _refuse(index <= 0, "价格指数须为正", "a price index must be positive")
        result["va_constant"] = current / index
    return result


@typed
def extrapolate(
    last_year_va: pd.Series,
    indicator_growth: pd.Series | float,
    *,
    last_year_va_growth: pd.Series | float,
    last_year_indicator_growth: pd.Series | float,
    bounds: tuple[float, float] = RHO_BOUNDS,
    minimum: float = SMALL_GROWTH,
) -> pd.DataFrame:
    """Volume extrapolation 物量外推: ``VA(t) = VA(t−4)·(1 + g_ind(t)·ρ)``, ``ρ = g_VA/g_ind`` of last year.

    Where the indicator hardly moved last year (|g_ind| < ``minimum``) or ρ lies outside ``bounds``, ρ is 1 and the
    row is flagged.

    Args:
        last_year_va: constant-price value added of the same period last year, by class or period.
        indicator_growth: growth of the volume indicator this period (fraction), same labels or one for all.
        last_year_va_growth: growth of value added last year (fraction).
        last_year_indicator_growth: growth of the indicator last year (fraction).
        bounds: admissible ρ.
        minimum: smallest |g_ind| of last year on which a ρ can rest.

    Returns:
        ``va``, ``growth`` (``g_ind·ρ``), ``rho``, ``flagged`` (bool), labelled as ``last_year_va``.

    Raises:
        InputError: labels without a value, named.

    Source: methods, value added: volume extrapolation.
    """
    labels = last_year_va.index
    base = _numbers(last_year_va, labels, "上年增加值 last_year_va")
    growth = _numbers(indicator_growth, labels, "指标增速 indicator_growth")
    va_growth = _numbers(last_year_va_growth, labels, "上年增加值增速 last_year_va_growth")
    past = _numbers(last_year_indicator_growth, labels, "上年指标增速 last_year_indicator_growth")
    small = past.abs() < minimum - _LAST_BITS
    ratio = va_growth / past.where(~small, 1.0)
    low, high = bounds
    flagged = small | ~ratio.between(low - _LAST_BITS, high + _LAST_BITS)
    rho = ratio.where(~flagged, 1.0)
    step = growth * rho
    return pd.DataFrame({"va": base * (1 + step), "growth": step, "rho": rho, "flagged": flagged})


@typed
def extrapolate_lagged(last_year_va: pd.Series, lagged: pd.Series, lagged_last_year: pd.Series) -> pd.DataFrame:
    """Services one month late 错月: ``VA_cum(y,q) = VA_cum(y−1,q) × lagged cumulative(y) / its 上年同期``.

    Single quarters are differences of **VA** cumulatives; the lagged revenue itself is never differenced (it covers 11
    months) nor scaled by 3/2 or 12/11.

    Args:
        last_year_va: cumulative value added of last year (latest vintage), full quarters.
        lagged: lagged cumulative revenue of this year (January–February for the first quarter, …) on the quarters for
            which it stands; one year, from the first quarter on, without gaps.
        lagged_last_year: its 上年同期 on this year's return. Both series of last year are matched by quarter number,
            whichever of the two years their periods name.

    Returns:
        ``growth_cumulative``, ``va_cumulative``, ``va_single`` on the quarters of ``lagged``.

    Raises:
        InputError: a series that holds several years, a gap or a missing value; a first quarter that is missing; a
            quarter without last year's value; a 上年同期 that is not positive. Quarters are named.

    Source: methods, value added: services one month late.
    """
    current = checked(lagged, "错月累计 lagged")
    index = pd.PeriodIndex(current.index)
    now = by_quarter_number(lagged, "错月累计 lagged")
    if 1 not in now.index:
        raise InputError(
            f"错月累计 lagged 缺少 {index[0].year}Q1，不能由累计数求单季。", f"lagged: {index[0].year}Q1 is missing."
        )
    then = by_quarter_number(lagged_last_year, "错月上年同期 lagged_last_year").reindex(now.index)
    base = by_quarter_number(last_year_va, "上年累计增加值 last_year_va").reindex(now.index)
    for series, zh in ((base, "上年累计增加值 last_year_va"), (then, "错月上年同期 lagged_last_year")):
        if (missing := series.isna().to_numpy()).any():
            periods = named(index[missing])
            raise InputError(f"{zh} 缺少与 {periods} 对应的季度。", f"{zh}: nothing for {periods}.")
    if (bad := then.to_numpy() <= 0).any():
        raise InputError(
            f"错月上年同期 lagged_last_year 不为正：{named(index[bad])}。",
            f"lagged_last_year: not positive: {named(index[bad])}.",
        )
    ratio = now / then
    cumulative = base * ratio
    single = cumulative.diff().fillna(cumulative)
    frame = pd.DataFrame({"growth_cumulative": ratio - 1, "va_cumulative": cumulative, "va_single": single})
    return frame.set_axis(index)


def _labelled(values: pd.Series | float | Decimal, labels: pd.Index) -> list[float | Decimal]:
    if isinstance(values, pd.Series):
        return list(values.reindex(labels))
    return [values] * len(labels)


def _numbers(values: pd.Series | float | Decimal, labels: pd.Index, name: str) -> pd.Series:
    if isinstance(values, pd.Series):
        if values.index.has_duplicates:
            twice = named(values.index[values.index.duplicated()].unique())
            raise InputError(f"{name} 标签重复：{twice}。", f"{name}: labels there twice: {twice}.")
        floats = pd.to_numeric(values.reindex(labels), errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    else:
        floats = np.full(len(labels), float(values))
    numbers = pd.Series(floats, index=labels, dtype="float64")
    _refuse(~pd.Series(np.isfinite(floats), index=labels), f"{name} 缺值", f"{name} is missing")
    return numbers


def _refuse(bad: pd.Series, zh: str, en: str) -> None:
    if bad.any():
        labels: list[Hashable] = list(bad.index[bad])
        raise InputError(f"{zh}：{named(labels)}。", f"{en}: {named(labels)}.")
