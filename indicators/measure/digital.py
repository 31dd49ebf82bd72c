"""Penetration of the place by definition: efficiency_va from division accounts, adoption from the survey.

Belongs here: putting the formulas of ``penetration`` on evidence. Does not belong here: rates that other bodies publish
(published passes them through under ``external``).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.measure import rows as make
from indicators.measure.accounts import divisions
from indicators.measure.core import NON_CORE
from indicators.measure.evidence import Evidence
from indicators.penetration import adoption, efficiency_va
from indicators.quarter import Quarter

# The parts of the economy of which a rate is given: by section, by 三次产业划分, and as a whole.
PARTS: Final = ("agriculture", "industry", "construction", "services", "secondary", "tertiary", "all")


def rows(evidence: Evidence, leaf: pd.DataFrame) -> list[pd.DataFrame]:
    """Observation rows of ``digital_penetration`` and ``digital_efficiency_value_added``.

    Args:
        evidence: what was known.
        leaf: full-span cells.

    Raises:
        InputError: core value added in a division that the accounts do not have, or a division without d.
    """
    return [*_efficiency(evidence, leaf), *_adoption(evidence)]


def _adoption(evidence: Evidence) -> list[pd.DataFrame]:
    survey = evidence.adoption
    if survey.empty:
        return []
    cell = survey["year"].astype("int64").astype("str") + " " + survey["region"] + " " + survey["sector"]
    rates = adoption(survey.assign(cell=cell), by="cell").reset_index(drop=True)
    names = rates["cell"].str.split(" ", expand=True).set_axis(["period", "region", "class"], axis=1)
    frame = names.assign(span="annual", estimated=False)
    return [make.own_rows(frame, rates["rate_adoption"], "digital_penetration", "adoption")]


def _efficiency(evidence: Evidence, leaf: pd.DataFrame) -> list[pd.DataFrame]:
    """Class-05 value added outside the core, cumulative, for each released quarter with division accounts.

    The core of a division is controlled to its account: a division that is core as a whole counts its account, and a
    core estimate above the account is cut to it and marked E (methods, value added: core ≤ sector).
    """
    accounts = divisions(evidence.accounts)
    wanted = (accounts["region"] == evidence.place) & (accounts["span"] == "cumulative")
    accounts = accounts[wanted & (accounts["vintage"] == evidence.vintage)].rename(columns={"period": "quarter"})
    accounts = evidence.released(accounts)
    if accounts.empty or evidence.efficiency.empty or leaf.empty:
        return []
    table = _with_core(accounts, leaf, _wholly_core(evidence.membership)).merge(
        _coefficients(evidence.efficiency, sorted(accounts["quarter"].unique())), on=["quarter", "division"], how="left"
    )
    parts = table.merge(_parts(evidence.membership), on="division", how="inner")
    found = []
    for quarter, group in parts.groupby("quarter", sort=True):
        rates = efficiency_va(group)
        estimated = group.groupby("sector")["estimated"].any()
        found.append(rates.assign(quarter=quarter, estimated=estimated.reindex(rates.index)))
    frame = pd.concat(found, ignore_index=True).rename(columns={"sector": "class"})
    frame = frame.assign(region=evidence.place, span="cumulative")
    return [
        make.own_rows(frame, frame["rate_efficiency_va"], "digital_penetration", "efficiency_va"),
        make.own_rows(frame, frame["efficiency_va"], "digital_efficiency_value_added", "efficiency_va"),
    ]


def _with_core(accounts: pd.DataFrame, leaf: pd.DataFrame, wholly: set[str]) -> pd.DataFrame:
    cells = leaf[(leaf["de"] != NON_CORE) & leaf["quarter"].isin(accounts["quarter"])]
    keyed = cells.assign(division=cells["gbt"].str[:2], imputed=cells["imputed"] != 0)
    core = keyed.groupby(["quarter", "division"], as_index=False).agg(core=("va", "sum"), imputed=("imputed", "max"))
    frame = accounts.rename(columns={"industry": "division", "value": "va"})
    joined = frame.merge(core, on=["quarter", "division"], how="outer", indicator=True)
    if (absent := (joined["_merge"] == "right_only") & (joined["core"] != 0)).any():
        named = "、".join(sorted({f"{q} {d}" for q, d in joined.loc[absent, ["quarter", "division"]].to_numpy()}))
        raise InputError(
            f"分行业增加值缺少行业大类：{named}。", f"The accounts lack divisions with core value added: {named}."
        )
    joined = joined[joined["_merge"] != "right_only"]
    core_va = joined["core"].fillna(0.0).where(~joined["division"].isin(wholly), joined["va"])
    above = core_va > joined["va"]
    return pd.DataFrame({
        "quarter": joined["quarter"],
        "division": joined["division"],
        "va": joined["va"],
        "core_va": core_va.where(~above, joined["va"]),
        "estimated": (joined["status"] == "E") | above | joined["imputed"].eq(True),
    })  # fmt: skip


def _wholly_core(membership: pd.DataFrame) -> set[str]:
    """Divisions all of whose classes are core in full."""
    sector = membership[(membership["scheme"] == "sector") & (membership["class"] == "all")]
    return set(sector["gbt"].str[:2]) - set(sector.loc[sector["de"] == NON_CORE, "gbt"].str[:2])


def _parts(membership: pd.DataFrame) -> pd.DataFrame:
    """Division → the parts of the economy that it belongs to."""
    members = membership[(membership["scheme"] == "sector") & membership["class"].isin(PARTS)]
    pairs = pd.DataFrame({"division": members["gbt"].str[:2], "sector": members["class"]})
    return pairs.drop_duplicates()


def _coefficients(efficiency: pd.DataFrame, quarters: list[str]) -> pd.DataFrame:
    """The coefficient d of each division that is valid on the last day of each quarter; the latest that began."""
    found = []
    for quarter in quarters:
        day = np.datetime64(Quarter.parse(quarter).last_day)
        began = efficiency["valid_from"].astype("datetime64[us]") <= day
        lasts = efficiency["valid_to"].astype("datetime64[us]") > day
        valid = efficiency[began & lasts].sort_values("valid_from", kind="stable")
        last = valid.drop_duplicates("division", keep="last")
        found.append(pd.DataFrame({"quarter": quarter, "division": last["division"], "d": last["d"].astype("float64")}))
    return pd.concat(found, ignore_index=True)
