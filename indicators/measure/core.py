"""Core industries: value added, its share, growth, contribution and pull, by region and class.

Belongs here: the indicators ``core_…`` of the rate method. Does not belong here: annual income-approach figures
(income), published figures (published), chains (chains).
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from classification.errors import NotKnownError
from indicators.growth import SMALL_CHANGE
from indicators.measure import constant
from indicators.measure import rows as make
from indicators.measure.accounts import value_of
from indicators.measure.evidence import Evidence
from indicators.measure.levels import by_class, spans, with_place
from indicators.quarter import Quarter
from indicators.rounding import whole
from indicators.structure import share_of_gdp

NON_CORE: Final = "non_core"
CORE: Final = "core"
_CURRENT: Final = ("current", "comparable")
_CONSTANT: Final = ("constant", "comparable")
_PUBLISHED: Final = ("current", "published")
_CELL: Final = ["region", "class", "quarter", "span"]


def rows(evidence: Evidence, leaf: pd.DataFrame) -> list[pd.DataFrame]:
    """Observation rows of core value added and of what follows from it.

    Formulas: constant price value = Σ leaf / price index of the division (cumulative, last year = 1); growth at
    constant prices = that over Σ comparable base − 1; growth at current prices = Σ leaf over the same base − 1;
    contribution and pull of the classes, and of the counties as a whole, within the city total; rates only on positive
    bases, and none for a value below zero. The value of the same period last year over that year's own
    units (published base) stands beside the comparable base as a level: no rate is ever taken on it. Without any price
    index there is nothing at constant prices.

    Source: methods, growth: the same set of units on both sides (同口径), the published base not for division.

    Args:
        evidence: what was known.
        leaf: full-span cells.

    Raises:
        NotKnownError: prices are there but a division of a core cell has none in a released quarter.
    """
    core = cells(evidence, leaf)
    if core.empty:
        return []
    digital = evidence.membership[evidence.membership["scheme"] == "digital"]
    published_classes = digital[(digital["class"] == CORE) | (digital["class"].str.len() <= 4)]
    priced = not evidence.prices.empty
    values = ["va", "base", "volume", "imputed"]
    sums = by_class(core, published_classes, values)
    table = spans(with_place(sums, evidence.place, values), values)
    previous = _last_year(table)
    now = evidence.released(table.assign(previous=previous))
    now = now.assign(estimated=now["estimated"] | (now["imputed"] != 0))
    level = _current(now)
    return [
        make.own_rows(level, now["va"], "core_value_added", "rate_method"),
        make.own_rows(level, now["base"], "core_value_added_base", "rate_method", form=_CURRENT),
        make.own_rows(level, now["previous"], "core_value_added_base", "rate_method", form=_PUBLISHED),
        make.own_rows(level, growth(now["va"], now["base"]), "core_growth", "rate_method", form=_CURRENT),
        *_shares(level, evidence.place),
        *_imputed(level),
        *share_gdp(evidence, level),
        *(_real(now, evidence.place) if priced else []),
        *(constant.rows(evidence, table.assign(growth=growth(table["volume"], table["base"]))) if priced else []),
    ]


def cells(evidence: Evidence, leaf: pd.DataFrame) -> pd.DataFrame:
    """Core cells of all quarters as figures add them up: ``va, base, volume`` (yuan) and where each comes from."""
    return with_volume(evidence, leaf[leaf["de"] != NON_CORE])


def with_volume(evidence: Evidence, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells (``quarter, gbt, va``) with ``volume``, at prices of the same period last year, and ``estimated``.

    Cells of the base year need no price and keep their value.
    """
    keyed = cells.assign(division=cells["gbt"].str[:2])
    prices = evidence.prices[["quarter", "division", "index", "status"]].astype({"index": "float64"})
    joined = keyed.merge(prices, on=["quarter", "division"], how="left", validate="many_to_one")
    before = joined["quarter"] < str(evidence.first_release)
    if not evidence.prices.empty:
        _refuse_unpriced(joined[joined["index"].isna() & ~before])
    index = joined["index"].where(~before).fillna(1.0)
    volume = whole(joined["va"] / index)
    return joined.assign(volume=volume, estimated=(joined["status"] == "E") & ~before)


def _refuse_unpriced(bad: pd.DataFrame) -> None:
    if len(bad):
        divisions, quarters = (("、".join(sorted(bad[name].unique()))) for name in ("division", "quarter"))
        raise NotKnownError(
            f"缺少价格指数：行业大类 {divisions}，季度 {quarters}。请在 JG01 中补充。",
            f"No price index for divisions {divisions} in {quarters}; add them to form JG01.",
        )


