"""Local industry chains 产业链 and above-threshold industry: what a "share of industry" is a share of.

Belongs here: the indicators ``chain_…``, ``future_value_added`` and ``industry_above_value_added``. Does not belong
here: which classes form a chain or a future industry (classification).
"""

from __future__ import annotations

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.accounts import value_of
from indicators.measure.evidence import Evidence
from indicators.measure.levels import by_class, spans, with_place


def rows(evidence: Evidence, leaf: pd.DataFrame) -> list[pd.DataFrame]:
    """Observation rows of chains, of their core part, and of above-threshold industry.

    A chain counts all value added of its classes, core or not. Two shares stand side by side for the place: over the
    published secondary sector (same vintage, same span) and over above-threshold industry of this monitoring. They are
    given only where every class of the chain is part of what it is set against: industry (sections B, C, D), and for
    the secondary sector that too. A chain with a service class has its values and no share.

    Source: methods, penetration: the sectors of 三次产业划分; 占比 is a part of its whole.

    Args:
        evidence: what was known.
        leaf: full-span cells.
    """
    cells = evidence.released(leaf)
    if cells.empty:
        return []
    cells = cells.assign(estimated=cells["imputed"] != 0)
    industry = _industry(evidence, cells)
    parts = [make.own_rows(industry, industry["va"], "industry_above_value_added", "rate_method")]
    for scheme, name in (("chain", "chain_value_added"), ("chain_core", "chain_core_value_added"),
                         ("future", "future_value_added")):  # fmt: skip
        members = evidence.membership[evidence.membership["scheme"] == scheme]
        sums = by_class(cells, members, ["va"])
        table = spans(with_place(sums, evidence.place, ["va"]), ["va"])
        parts.append(make.own_rows(table, table["va"], name, "rate_method"))
        if scheme == "chain":
            parts += _shares(evidence, table[table["region"] == evidence.place], industry)
    return parts


def _industry(evidence: Evidence, cells: pd.DataFrame) -> pd.DataFrame:
    industry = cells[cells["sector"] == "industry"]
    sums = industry.groupby(["county", "quarter"], as_index=False).agg({"va": "sum", "estimated": "max"})
    named = sums.rename(columns={"county": "region"}).assign(**{"class": ""})
    return spans(with_place(named, evidence.place, ["va"]), ["va"])


def _within(membership: pd.DataFrame, sectors: tuple[str, ...]) -> list[str]:
    """Chains all of whose classes, whether or not any unit reports in them, lie in each of the sectors."""
    members = membership[membership["scheme"] == "chain"]
    inside = pd.Series(data=True, index=members.index)
    for name in sectors:
        sector = membership[(membership["scheme"] == "sector") & (membership["class"] == name)]
        inside &= members["gbt"].isin(sector["gbt"])
    return sorted(set(members["class"]) - set(members.loc[~inside, "class"]))


def _shares(evidence: Evidence, chains: pd.DataFrame, industry: pd.DataFrame) -> list[pd.DataFrame]:
    secondary = value_of(evidence.accounts, "secondary")
    secondary = secondary[secondary["vintage"] == evidence.vintage].rename(
        columns={"period": "quarter", "value": "whole"}
    )
    above = industry.rename(columns={"va": "whole"}).assign(status="P")
    found = []
    for whole, name, sectors in (
        (secondary, "chain_share_secondary", ("industry", "secondary")),
        (above, "chain_share_above_industry", ("industry",)),
    ):
        cell = ["region", "quarter", "span"]
        parts = chains[chains["class"].isin(_within(evidence.membership, sectors))]
        joined = parts.merge(whole[[*cell, "whole", "status"]], on=cell, how="inner", validate="many_to_one")
        marked = joined.assign(estimated=joined["estimated"] | (joined["status"] == "E"))
        found.append(make.own_rows(marked, make.ratio(marked["va"], marked["whole"]), name, "rate_method"))
    return found
