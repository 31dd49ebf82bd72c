"""Facts: what the rules of early warning look at, for each class of the core in each quarter, from observations.

Belongs here: numbers of a class and quarter that look back, never ahead, so that a fact of an earlier quarter is what
it would have been then, of today's vintages. Does not belong here: rules, facts of firms (``firm_fact.sql``).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from indicators.observation import OURS
from indicators.revision_steps import FEWEST
from indicators.signals import mann_kendall
from pipelines.warning.rules import NUMBERS, RECEIVABLES, Level

# How many quarters the trend test looks at, and of how many earlier years a season is the mean.
TREND_OVER: Final = 8
SEASON_OVER: Final = 3
_YEAR: Final = 4
_PRICES: Final = ("constant", "current")
# The headline definition: what is reported.
_OURS: Final = "rate_method"
_KEY: Final = ["level", "region", "class", "quarter"]
# A change of growth below this is none: half of what a bulletin shows.
_FLAT: Final = 0.0005
# Three equal numbers deviate by no more than this.
_NOISE: Final = 1e-9

_NONE: Final = pd.DataFrame(
    {name: pd.Series(dtype="str" if name in _KEY else "float64") for name in [*_KEY, *sorted(NUMBERS["industry"])]}
)


def class_facts(observations: pd.DataFrame, place: str, owed: pd.DataFrame | None = None) -> pd.DataFrame:
    """Facts of the place's digital classes (industry) and of the core part of divisions of GB/T 4754 (sector).

    Args:
        observations: of a release, all its quarters.
        place: code of the place.
        owed: ``receivables_fact.sql``, of which observations know nothing; without it no receivables are known.

    Returns:
        ``level, region, class, quarter`` and the numbers of ``rules.NUMBERS``, float64, missing where the history is
        too short. Growth is of the single quarter on the comparable base (value added at constant prices, of a sector
        revenue at current ones), margins and shares are of the year so far. A class of fewer than three firms has no
        facts: what is said of it would be said of them.
    """
    ours = observations[(observations["region"] == place) & (observations["authority"] == OURS)]
    levels: dict[Level, dict[str, pd.DataFrame]] = {"industry": _industry(ours), "sector": _sector(ours)}
    frames = [_facts(level, place, numbers) for level, numbers in levels.items() if numbers["growth"].size]
    facts = pd.concat([_NONE, *frames], ignore_index=True)
    if owed is not None:
        facts = facts.drop(columns=[*RECEIVABLES]).merge(owed, how="left", on=["level", "class", "quarter"])
    return facts[facts["units"] >= FEWEST][_NONE.columns].sort_values(_KEY, ignore_index=True)


def _industry(ours: pd.DataFrame) -> dict[str, pd.DataFrame]:
    constant = _wide(ours, "core_growth", span="quarter", definition=_OURS, price="constant")
    return {
        "growth": constant
        if len(constant)
        else _wide(ours, "core_growth", span="quarter", definition=_OURS, price="current"),
        "level": _wide(ours, "core_value_added", span="quarter", definition=_OURS),
        "before": _wide(ours, "core_value_added_base", span="quarter", definition=_OURS, base="published"),
        "share": _wide(ours, "core_class_share", definition=_OURS),
        "margin": _wide(ours, "core_profit_margin"),
        "units": _wide(ours, "firms"),
        "units_left": _wide(ours, "core_units_left", span="quarter"),
    }


def _sector(ours: pd.DataFrame) -> dict[str, pd.DataFrame]:
    revenue, change = _wide(ours, "industry_revenue"), _wide(ours, "industry_revenue_change")
    value = _wide(ours, "industry_core_value_added")
    whole = _wide(ours, "core_value_added", definition=_OURS)
    return {
        "growth": _single(revenue) / _single(revenue / (1 + change)) - 1,
        "share": value.div(whole["core"], axis=0) if "core" in whole else value,
        "margin": _wide(ours, "industry_profit_margin"),
        "units": _wide(ours, "industry_firms"),
    }


def _wide(
    ours: pd.DataFrame, name: str, *, span: str = "cumulative", price: str = "", definition: str = "", base: str = ""
) -> pd.DataFrame:
    """One indicator, quarters down, classes across, every quarter between the first and the last there."""
    mine = ours[(ours["indicator"] == name) & (ours["span"] == span)]
    for column, wanted in (("price_basis", price), ("definition_id", definition), ("base", base)):
        mine = mine[mine[column] == wanted] if wanted else mine
    wide = mine.assign(quarter=pd.PeriodIndex(mine["period"], freq="Q")).pivot(
        index="quarter", columns="class", values="value"
    )
    return wide.asfreq("Q") if len(wide) else wide


def _single(cumulative: pd.DataFrame) -> pd.DataFrame:
    """Single quarters of what is counted from January; the first quarter is its own."""
    earlier = cumulative.shift(1)
    earlier[pd.PeriodIndex(cumulative.index).quarter == 1] = 0.0
    return cumulative - earlier


def _facts(level: Level, place: str, numbers: dict[str, pd.DataFrame]) -> pd.DataFrame:
    growth, margin, share = numbers["growth"], numbers["margin"], numbers["share"]
    found = {
        "growth": growth,
        "growth_before": growth.shift(1),
        "drop": growth.shift(1) - growth,
        "falls": _run(growth.diff() < -_FLAT),
        **_trend(growth),
        "margin": margin,
        "margin_before": margin.shift(_YEAR),
        "margin_fall": margin.shift(_YEAR) - margin,
        "share": share,
        "share_falls": _run(share.diff(_YEAR) < -_FLAT),
        "units": numbers["units"],
        "units_left": numbers.get("units_left", _nothing(growth)),
        **(_season(numbers["level"], numbers["before"]) if "level" in numbers else {}),
    }
    long = pd.concat({name: frame.stack() for name, frame in found.items() if frame.size}, axis=1)
    long.index.names = ["quarter", "class"]
    rows = long.reindex(columns=sorted(NUMBERS[level])).reset_index()
    return rows.assign(level=level, region=place, quarter=rows["quarter"].astype(str))


def _run(true: pd.DataFrame) -> pd.DataFrame:
    """How many quarters in a row, up to each, it has been true."""
    counted = true.astype("int64").cumsum()
    return (counted - counted.where(~true).ffill().fillna(0)).astype("float64")


def _trend(growth: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """τ and p of the Mann-Kendall test over the last eight quarters, where all of them are known."""
    tau, p = _nothing(growth), _nothing(growth)
    for end in range(TREND_OVER, len(growth) + 1):
        window = growth.iloc[end - TREND_OVER : end]
        for name in window.columns[window.notna().all()]:
            test = mann_kendall(window[name])
            tau.loc[window.index[-1], name], p.loc[window.index[-1], name] = test.tau, test.p
    return {"trend_tau": tau, "trend_p": p}


def _nothing(like: pd.DataFrame) -> pd.DataFrame:
    """A frame of the same shape without a value."""
    return pd.DataFrame(np.nan, index=like.index, columns=like.columns)


def _season(level: pd.DataFrame, before: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A quarter's part of the last four, against the same quarter of the three years before.

    The year before the first that is released is known as the published base of the first.
    """
    base = before.set_axis(before.index - _YEAR)
    whole = level.combine_first(base)
    part = whole / whole.rolling(_YEAR).sum().where(lambda sums: sums > 0)
    earlier = [part.shift(_YEAR * years) for years in range(1, SEASON_OVER + 1)]
    stacked = np.stack([frame.to_numpy() for frame in earlier])
    mean, deviation = stacked.mean(axis=0), stacked.std(axis=0, ddof=1)
    gap = (part - mean).abs()
    made = {
        "season": part,
        "season_mean": pd.DataFrame(mean, index=part.index, columns=part.columns),
        "season_gap": gap,
        "season_deviation": gap / np.where(deviation > _NOISE, deviation, np.nan),
    }
    return {name: frame.loc[level.index] for name, frame in made.items()}
