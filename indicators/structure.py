"""Structure: shares and concentration, with numerator and denominator of one vintage.

Belongs here: shares, concentration, location. Does not belong here: what grows (growth).
"""

from __future__ import annotations

from numbers import Integral
from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.series import named, readable

_CELL: Final = ["region", "period", "span"]
_NEEDED: Final = [*_CELL, "vintage", "price_basis", "value"]


@typed
def share_of_gdp(numerator: pd.DataFrame, gdp: pd.DataFrame, *, mixed: str | None = None) -> pd.DataFrame:
    """Value added as a share of GDP, of one vintage unless another one is asked for by name.

    National core value added 2023 (127,555, after the census) is 9.9 % of the GDP after the census and 10.1 % of the
    preliminary one; the second is had only with ``mixed="preliminary"`` and says so in its definition.

    Args:
        numerator: ``region, period, span, vintage, price_basis, value``; further columns are kept (class, …).
        gdp: the same columns, one row per region, period, span and vintage.
        mixed: vintage of GDP to divide by, where it is not the numerator's.

    Returns:
        The rows and columns of ``numerator`` with ``value`` replaced by the share (fraction), and ``definition_id``
        (``same_vintage`` or ``mixed_vintage``) and ``gdp_vintage`` added.

    Raises:
        InputError: prices are not current on both sides, GDP is there twice or not positive, or it is missing in the
            vintage needed; region, period and the vintages that exist are named. ``mixed`` names the numerator's own
            vintage.

    Source: methods, conventions: one vintage, one accumulation, current prices.
    """
    for frame, name in ((numerator, "numerator"), (gdp, "gdp")):
        if missing := [column for column in _NEEDED if column not in frame.columns]:
            raise InputError(f"{name} 缺少列：{'、'.join(missing)}。", f"{name} lacks columns {', '.join(missing)}.")
        if (bad := frame["price_basis"] != "current").any():
            _refuse(frame[bad], "占比须用现价", "shares need current prices")
    if (twice := gdp.duplicated([*_CELL, "vintage"])).any():
        _refuse(gdp[twice], "地区生产总值重复", "GDP is there twice")
    if (bad := ~(gdp["value"] > 0)).any():
        _refuse(gdp[bad], "地区生产总值不为正", "GDP is not positive")
    if mixed is not None and (same := numerator["vintage"] == mixed).any():
        _refuse(
            numerator[same],
            f"分子本身就是 {mixed} 版次，不是跨版次",
            f"the numerator itself is {mixed}, nothing is mixed",
        )
    wanted = numerator["vintage"] if mixed is None else pd.Series(mixed, index=numerator.index)
    left = numerator.assign(gdp_vintage=wanted)
    right = gdp[[*_CELL, "vintage", "value"]].rename(columns={"vintage": "gdp_vintage", "value": "_gdp"})
    joined = left.merge(right, on=[*_CELL, "gdp_vintage"], how="left", validate="many_to_one").set_axis(left.index)
    if (absent := joined["_gdp"].isna()).any():
        there = gdp.merge(joined.loc[absent, _CELL].drop_duplicates(), on=_CELL)["vintage"].unique()
        found = "、".join(sorted(there)) or "无"
        _refuse(
            joined[absent],
            f"没有所需版次的地区生产总值（现有版次：{found}）；跨版次须写明 mixed=…",
            f"no GDP of the vintage needed (there is: {found}); mixing vintages must be asked for with mixed=…",
        )
    definition = "same_vintage" if mixed is None else "mixed_vintage"
    return joined.assign(value=joined["value"] / joined["_gdp"], definition_id=definition).drop(columns="_gdp")


@typed
def shares(values: pd.Series, *, total: float | None = None) -> pd.Series:
    """Parts as shares (fractions) of their total.

    Args:
        values: parts of one price basis and vintage.
        total: what they are parts of; default their sum.

    Raises:
        InputError: a part is missing, or the total is not positive.
    """
    numbers = _numbers(values)
    whole = float(numbers.sum()) if total is None else total
    if not 0 < whole < np.inf:
        raise InputError("合计不为正，不能计算比重。", "The total is not positive: no shares.")
    return numbers / whole