def growth(current: pd.Series, base: pd.Series) -> pd.Series:
    """A rate where both sides allow one; else there are words (``growth_words``), not a number below −100 %."""
    return make.ratio(current.where(current >= 0), base) - 1


def _last_year(table: pd.DataFrame) -> pd.Series:
    """The value of the same cell in the same period last year, in the order of ``table``."""
    past = table[[*_CELL, "va"]].rename(columns={"va": "previous"})
    past = past.assign(quarter=past["quarter"].map({q: str(Quarter.parse(q) + 4) for q in past["quarter"].unique()}))
    return pd.Series(table[_CELL].merge(past, on=_CELL, how="left")["previous"].to_numpy(), index=table.index)


def _current(table: pd.DataFrame) -> pd.DataFrame:
    """The rows for figures at current prices: an estimated price index does not touch them, an imputed return does."""
    return table.assign(estimated=table["imputed"] != 0)


def _imputed(level: pd.DataFrame) -> list[pd.DataFrame]:
    """What share of a level is imputed for missing returns; 0 is said, too."""
    cumulative = level[level["span"] == "cumulative"]
    share = make.ratio(cumulative["imputed"], cumulative["va"])
    return [make.own_rows(cumulative, share, "core_imputed_share", "rate_method")]


def _total(table: pd.DataFrame, names: list[str], place: str | None = None) -> pd.DataFrame:
    """Values of the core as a whole for each row: of the row's own region, or of the place."""
    whole = table[table["class"] == CORE]
    by = ["region", "quarter", "span"] if place is None else ["quarter", "span"]
    if place is not None:
        whole = whole[whole["region"] == place]
    return table[by].merge(whole[[*by, *names]], on=by, how="left")[names].set_axis(table.index)


def _shares(level: pd.DataFrame, place: str) -> list[pd.DataFrame]:
    classes = level[level["class"] != CORE]
    own = _total(level, ["va"])["va"].loc[classes.index]
    counties = level[(level["class"] == CORE) & (level["region"] != place)]
    city = _total(level, ["va"], place)["va"].loc[counties.index]
    return [
        make.own_rows(classes, make.ratio(classes["va"], own), "core_class_share", "rate_method"),
        make.own_rows(counties, make.ratio(counties["va"], city), "core_region_share", "rate_method"),
    ]


def share_gdp(evidence: Evidence, level: pd.DataFrame, definition: str = "same_vintage") -> list[pd.DataFrame]:
    """Share of GDP where GDP of the figure's own vintage is there; another vintage gives no figure.

    Args:
        evidence: what was known.
        level: ``region, class, quarter, span, va, estimated``; ``vintage`` where it is not that of all own figures.
        definition: of the share.
    """
    gdp = value_of(evidence.accounts, "GDP")
    core = level[level["class"] == CORE].assign(
        period=lambda frame: frame["quarter"],
        vintage=lambda frame: frame.get("vintage", evidence.vintage),
        price_basis="current",
        value=lambda frame: frame["va"],
    )
    status = gdp[["region", "period", "span", "vintage", "status"]]
    ready = core.merge(status, on=["region", "period", "span", "vintage"], how="inner", validate="many_to_one")
    if ready.empty:
        return []
    share = share_of_gdp(ready, gdp)
    marked = share.assign(estimated=share["estimated"] | (share["status"] == "E"))
    return [make.own_rows(marked, marked["value"], "core_share_gdp", definition)]


def _real(now: pd.DataFrame, place: str) -> list[pd.DataFrame]:
    """Volume, growth on the comparable base, contribution and pull within the city."""
    real = growth(now["volume"], now["base"])
    part = now[(now["region"] == place) | (now["class"] == CORE)]
    city = _total(now, ["volume", "base"], place).loc[part.index]
    change, total_change = part["volume"] - part["base"], city["volume"] - city["base"]
    small = (total_change <= 0) | (city["base"] <= 0) | (total_change < SMALL_CHANGE * city["base"])
    return [
        make.own_rows(now, now["volume"], "core_value_added_volume", "rate_method"),
        make.own_rows(now, real, "core_growth", "rate_method", form=_CONSTANT),
        make.own_rows(part, make.ratio(change, city["base"]), "core_pull", "rate_method"),
        make.own_rows(part, (change / total_change.where(~small)), "core_contribution", "rate_method"),
    ]
