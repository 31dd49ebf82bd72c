"""The route of an industry 核算方法: where a table says so, volume extrapolation takes the place of the rate method.

Belongs here: which classes go which way in a quarter, and putting the class's volume on its cells. Does not belong
here: the formula (value_added), the chain over years (full_span).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from classification.errors import NotKnownError
from indicators.measure.evidence import Evidence
from indicators.quarter import Quarter
from indicators.rounding import whole
from indicators.value_added import extrapolate

VOLUME: Final = "volume"
# The same, but last year's relation of value added to the indicator was no ground for a ρ.
VOLUME_FLAGGED: Final = "volume_flagged"


def extrapolated(
    evidence: Evidence, rows: pd.DataFrame, done: Mapping[str, pd.DataFrame], now: Quarter
) -> pd.DataFrame:
    """Full-span cells of a quarter, those of classes on the volume route put on their volume.

    Over a class of the place ``VA_const(t) = VA(t−4)·(1 + g·ρ)`` and ``VA(t) = VA_const(t)·price index``; its cells
    share it as they share the class by the rate method, so entries, exits and moves between counties show where they
    are, and the class grows as its volume says. The comparable base of a cell is its share of ``VA(t−4)``. ρ is that of
    last year's full span. A class without value added a year ago stays with the rate method.

    Args:
        evidence: routes, volumes and prices as known.
        rows: cells of the quarter by the rate method: ``gbt, va, base, imputed, factor_level`` (yuan).
        done: the same of earlier quarters, as they came out.
        now: the quarter.

    Returns:
        ``rows``, in their order; ``factor_level`` says ``volume`` or, where ρ was set to 1, ``volume_flagged``.

    Raises:
        NotKnownError: a volume indicator or price index that a route needs is missing; it is named.

    Source: methods, value added: volume extrapolation 物量外推.
    """
    classes = relations(evidence, rows, done, now)
    if classes.empty:
        return rows
    current = classes["va"] * _prices(evidence.prices, classes.index, now)
    by_gbt = pd.DataFrame({
        "va_factor": current / classes["now"],
        "base_factor": classes["past"] / classes["now"],
        "level": classes["flagged"].map({True: VOLUME_FLAGGED, False: VOLUME}),
    })  # fmt: skip
    own = rows[["gbt"]].join(by_gbt, on="gbt")
    there = own["level"].notna()
    return rows.assign(
        va=np.where(there, whole(rows["va"] * own["va_factor"]), rows["va"]),
        base=np.where(there, whole(rows["va"] * own["base_factor"]), rows["base"]),
        imputed=np.where(there, whole(rows["imputed"] * own["va_factor"]), rows["imputed"]),
        factor_level=own["level"].where(there, rows["factor_level"]),
    )


def relations(evidence: Evidence, rows: pd.DataFrame, done: Mapping[str, pd.DataFrame], now: Quarter) -> pd.DataFrame:
    """The classes that go by volume in a quarter, and by which relation.

    Arguments and errors are those of ``extrapolated``.

    Returns:
        By GB/T class: ``now`` and ``past`` (value added of the rows and of a year ago, yuan), ``indicator`` and its
        growth ``indicator_growth``, ``rho``, ``flagged`` (ρ was set to 1), ``va`` (at last year's prices), ``growth``.
    """
    last, indicator_of = done.get(str(now - 4)), _routed(evidence.routes, now)
    if not indicator_of or last is None:
        return pd.DataFrame()
    classes = pd.DataFrame({
        "now": rows.groupby("gbt")["va"].sum(),
        "past": last.groupby("gbt")["va"].sum(),
    }).dropna()  # fmt: skip
    classes = classes.assign(indicator=_indicators(indicator_of, classes.index))
    classes = classes[(classes["indicator"] != "") & (classes["past"] > 0) & (classes["now"] > 0)]
    if classes.empty:
        return classes
    grown = _growth(evidence.volumes, classes["indicator"], now)
    volume = extrapolate(
        classes["past"],
        grown,
        last_year_va_growth=_own_growth(evidence, classes.index, done, now - 4),
        last_year_indicator_growth=_last_growth(evidence.volumes, classes["indicator"], now),
    )
    return classes.assign(indicator_growth=grown).join(volume)


def _routed(routes: pd.DataFrame, now: Quarter) -> dict[str, str]:
    """Code → volume indicator ('' where the rate method is laid down) of the routes valid on the quarter's last day."""
    valid = routes[(routes["valid_from"] <= now.last_day) & (now.last_day < routes["valid_to"])]
    last = valid.sort_values("valid_from", kind="stable")
    return dict(zip(last["code"], last["indicator"], strict=True))


def _indicators(indicator_of: Mapping[str, str], classes: pd.Index) -> list[str]:
    """The indicator of each class: that of the longest code that it begins with, '' where none is named."""
    found = ((indicator_of.get(str(gbt)[:length]) for length in (4, 3, 2)) for gbt in classes)
    return [next((name for name in names if name is not None), "") for names in found]


def _growth(volumes: pd.DataFrame, names: pd.Series, now: Quarter) -> pd.Series:
    growth = names.map(_of_quarter(volumes, now))
    if (missing := growth.isna()).any():
        wanted = "、".join(sorted(names[missing].unique()))
        raise NotKnownError(
            f"缺少 {now} 的物量指标：{wanted}。请在 HS12 中补充，或在 HS11 中改用增加值率法。",
            f"No volume indicator {wanted} for {now}; add it to form HS12 or change the route in HS11.",
            where=str(now),
        )
    return growth


def _last_growth(volumes: pd.DataFrame, names: pd.Series, now: Quarter) -> pd.Series:
    """Growth of the indicators over last year; 0, on which no ρ can rest, where it is not known."""
    return names.map(_of_quarter(volumes, Quarter(now.year - 1, 4))).fillna(0.0)


def _of_quarter(volumes: pd.DataFrame, quarter: Quarter) -> pd.Series:
    return volumes[volumes["quarter"] == str(quarter)].set_index("indicator")["growth"].astype("float64")


def _own_growth(evidence: Evidence, classes: pd.Index, done: Mapping[str, pd.DataFrame], then: Quarter) -> pd.Series:
    """Growth of the classes' value added over last year, at constant prices; 0 where last year's base is not known."""
    year_end = done.get(str(Quarter(then.year, 4)))
    if year_end is None:
        return pd.Series(0.0, index=classes)
    sums = year_end.groupby("gbt")[["va", "base"]].sum().reindex(classes)
    prices = _division_prices(evidence.prices, Quarter(then.year, 4))
    index = pd.Series(classes.str[:2].map(prices.to_dict()), index=classes).astype("float64")
    return (sums["va"] / index / sums["base"].where(sums["base"] > 0) - 1).fillna(0.0)


def _prices(prices: pd.DataFrame, classes: pd.Index, now: Quarter) -> pd.Series:
    index = pd.Series(classes.str[:2].map(_division_prices(prices, now).to_dict()), index=classes).astype("float64")
    if (missing := index.isna()).any():
        divisions = "、".join(sorted(set(classes[missing].str[:2])))
        raise NotKnownError(
            f"物量外推缺少价格指数：行业大类 {divisions}，季度 {now}。请在 JG01 中补充。",
            f"Volume extrapolation needs a price index for divisions {divisions} in {now}; add it to form JG01.",
            where=str(now),
        )
    return index


def _division_prices(prices: pd.DataFrame, quarter: Quarter) -> pd.Series:
    return prices[prices["quarter"] == str(quarter)].set_index("division")["index"]