@typed
def herfindahl(values: pd.Series) -> float:
    """Herfindahl index: the sum of squared shares of the values, 0–1.

    Raises:
        InputError: a value is missing or negative, or all are zero.
    """
    return float((_non_negative_shares(values) ** 2).sum())


@typed
def concentration_ratio(values: pd.Series, k: int) -> float:
    """Share of the ``k`` largest values in their sum (CR_k), 0–1.

    Raises:
        InputError: ``k`` is not positive, a value is missing or negative, or all are zero.
    """
    if not (isinstance(k, Integral) and k >= 1):
        raise InputError("k 须为正整数。", "k must be a positive whole number.")
    return float(_non_negative_shares(values).nlargest(k).sum())


@typed
def location_quotient(local: pd.Series, reference: pd.Series) -> pd.Series:
    """Location quotient 区位商: a class's share here over its share in the reference.

    Args:
        local: values by class here.
        reference: values by class in the wider region, at least the same classes.

    Returns:
        Quotients by the classes of ``local``.

    Raises:
        InputError: a class has no positive reference, is there twice, or a value is missing; classes are named.
    """
    here, there = shares(_once(local)), shares(_once(reference))
    wider = there.reindex(here.index)
    if (bad := ~(wider > 0)).any():
        labels = named(here.index[bad.to_numpy()])
        raise InputError(f"参照地区没有这些类别或其值不为正：{labels}。", f"No positive reference for {labels}.")
    return here / wider


@typed
def leave_one_out_growth(current: pd.Series, base: pd.Series, *, k: int = 1) -> pd.Series:
    """Growth of a total without its ``k`` largest members: each left out alone, and all at once.

    Largest by this period's value; members of equal value in the order of their labels.

    Args:
        current: values by member in this period.
        base: the same members in the base period; a member missing on one side counts 0 there.
        k: how many of the largest to leave out.

    Returns:
        Fractions by what is left out: ``none``, each member's label, and ``top_k`` (all of them).

    Raises:
        InputError: ``k`` is not positive or leaves nobody, a member is there twice, a value is missing, or a remaining
            base is not positive.
    """
    current, base = _once(current), _once(base)
    labels = current.index.union(base.index)
    now, then = _numbers(current).reindex(labels, fill_value=0.0), _numbers(base).reindex(labels, fill_value=0.0)
    if not 0 < k < len(labels):
        raise InputError("k 须为正且小于单位数。", "k must be positive and leave somebody.")
    largest = now.sort_values(ascending=False, kind="stable").index[:k]
    left_out: dict[object, pd.Index] = {"none": largest[:0]}
    left_out |= {label: pd.Index([label]) for label in largest}
    left_out["top_k"] = largest
    growth = {}
    for name, members in left_out.items():
        rest = then.drop(members).sum()
        if not rest > 0:
            raise InputError("剔除后基数不为正，不能计算增速。", "The remaining base is not positive: no growth.")
        growth[name] = float(now.drop(members).sum() / rest - 1)
    return pd.Series(growth)


def _numbers(values: pd.Series) -> pd.Series:
    numbers = readable(values)
    if numbers.empty or (bad := ~np.isfinite(numbers.to_numpy())).any():
        labels = named(numbers.index[bad]) if len(numbers) else "∅"
        raise InputError(f"缺值：{labels}。", f"Values are missing: {labels}.")
    return numbers


def _once(values: pd.Series) -> pd.Series:
    if (twice := values.index[values.index.duplicated()].unique()).size:
        raise InputError(f"标签重复：{named(twice)}。", f"Labels are there twice: {named(twice)}.")
    return values


def _non_negative_shares(values: pd.Series) -> pd.Series:
    if (readable(values) < 0).any():
        raise InputError("集中度不接受负值。", "Concentration does not take negative values.")
    return shares(values)


def _refuse(rows: pd.DataFrame, zh: str, en: str) -> None:
    first = rows.iloc[0]
    where = " ".join(str(first[column]) for column in _CELL)
    raise InputError(f"{zh}（{first['vintage']}）。", f"{en} ({first['vintage']}).", where=where)
