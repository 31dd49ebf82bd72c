"""What other bodies published: passed through as it is, and the shares that follow from it.

Belongs here: bringing a published value into the stored unit; class shares and the share of GDP of published core
value added. Does not belong here: own estimates.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from indicators.catalogue import indicator, indicators
from indicators.measure.accounts import GDP, value_of
from indicators.measure.core import CORE
from indicators.measure.evidence import Evidence
from indicators.measure.rows import quantised, ratio
from indicators.monitored import COMPLETION, DEFINITION, RANK, TARGET, target_definitions
from indicators.observation import OURS
from indicators.rounding import from_unit
from indicators.structure import share_of_gdp

_CELL: Final = ["region", "period", "span", "vintage", "authority"]
_SHARE: Final = {"unit": "比率", "price_basis": "current", "base": "none", "authority": OURS, "release_level": "L0"}


def rows(evidence: Evidence) -> list[pd.DataFrame]:
    """Observation rows of published figures, and of the shares that published core value added gives.

    A published value stays what it is; one given in 亿元 or % is stored in yuan or as a fraction, exactly. Shares of
    GDP are of one vintage; where GDP is also there in its preliminary vintage and core value added is not, the share
    over that is given too, under its own name, ``mixed_vintage``. Source: methods, conventions: numerator and
    denominator are of one vintage.
    """
    published = evidence.published
    if published.empty:
        return []
    passed = published.assign(**{"class": published["class"].fillna("")})
    entries = [indicators().get(key) for key in zip(passed["indicator"], passed["definition_id"], strict=True)]
    units = [entry.unit if entry else unit for entry, unit in zip(entries, passed["unit"], strict=True)]
    values = [_stored(*cell) for cell in zip(passed["value"], passed["unit"], units, strict=True)]
    known = pd.Series([unit for _, unit in values], index=passed.index)
    levels = [entry.release_level if entry else "L2" for entry in entries]
    aimed = zip(pd.to_numeric(passed["target"]), passed["unit"], units, strict=True)
    targets = [_stored(*cell)[0] if cell[0] > 0 else float("nan") for cell in aimed]
    passed = passed.assign(value=[value for value, _ in values], target=targets, unit=known, release_level=levels)
    core = passed[(passed["indicator"] == "core_value_added") & (passed["price_basis"] == "current")]
    given = passed[(passed["indicator"] == "gdp") & (passed["price_basis"] == "current")]
    gdp = _by_span(pd.concat([value_of(evidence.accounts, GDP), given], ignore_index=True))
    return [passed, *_assumed(passed), *_beside(passed), *_class_shares(core), *_gdp_shares(gdp, core)]


def _stored(value: float, unit: str, wanted: str) -> tuple[float, str]:
    """The value in the stored unit; a unit that has no place there is left for the observation check to refuse."""
    if unit == wanted or (wanted, unit[-1:]) not in {
        ("元", "元"),
        ("条", "条"),
        ("人", "人"),
        ("家", "家"),
        ("比率", "%"),
    }:
        return float(value), unit
    return float(from_unit(float(value), unit)), wanted


def _assumed(passed: pd.DataFrame) -> list[pd.DataFrame]:
    """The year of each figure whose publisher gave none, beside the figure, so that no reader takes it for theirs."""
    rows = passed[passed["assumed"].astype(bool)]
    if rows.empty:
        return []
    entry = indicator("assumed_period", "external")
    return [rows.assign(indicator=entry.id, value=rows["period"].astype("float64"), unit=entry.unit,
                        price_basis="none", base="none")]  # fmt: skip


def _beside(passed: pd.DataFrame) -> list[pd.DataFrame]:
    """Target, completion and rank of departments' figures, each with the figure's indicator for its class.

    Completion is the figure over its target, of the same report; a figure without a target has none.
    """
    reported = passed[passed["definition_id"] == DEFINITION]
    aimed, ranked = reported[reported["target"] > 0], reported[reported["rank"].notna()]
    entries = [indicators()[name, DEFINITION] for name in aimed["indicator"]]
    kept = [target_definitions()[entry.unit, entry.display_unit] for entry in entries]
    return [
        _classed(aimed, TARGET, aimed["target"]).assign(definition_id=kept, unit=aimed["unit"]),
        _classed(aimed, COMPLETION, quantised(aimed["value"] / aimed["target"], "比率")),
        _classed(ranked, RANK, ranked["rank"].astype("float64")),
    ]


def _classed(rows: pd.DataFrame, name: str, value: pd.Series) -> pd.DataFrame:
    entry = next(entry for entry in indicators().values() if entry.id == name)
    return rows.assign(**{"class": rows["indicator"]}, indicator=name, value=value, unit=entry.unit)


def _class_shares(core: pd.DataFrame) -> list[pd.DataFrame]:
    """Each class over the core as published by the same body in the same vintage."""
    whole = core.loc[core["class"] == CORE, [*_CELL, "value"]].rename(columns={"value": "whole"})
    classes = core[core["class"] != CORE].merge(whole, on=_CELL, how="inner", validate="many_to_one")
    if classes.empty:
        return []
    share = quantised(ratio(classes["value"], classes["whole"]), "比率")
    return [_derived(classes.assign(value=share).dropna(subset=["value"]), "core_class_share", "published")]


def _gdp_shares(gdp: pd.DataFrame, core: pd.DataFrame) -> list[pd.DataFrame]:
    """Core value added over GDP, from the accounts or as published."""
    core = core[core["class"] == CORE]
    if core.empty or gdp.empty:
        return []
    found = []
    for name, vintage in (("same_vintage", core["vintage"]), ("mixed_vintage", pd.Series("preliminary", core.index))):
        mixed = name == "mixed_vintage"
        wanted = core.assign(gdp_vintage=vintage)[(core["vintage"] != vintage) | (not mixed)]
        there = gdp[["region", "period", "span", "vintage"]].rename(columns={"vintage": "gdp_vintage"})
        ready = wanted.merge(there, on=["region", "period", "span", "gdp_vintage"], how="inner")
        if len(ready):
            share = share_of_gdp(ready, gdp, mixed="preliminary" if mixed else None)
            found.append(_derived(share.assign(value=quantised(share["value"], "比率")), "core_share_gdp", name))
    return found


def _by_span(gdp: pd.DataFrame) -> pd.DataFrame:
    """GDP with the year's figure under both of its names: the annual period, and the cumulative fourth quarter."""
    year_end = gdp[(gdp["span"] == "cumulative") & gdp["period"].str.endswith("Q4")]
    annual = year_end.assign(period=year_end["period"].str[:4], span="annual")
    both = pd.concat([gdp, annual], ignore_index=True)
    return both[["region", "period", "span", "vintage", "price_basis", "value"]].drop_duplicates(
        ["region", "period", "span", "vintage"]
    )


def _derived(frame: pd.DataFrame, name: str, definition: str) -> pd.DataFrame:
    """Shares as rows of ours; where several bodies publish the same cell, the first by name is kept."""
    rows = frame.sort_values("authority", kind="stable").assign(indicator=name, definition_id=definition, **_SHARE)
    return rows.drop_duplicates(["indicator", "definition_id", "region", "class", "period", "span", "vintage"])
