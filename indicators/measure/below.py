"""What lies below the survey threshold 规模以下: a census base carried on by a proxy, less the units that have left it.

Belongs here: the allocation by county and class. Does not belong here: adding it to what reports (scope).
"""

from __future__ import annotations

import pandas as pd

from classification.errors import NotKnownError
from indicators.measure.evidence import Evidence
from indicators.quarter import Quarter
from indicators.rounding import whole

CELL = ["county", "gbt", "de"]


def allocated(evidence: Evidence, quarters: list[str]) -> pd.DataFrame:
    """Core value added below the threshold, cumulative, for each quarter.

    ``VA(y,q) = base·P(y,q)/P(base year, Q4) − Σ_e crossed(e,q)·P(y,q)/P(e−1,q)``, not below 0, ``e`` the years after
    the base year: a proxy P in cumulative values gives growth and season at once; what units had a year before they
    first reported (contract cell_crossed, over the months that they report) has moved above the threshold and is taken
    out for good. The base is that of the latest year up to ``y``. A year ago, of the same set of units, it was
    ``VA(y,q)·P(y−1,q)/P(y,q)``.

    Args:
        evidence: below, proxies, crossed as known.
        quarters: for which; those before the first base year have none.

    Returns:
        ``quarter, county, gbt, de, va, base`` in whole yuan (float64); no rows without a base.

    Raises:
        NotKnownError: a proxy that a base names is missing in a quarter; proxies and quarters are named.

    Source: methods, value added: below threshold; quarterly accounts carry census benchmarks on by related indicators.
    """
    empty = pd.DataFrame(columns=["quarter", *CELL, "va", "base"]).astype({"va": "float64", "base": "float64"})
    years = evidence.below["year"].astype("int64")
    parts = [empty]
    for text in quarters:
        now = Quarter.parse(text)
        if (years <= now.year).any():
            base = evidence.below[years == years[years <= now.year].max()]
            parts.append(_of_quarter(evidence, base, now))
    return pd.concat([part for part in parts if len(part)] or [empty], ignore_index=True)


def _of_quarter(evidence: Evidence, base: pd.DataFrame, now: Quarter) -> pd.DataFrame:
    start = Quarter(int(base["year"].iloc[0]), 4)
    proxy = {q: _proxy(evidence.proxies, base, q) for q in {start, now, now - 4}}
    grown = base["va"].astype("float64") * proxy[now] / proxy[start]
    gone = sum(
        (_crossed(evidence, base, Quarter(year, now.number)) for year in range(start.year + 1, now.year + 1)),
        start=pd.Series(0.0, index=base.index),
    )
    va = (grown - gone * proxy[now]).clip(lower=0.0)
    return pd.DataFrame({
        "quarter": str(now),
        **{name: base[name] for name in CELL},
        "va": whole(va),
        "base": whole(va * proxy[now - 4] / proxy[now]),
    })  # fmt: skip


def _crossed(evidence: Evidence, base: pd.DataFrame, entry: Quarter) -> pd.Series:
    """What units that first reported in a year had a year before, in units of the proxy of that time."""
    cells = evidence.crossed[evidence.crossed["quarter"] == str(entry)]
    if cells.empty:
        return pd.Series(0.0, index=base.index)
    had = cells.groupby(CELL)["va_base"].sum()
    value = pd.Series(base[CELL].join(had, on=CELL)["va_base"], index=base.index).astype("float64").fillna(0.0)
    return value / _proxy(evidence.proxies, base, entry - 4)


def _proxy(proxies: pd.DataFrame, base: pd.DataFrame, quarter: Quarter) -> pd.Series:
    """The proxy's value for each row of the base: of its county, else of the whole place."""
    now = proxies[proxies["quarter"] == str(quarter)]
    there = dict(zip(zip(now["proxy"], now["county"], strict=True), now["value"], strict=True))
    keys = zip(base["proxy"], base["county"], strict=True)
    values = [there.get((proxy, county), there.get((proxy, ""))) for proxy, county in keys]
    found = pd.Series(values, index=base.index, dtype="float64")
    if (missing := found.isna()).any():
        names = "、".join(sorted(base.loc[missing, "proxy"].unique()))
        raise NotKnownError(
            f"缺少规模以下推算指标：{names}，季度 {quarter}。请在 HS14 中补充。",
            f"No proxy {names} for {quarter}; add it to form HS14.",
            where=str(quarter),
        )
    return found
