"""Prices and volumes: index numbers, deflation, chain-linked volumes and what parts add to their growth.

Belongs here: formulas on prices, quantities and values. Does not belong here: which deflator a class takes (a table of
the city) and value added by the rate method (value_added).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.series import checked, checked_frame, named, readable

Formula = Literal["laspeyres", "paasche", "fisher", "tornqvist", "jevons", "walsh"]
Of = Literal["price", "quantity"]
Base = Literal["fixed", "previous", "chained"]
Array = npt.NDArray[np.float64]


@typed
def index(
    frame: pd.DataFrame,
    *,
    formula: Formula = "laspeyres",
    of: Of = "price",
    base: Base = "fixed",
) -> pd.Series:
    """A price or quantity index of the same items over periods.

    With p, q of the two periods 0 and t that are compared (roles swapped for a quantity index): Laspeyres
    ``Σp_t·q_0/Σp_0·q_0``; Paasche ``Σp_t·q_t/Σp_0·q_t``; Fisher the geometric mean of both; Törnqvist
    ``Π(p_t/p_0)^((s_0+s_t)/2)`` with value shares s; Walsh ``Σp_t·√(q_0·q_t)/Σp_0·√(q_0·q_t)``; Jevons the unweighted
    geometric mean of ``p_t/p_0``.

    Args:
        frame: long: ``period, item, price, quantity``, every item in every period; Jevons needs no weights.
        formula: which one.
        of: what the index measures.
        base: ``fixed`` compares with the first period, ``previous`` with the period before, ``chained`` is the product
            of those links.

    Returns:
        Ratios by period in time order, 1.0 first. (With ``previous`` the others are links, not a series of levels.)

    Raises:
        InputError: an unknown choice; columns, items or values that are missing; an item there twice in a period;
            periods with a gap; negative values, or zeros where the formula takes a ratio or a sum must be positive.
            Periods and items are named.

    Source: CPI Manual 2004, ch. 15-20; methods, public functions.
    """
    for given, known in ((formula, get_args(Formula)), (of, get_args(Of)), (base, get_args(Base))):
        if given not in known:
            raise InputError(f"“{given}”不在 {named(known)} 之中。", f"{given!r} is not one of {', '.join(known)}.")
    measured = _matrix(frame, of, zeros=formula not in ("jevons", "tornqvist"))
    weights = measured if formula == "jevons" else _matrix(frame, "quantity" if of == "price" else "price", zeros=True)
    x, w = measured.to_numpy(), weights.to_numpy()
    earlier = [0] * len(x) if base == "fixed" else [0, *range(len(x) - 1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        links = np.array([_FORMULAS[formula](x[then], x[now], w[then], w[now]) for now, then in enumerate(earlier)])
    if (bad := ~(np.isfinite(links) & (links > 0))).any():
        periods = named(measured.index[bad])
        raise InputError(
            f"这些时期与其基期没有共同的正值，不能计算指数：{periods}。",
            f"Nothing positive in common with the base period in {periods}: no index.",
        )
    links[0] = 1.0
    return pd.Series(np.cumprod(links) if base == "chained" else links, index=measured.index, name="index")


@typed
def annual_overlap(
    nominal: pd.Series, previous_year_prices: pd.Series, *, reference_year: int | str | pd.Period
) -> pd.Series:
    """Chain-linked volumes in money of a reference year, linked by annual overlap: quarters add up to their years.

    ``k_qy/N_{y−1}·L_{y−1}·N_ref/L_ref`` with k at average prices of the previous year, N the annual nominal values and
    ``L_y = L_{y−1}·K_y/N_{y−1}``, K the annual sums of k. Rows of the first year are at that year's own average prices:
    ``k_qy/N_y·L_y·N_ref/L_ref``, ``L_first = 1``.

    Args:
        nominal: values at current prices, quarters or years, without gaps.
        previous_year_prices: values at average prices of the year before, quarters or years, from the first year of
            ``nominal`` (at its own average prices) or from the year after on; the last year need not be complete.
        reference_year: year in whose prices the result is, such as 2020.

    Returns:
        Volumes on the periods of ``previous_year_prices``; in the reference year they sum to its nominal value.

    Raises:
        InputError: gaps or missing values; a year that is needed but incomplete, absent or not positive; a reference
            year outside the chain. Periods are named.

    Source: IMF, Quarterly National Accounts Manual, ch. 8; methods, public functions.
    """
    k = checked(previous_year_prices, "上年价格序列 previous_year_prices")
    years = [int(year) for year in pd.PeriodIndex(k.index).year]
    annual, own = _Annual.of(nominal, "现价序列 nominal"), _Annual.of(k, "上年价格序列 previous_year_prices")
    first, last, reference = annual.first, years[-1], _year(reference_year)
    if years[0] not in (first, first + 1):
        raise InputError(
            f"上年价格序列须从 {first} 或 {first + 1} 年开始。",
            f"previous_year_prices must begin in {first} or {first + 1}.",
        )
    if not first <= reference <= last:
        raise InputError(f"基准年 {reference} 不在序列中。", f"The reference year {reference} is not in the series.")
    chain = {first: 1.0}
    for year in range(first + 1, max(last - 1, reference) + 1):
        chain[year] = chain[year - 1] * own.positive(year) / annual.positive(year - 1)
    steps = {year: chain[max(year - 1, first)] / annual.positive(max(year - 1, first)) for year in set(years)}
    level = annual.positive(reference) / chain[reference]
    return pd.Series(
        [x * steps[year] * level for x, year in zip(k, years, strict=True)], index=k.index, name=nominal.name
    )


@typed
def chained_contributions(nominal: pd.DataFrame, previous_year_prices: pd.DataFrame) -> pd.DataFrame:
    """What each part adds to the growth over a year before of a total chained by annual overlap; parts sum to it.

    Chained volumes do not add up, but their growth can be split exactly. Growth of quarter q has two legs: from quarter
    q of last year to last year's average (at prices of the year before it), and from there to quarter q of this year
    (at last year's prices). Part i adds ``(K_i/m − k_i)/k + B·(m·k'_i − N_i)/N``, where k, K are last year's quarter
    and year at prices of the year before, N last year's nominal value, k' this year's quarter at last year's prices,
    ``B = K/(m·k)`` and m the quarters per year. For years this is ``(K_i,y − N_i,y−1)/N_{y−1}``.

    Args:
        nominal: values at current prices by part, quarters or years, without gaps; the parts make up the total.
        previous_year_prices: the same parts at average prices of the previous year, as for ``annual_overlap``.

    Returns:
        Fractions (shown as 百分点) by part, on the periods that have a year before them.

    Raises:
        InputError: as for ``annual_overlap``; parts that differ; a total that is not positive. Periods and parts are
            named.

    Source: Ribe 1999; IMF, Quarterly National Accounts Manual, ch. 8.
    """
    values = checked_frame(nominal, "现价序列 nominal")
    k = checked_frame(previous_year_prices, "上年价格序列 previous_year_prices")
    if len(odd := values.columns.symmetric_difference(k.columns)):
        raise InputError(f"两表的组成部分不一致：{named(odd)}。", f"Parts differ between the frames: {named(odd)}.")
    per_year = _per_year(k.index)
    then, now = k.iloc[:-per_year].set_axis(k.index[per_year:]), k.iloc[per_year:]
    annual = {part: _Annual.of(values[part], f"现价序列 nominal {part}") for part in k.columns}
    own = {part: _Annual.of(k[part], f"上年价格序列 previous_year_prices {part}") for part in k.columns}
    before = pd.PeriodIndex(now.index).year - 1
    base, whole = (
        pd.DataFrame({part: [sums[part].of_year(year) for year in before] for part in k.columns}, index=now.index)
        for sums in (annual, own)
    )
    base_total, then_total = base.sum(axis=1), then.sum(axis=1)
    if (bad := (base_total <= 0) | (then_total <= 0)).any():
        periods = named(now.index[bad])
        raise InputError(f"这些时期的上年合计不为正：{periods}。", f"Last year's total is not positive for {periods}.")
    to_average = (whole / per_year - then).div(then_total, axis=0)
    from_average = (now * per_year - base).div(base_total, axis=0)
    return to_average + from_average.mul(whole.sum(axis=1) / (per_year * then_total), axis=0)


@typed
def deflate(value: pd.Series, index: pd.Series | float) -> pd.Series:
    """A value at constant prices: value over index.

    Args:
        value: at current prices, any labels.
        index: ratio to the base period (base = 1, so 102.3 is written 1.023), by label, or one for all.

    Returns:
        Values at prices of the index's base, labelled as ``value``.

    Raises:
        InputError: a label without value or index or there twice, or an index that is not positive; labels are named.
    """
    values = _finite(value, value.index, "数值 value")
    deflators = _finite(index, value.index, "价格指数 index")
    if (bad := deflators <= 0).any():
        labels = named(value.index[bad])
        raise InputError(f"价格指数须为正：{labels}。", f"A price index must be positive: {labels}.")
    return pd.Series(values / deflators, name=value.name)


@typed
def double_deflate(
    output: pd.Series, intermediate: pd.Series, output_index: pd.Series | float, intermediate_index: pd.Series | float
) -> pd.Series:
    """Value added at constant prices by double deflation: output over its index less intermediate use over its own.

    A negative result is kept: where intermediate prices moved far from output prices, it says that the base is old.

    Args:
        output: total output at current prices.
        intermediate: intermediate consumption at current prices, the same labels.
        output_index: price index of output, ratio to the base period.
        intermediate_index: price index of intermediate consumption, ratio to the base period.

    Raises:
        InputError: as for ``deflate``.

    Source: SNA 2008, ch. 15; methods, public functions.
    """
    used = _finite(intermediate, output.index, "中间投入 intermediate")
    return deflate(output, output_index) - deflate(used, intermediate_index)


def _laspeyres(x0: Array, x1: Array, w0: Array, _w1: Array) -> float:
    return float((x1 * w0).sum() / (x0 * w0).sum())


def _paasche(x0: Array, x1: Array, _w0: Array, w1: Array) -> float:
    return float((x1 * w1).sum() / (x0 * w1).sum())


def _fisher(x0: Array, x1: Array, w0: Array, w1: Array) -> float:
    return float(np.sqrt(_laspeyres(x0, x1, w0, w1) * _paasche(x0, x1, w0, w1)))


def _tornqvist(x0: Array, x1: Array, w0: Array, w1: Array) -> float:
    shares = (x0 * w0 / (x0 * w0).sum() + x1 * w1 / (x1 * w1).sum()) / 2
    return float(np.exp((shares * np.log(x1 / x0)).sum()))


def _walsh(x0: Array, x1: Array, w0: Array, w1: Array) -> float:
    return _laspeyres(x0, x1, np.sqrt(w0 * w1), w1)


def _jevons(x0: Array, x1: Array, _w0: Array, _w1: Array) -> float:
    return float(np.exp(np.log(x1 / x0).mean()))


_FORMULAS: Final[dict[str, Callable[[Array, Array, Array, Array], float]]] = {
    "laspeyres": _laspeyres,
    "paasche": _paasche,
    "fisher": _fisher,
    "tornqvist": _tornqvist,
    "jevons": _jevons,
    "walsh": _walsh,
}


@dataclass(frozen=True)
class _Annual:
    """Sums of a series by calendar year, of complete years only."""

    sums: dict[int, float]
    first: int
    name: str

    @classmethod
    def of(cls, series: pd.Series, name: str) -> _Annual:
        values = checked(series, name)
        years = pd.PeriodIndex(values.index).year
        groups = values.groupby(years)
        sums = groups.sum()[groups.count() == _per_year(values.index)]
        return cls(dict(zip(sums.index.tolist(), sums.tolist(), strict=True)), int(years[0]), name)

    def of_year(self, year: int) -> float:
        if year not in self.sums:
            raise InputError(f"“{self.name}”缺少完整的 {year} 年。", f"{self.name}: {year} is absent or incomplete.")
        return self.sums[year]

    def positive(self, year: int) -> float:
        if not self.of_year(year) > 0:
            raise InputError(f"“{self.name}” {year} 年不为正。", f"{self.name}: {year} is not positive.")
        return self.sums[year]


def _per_year(index: pd.Index) -> int:
    frequency = pd.PeriodIndex(index).freqstr[0]
    if frequency not in ("Q", "Y"):
        raise InputError(
            f"序列须为季度或年度，不能是 {frequency}。", f"Series must be quarterly or annual, not {frequency}."
        )
    return 4 if frequency == "Q" else 1


def _matrix(frame: pd.DataFrame, column: str, *, zeros: bool) -> pd.DataFrame:
    """A column as period × item, every item in every period, not negative and, where ``zeros`` is off, positive."""
    if absent := [name for name in ("period", "item", column) if name not in frame.columns]:
        raise InputError(f"缺少列：{named(absent)}。", f"Columns are missing: {named(absent)}.")
    if (twice := frame.duplicated(["period", "item"])).any():
        rows = named(frame.loc[twice, "period"].astype(str) + " " + frame.loc[twice, "item"].astype(str))
        raise InputError(f"同一时期同一品目有多行：{rows}。", f"Several rows for one period and item: {rows}.")
    matrix = readable(frame.pivot(index="period", columns="item", values=column).sort_index())
    numbers = matrix.to_numpy()
    bad = ~(np.isfinite(numbers) & (numbers >= 0 if zeros else numbers > 0))
    if bad.any() or not numbers.size:
        rows = named(f"{matrix.index[i]} {matrix.columns[j]}" for i, j in zip(*np.nonzero(bad), strict=True)) or "∅"
        raise InputError(
            f"{column} 缺值、为负或（本公式不允许）为零：{rows}。",
            f"{column}: missing, negative or, where this formula cannot have it, zero: {rows}.",
        )
    if isinstance(matrix.index, pd.PeriodIndex):
        return checked_frame(matrix, column)
    return matrix


def _year(year: int | str | pd.Period) -> int:
    try:
        return int(pd.Period(str(year), freq="Y").year)
    except ValueError:
        raise InputError(f"基准年“{year}”不是年份。", f"The reference year {year!r} is no year.") from None


def _finite(values: pd.Series | float, labels: pd.Index, name: str) -> pd.Series:
    if isinstance(values, pd.Series) and values.index.has_duplicates:
        twice = named(values.index[values.index.duplicated()].unique())
        raise InputError(f"{name} 标签重复：{twice}。", f"{name}: labels there twice: {twice}.")
    series = values.reindex(labels) if isinstance(values, pd.Series) else pd.Series(values, index=labels)
    numbers = pd.to_numeric(series, errors="coerce").astype("float64")
    if (bad := ~np.isfinite(numbers.to_numpy())).any():
        raise InputError(f"{name} 缺值：{named(labels[bad])}。", f"{name}: missing for {named(labels[bad])}.")
    return numbers
