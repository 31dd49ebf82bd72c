"""Growth accounting: what the growth of ICT capital has added to value added, summed over the years.

Belongs here: the definition ``growth_accounting``, from annual series. Does not belong here: series of ICT investment.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.penetration.refusing import columns_of, refuse
from indicators.series import readable

_AMOUNTS: Final = ["investment", "investment_price", "va", "va_price"]


@typed
def growth_accounting(
    frame: pd.DataFrame, *, base_year: int, r: float, delta: float, g: float, by: str | None = None
) -> pd.DataFrame:
    """Value added that came with ICT capital: ``D_T = Σ_{t≤T} s̄_t·Δln K_t·Y_{t−1}``, over constant value added.

    ``K_t = (1 − δ)·K_{t−1} + I_t/P_t``, ``K_0 = (I_0/P_0)/(g + δ)``, the perpetual inventory from the first year;
    ``s_t = (r + δ)·P_t·K_t / VA_t``, the income share of ICT capital at its user cost; ``s̄_t`` the mean of s in t and
    t − 1; ``Y_t = VA_t/P_Y,t``. Prices are set to 1 in ``base_year``. Of several kinds of capital, D adds up.

    Args:
        frame: one row per year (and ``by``), years without gaps: ``year, investment, va`` at current prices in one
            money unit, and their price indices ``investment_price, va_price`` on any base.
        base_year: year of the constant prices; one of the years.
        r: net rate of return (fraction).
        delta: rate of depreciation, in (0, 1).
        g: growth of real investment before the first year (fraction), with ``g + delta`` > 0.
        by: grouping column (sector); default none.

    Returns:
        One row per year from the second on (and per ``by``), in order: ``year, va_constant, capital, share`` (s̄),
        ``growth`` (Δln K), ``contribution, accumulated`` (D), ``rate_growth_accounting`` (D_T/Y_T), ``definition_id``
        and the parameters ``base_year, r, delta, g``, without which the rate means nothing.

    Raises:
        InputError: a column is missing, a parameter or ``base_year`` does not hold, a year is missing or there twice,
            an amount is missing, investment is negative (or 0 in the first year), a price or value added is not
            positive, or ICT capital earns more than all value added; years are named.

    Source: methods, penetration: growth_accounting; Jorgenson and Stiroh (2000); OECD, Measuring Capital (2009).
    """
    assumed = _Assumptions(base_year, r, delta, g)
    columns_of(frame, ["year", *([] if by is None else [by]), *_AMOUNTS])
    if by is None or frame.empty:
        return _measured(frame, assumed, "")
    if frame[by].isna().any():
        raise InputError(f"列 {by} 有空值。", f"{by} has blanks.")
    groups = {label: _measured(rows, assumed, f"{by} {label} ") for label, rows in frame.groupby(by, sort=True)}
    return pd.concat(groups, names=[by, None]).reset_index(level=0).reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class _Assumptions:
    """What the measure takes for granted; every result names it."""

    base_year: int
    r: float
    delta: float
    g: float

    def __post_init__(self) -> None:
        if not (0 < self.delta < 1 and 0 < self.g + self.delta < np.inf and 0 < self.r + self.delta < np.inf):
            raise InputError(
                "参数不成立：须 0 < delta < 1，g + delta > 0，r + delta > 0。",
                "Parameters do not hold: 0 < delta < 1, g + delta > 0, r + delta > 0.",
            )


def _measured(rows: pd.DataFrame, assumed: _Assumptions, where: str) -> pd.DataFrame:
    years = _years(rows, assumed.base_year, where)
    base = years.loc[assumed.base_year]
    price, va_price = (years[name] / base[name] for name in ("investment_price", "va_price"))
    capital = _inventory(years["investment"] / price, assumed)
    output = years["va"] / va_price
    share = (assumed.r + assumed.delta) * price * capital / years["va"]
    _named(years, share > 1, f"{where}资本报酬超过增加值", f"{where}capital earns more than all value added")
    mean_share = (share + share.shift()) / 2
    growth = np.log(capital).diff()
    contribution = mean_share * growth * output.shift()
    found = {
        "va_constant": output,
        "capital": capital,
        "share": mean_share,
        "growth": growth,
        "contribution": contribution,
        "accumulated": contribution.cumsum(),
        "rate_growth_accounting": contribution.cumsum() / output,
    }
    frame = pd.DataFrame(found).iloc[1:].reset_index(names="year")
    return frame.assign(definition_id="growth_accounting", **asdict(assumed))


def _inventory(real: pd.Series, assumed: _Assumptions) -> pd.Series:
    """The capital stock at the end of each year."""
    stock = [float(real.iloc[0]) / (assumed.g + assumed.delta)]
    for invested in real.iloc[1:]:
        stock.append((1 - assumed.delta) * stock[-1] + float(invested))
    return pd.Series(stock, index=real.index)


def _years(rows: pd.DataFrame, base_year: int, where: str) -> pd.DataFrame:
    """Amounts by year, in order."""
    named_years = readable(rows["year"])
    if (bad := ~(named_years % 1 == 0)).any():
        refuse(rows.loc[bad, "year"], f"{where}年份无效", f"{where}not a year")
    years = readable(rows[_AMOUNTS]).set_index(named_years.astype("int64")).sort_index()
    found = years.index.tolist()
    span = range(found[0], found[-1] + 1) if found else range(0)
    if found != list(span) or len(found) < 2:
        odd = sorted(set(span) - set(found)) or found
        refuse(odd, f"{where}年份缺失、重复或不足两年", f"{where}years are missing, there twice or fewer than two")
    if base_year not in found:
        refuse([base_year], f"{where}没有基年", f"{where}lacks the base year")
    whole = years.apply(lambda column: column.between(0, np.inf, inclusive="left")).all(axis=1)
    positive = (years.drop(columns="investment") > 0).all(axis=1)
    first = pd.Series([year == found[0] for year in found], index=years.index)
    zh = f"{where}投资、增加值或价格缺失或不成立（首年投资须为正）"
    en = f"{where}investment, value added or a price is missing or does not hold"
    _named(years, ~whole | ~positive | (first & (years["investment"] == 0)), zh, en)
    return years


def _named(years: pd.DataFrame, bad: pd.Series, zh: str, en: str) -> None:
    if bad.any():
        refuse(years.index[bad.to_numpy()], zh, en)
