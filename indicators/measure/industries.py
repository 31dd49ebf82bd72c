"""Structure of the core: productivity and margins by class and by industry, and where counties are specialised.

Belongs here: ratios of sums by digital class (产业) and the core part of GB/T divisions (行业). Does not belong here:
what single firms weigh (concentration), how many there are (population, sizes).
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.core import CORE, NON_CORE
from indicators.measure.evidence import MEASURED, Evidence
from indicators.measure.levels import by_class, spans, with_place
from indicators.structure import location_quotient

_SUMS: Final = ["units", "revenue", "revenue_base", "profit", "staff"]


def rows(evidence: Evidence, leaf: pd.DataFrame) -> list[pd.DataFrame]:
    """Observation rows of productivity, margins, location quotients, and of the core part of each division.

    All are of above-threshold firms and cumulative. Value added is of the full span, revenue, profit and staff of the
    months that returns cover (services a month less): a margin has both of its sides from the same months.

    Args:
        evidence: what was known.
        leaf: full-span cells.

    Source: methods, structure.
    """
    core = evidence.released(leaf[leaf["de"] != NON_CORE])
    cells = evidence.released(evidence.cells)
    if core.empty or cells.empty:
        return []
    digital = _joined(evidence, core, cells, "digital")
    top = digital[(digital["class"] == CORE) | (digital["class"].str.len() == 2)]
    industry = _joined(evidence, core, cells, "core_industry")
    industry = industry[industry["region"] == evidence.place]
    growth = make.ratio(industry["revenue"], industry["revenue_base"]) - 1
    return [
        make.own_rows(top, make.ratio(top["va"], top["staff"]), "core_labour_productivity", "above_threshold"),
        make.own_rows(top, make.ratio(top["profit"], top["revenue"]), "core_profit_margin", "above_threshold"),
        *_quotients(top, evidence.place),
        make.own_rows(industry, industry["units"], "industry_firms", "core_part"),
        make.own_rows(industry, industry["va"], "industry_core_value_added", "core_part"),
        make.own_rows(industry, industry["revenue"], "industry_revenue", "core_part"),
        make.own_rows(industry, growth, "industry_revenue_change", "core_part"),
        make.own_rows(
            industry, make.ratio(industry["profit"], industry["revenue"]), "industry_profit_margin", "core_part"
        ),
        make.own_rows(
            industry, make.ratio(industry["va"], industry["staff"]), "industry_labour_productivity", "core_part"
        ),
    ]


def _joined(evidence: Evidence, core: pd.DataFrame, cells: pd.DataFrame, scheme: str) -> pd.DataFrame:
    """Value added of the full span beside the sums of the published cells, by region and class."""
    members = evidence.membership[evidence.membership["scheme"] == scheme]
    marked = core.assign(estimated=core["imputed"] != 0)
    sums = with_place(by_class(marked, members, ["va"]), evidence.place, ["va"])
    value = spans(sums, ["va"])
    value = value[value["span"] == "cumulative"]
    mine = cells[cells["scheme"] == scheme].assign(estimated=cells["origin"] != MEASURED)
    how = dict.fromkeys(_SUMS, "sum") | {"estimated": "max"}
    cell = ["region", "class", "quarter"]
    found = mine.groupby(cell, as_index=False).agg(how).astype(dict.fromkeys(_SUMS, "float64"))
    return found.merge(value[[*cell, "span", "va"]], on=cell, how="inner", validate="one_to_one")


def _quotients(top: pd.DataFrame, place: str) -> list[pd.DataFrame]:
    """Each county's share of a division in its core over the city's, where both have value added above zero."""
    divisions = top[(top["class"] != CORE) & (top["va"] > 0)]
    whole = divisions[divisions["region"] == place]
    reference = {str(quarter): rows.set_index("class")["va"] for quarter, rows in whole.groupby("quarter")}
    counties = divisions[divisions["region"] != place]
    found = []
    for (quarter, _), rows in counties.groupby(["quarter", "region"], sort=True):
        city = reference.get(str(quarter), pd.Series(dtype="float64"))
        there = rows[rows["class"].isin(city.index)]
        if len(there):
            quotient = location_quotient(there.set_index("class")["va"], city)
            found.append(there.assign(quotient=quotient.to_numpy()))
    if not found:
        return []
    table = pd.concat(found, ignore_index=True)
    return [make.own_rows(table, table["quotient"], "core_location_quotient", "value_added")]
