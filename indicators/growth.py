"""Growth, contribution and pull of series and of parts; words where a rate would mislead.

Belongs here: rates of change and what parts add to them. Does not belong here: which units form the comparable base
(comparable, re-exported here) and the sentences of the bulletin (release).
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.comparable import ComparableGrowth, comparable_growth
from indicators.series import checked, named, readable

__all__ = [
    "ComparableGrowth",
    "comparable_growth",
    "contribution",
    "contribution_withheld",
    "falling",
    "from_cumulative",
    "growth_words",
    "pull",
    "two_year_average",
    "year_on_year",
]

# A total that moves by less than this share of its base makes contributions explode.
SMALL_CHANGE: Final = 0.005
_PER_YEAR: Final = {"Y": 1, "Q": 4, "M": 12}


@typed
def year_on_year(series: pd.Series) -> pd.Series:
    """Growth over the same period of the year before: ``x_t / x_{t−4} − 1`` for quarters, ``x_{t−1}`` for years.

    Cumulatives are compared with the same cumulative of the year before, months with the month twelve before.

    For a series as one body publishes it; growth of enterprise data is taken on its comparable base
    (``comparable_growth``), never on the level of last year.

    Args:
        series: levels of one price basis and one vintage on a ``PeriodIndex`` (Q, Y or M), without gaps.

    Returns:
        Fractions, from the first period that has a base on; empty when none has.

    Raises:
        InputError: a gap or a missing value; a base that is zero or negative (use ``growth_words``); another frequency.
            Periods are named.

    Source: methods, growth.
    """
    levels = checked(series, "同比序列 series")
    index = pd.PeriodIndex(levels.index)
    lag = _PER_YEAR.get(index.freqstr[0])
    if lag is None:
        raise InputError(
            f"同比序列须为季度、年度或月度，不能是 {index.freqstr}。",
            f"Growth over the year before needs quarters, years or months, not {index.freqstr}.",
        )
    current, base = levels.iloc[lag:], levels.iloc[:-lag]
    if (bad := base.to_numpy() <= 0).any():
        periods = named(current.index[bad])
        raise InputError(
            f"上年同期为零或为负，不能计算增速：{periods}。", f"The base is not positive for {periods}: no growth rate."
        )
    return pd.Series(current.to_numpy() / base.to_numpy() - 1, index=current.index, name=series.name)


@typed
def from_cumulative(series: pd.Series) -> pd.Series:
    """Single quarters as differences of cumulatives of one vintage.

    A falling cumulative gives a negative single quarter: it is kept, and its period is listed in
    ``result.attrs["falling"]`` (also ``falling(series)``).

    Args:
        series: cumulative levels (January to the end of the quarter), one vintage, each year from its first quarter on.

    Returns:
        Single quarters on the same periods.

    Raises:
        InputError: a gap, a missing value, or a year that does not start with its first quarter; periods are named.

    Source: methods, growth: single = difference of cumulatives of one vintage.
    """
    levels = checked(series, "累计序列 series")
    index = pd.PeriodIndex(levels.index)
    if not index.freqstr.startswith("Q"):
        raise InputError("累计序列须为季度。", "A cumulative series must be quarterly.")
    if index[0].quarter != 1:
        raise InputError(
            f"缺少 {index[0].year}Q1，不能由累计数求单季。", f"{index[0].year}Q1 is missing: no single quarters."
        )
    single = levels.diff().where(index.quarter != 1, levels)
    result = pd.Series(single.to_numpy(), index=levels.index, name=series.name)
    result.attrs["falling"] = list(falling(series))
    return result


@typed
def falling(series: pd.Series) -> pd.PeriodIndex:
    """The quarters in which a cumulative lies below that of the quarter before, within a year."""
    levels = checked(series, "累计序列 series", gaps=True)
    index = pd.PeriodIndex(levels.index)
    return index[(levels.diff().to_numpy() < 0) & (index.quarter != 1)]


@typed
def two_year_average(first: float, second: float) -> float:
    """Average growth over two years: ``√((1+g₁)(1+g₂)) − 1``; 10.6 % and 2.3 % give 6.4 %.

    Args:
        first: growth of the earlier year (fraction).
        second: growth of the later year (fraction).

    Raises:
        InputError: a growth rate below −100 % or not finite.
    """
    if not (np.isfinite(first) and np.isfinite(second) and first >= -1 and second >= -1):
        raise InputError("增速须为不低于 −100% 的数。", "Growth rates must be finite and at least −100 %.")
    return float(np.sqrt((1 + first) * (1 + second)) - 1)


@typed
def contribution(
    current: pd.Series, base: pd.Series, *, total: tuple[float, float] | None = None, minimum: float = SMALL_CHANGE
) -> pd.Series:
    """Contribution 贡献率 of parts to the change of their total: ``ΔX_i / ΔX``.

    Withheld (all parts missing, the reason in ``result.attrs["withheld"]``) when the total does not grow or grows by
    less than ``minimum`` of its base.

    Args:
        current: parts in this period, one price basis.
        base: the same parts in the base period (comparable base).
        total: current and base of the total, when the parts do not make it up; default their sums.
        minimum: smallest ``ΔX/base``.

    Returns:
        Fractions, labelled as ``current``.

    Raises:
        InputError: the parts differ, or a value or the total is missing.

    Source: methods, growth: contribution and pull on one price basis, comparable base.
    """
    now, then = _parts(current, base)
    total_now, total_then = total or (float(now.sum()), float(then.sum()))
    if not (np.isfinite(total_now) and np.isfinite(total_then)):
        raise InputError("总量缺值或非有限。", "The total is missing or not finite.")
    change = total_now - total_then
    if contribution_withheld(total_now, total_then, minimum=minimum):
        result = pd.Series(np.nan, index=now.index, name=current.name)
        result.attrs["withheld"] = "总量未增长" if change <= 0 else "总量增幅过小"
        return result
    return pd.Series((now - then) / change, name=current.name)


@typed
def contribution_withheld(current: float, base: float, *, minimum: float = SMALL_CHANGE) -> bool:
    """Whether contributions to the change of a total say nothing: ΔX ≤ 0, base ≤ 0, or ΔX below ``minimum`` of base."""
    change = current - base
    return change <= 0 or base <= 0 or change / base < minimum


@typed
def pull(current: pd.Series, base: pd.Series, *, total_base: float | None = None) -> pd.Series:
    """Pull 拉动 of parts on the growth of their total: ``ΔX_i / X_base``, a fraction shown in 百分点.

    Args:
        current: parts in this period, one price basis.
        base: the same parts in the base period (comparable base).
        total_base: base of the total; default the sum of the parts' bases. Over all parts pulls sum to its growth.

    Raises:
        InputError: the parts differ, a value is missing, or the total's base is not positive.

    Source: methods, growth.
    """
    now, then = _parts(current, base)
    whole = float(then.sum()) if total_base is None else total_base
    if not 0 < whole < np.inf:
        raise InputError("总量基数为零或为负，不能计算拉动。", "The total's base is not positive: no pull.")
    return pd.Series((now - then) / whole, name=current.name)


@typed
def growth_words(current: float, base: float, *, kind: Literal["value_added", "profit"] = "value_added") -> str | None:
    """The words that stand in place of a growth rate when its base is zero or negative; None when a rate is fine.

    Profit: 扭亏, 由盈转亏 (also on a positive base), 亏损收窄, 亏损扩大, 亏损持平; value added: 由负转正, 由正转负,
    负值收窄, 负值扩大, 负值持平; any: 上年同期为零.

    Raises:
        InputError: a value is missing or not finite.

    Source: methods, growth: negative or zero bases give words, by kind of indicator.
    """
    if not (np.isfinite(current) and np.isfinite(base)):
        raise InputError("本期数或上年同期数缺失或非有限。", "A value is missing or not finite.")
    if base == 0:
        return "上年同期为零"
    turned_up, turned_down, negative = (
        ("扭亏", "由盈转亏", "亏损") if kind == "profit" else ("由负转正", "由正转负", "负值")
    )
    if base > 0:
        return turned_down if current < 0 else None
    if current >= 0:
        return turned_up
    if current == base:
        return f"{negative}持平"
    return f"{negative}{'收窄' if current > base else '扩大'}"


def _parts(current: pd.Series, base: pd.Series) -> tuple[pd.Series, pd.Series]:
    if current.index.has_duplicates or base.index.has_duplicates or set(current.index) != set(base.index):
        odd = sorted(str(label) for label in current.index.symmetric_difference(base.index))
        raise InputError(
            f"两期的组成部分不一致：{'、'.join(odd)}。", f"Parts differ between the periods: {', '.join(odd)}."
        )
    now, then = readable(current), readable(base).reindex(current.index)
    if (bad := ~np.isfinite(now.to_numpy() + then.to_numpy())).any():
        raise InputError(f"组成部分缺值：{named(now.index[bad])}。", f"Parts without a value: {named(now.index[bad])}.")
    return now, then
