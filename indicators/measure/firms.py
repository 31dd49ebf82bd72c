"""Firms, revenue and staff of the core classes, from cells in which a unit counts once.

Belongs here: the indicators of published cells that need no formula. Does not belong here: value added (core).
"""

from __future__ import annotations

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.evidence import MEASURED, Evidence

_VALUES = ("units", "revenue", "revenue_base", "staff", "imputed")


def rows(evidence: Evidence) -> list[pd.DataFrame]:
    """Observation rows of ``firms``, ``revenue``, ``revenue_growth``, ``staff``, ``core_imputed_units``; cumulative.

    Services stand with the months they report (January–November for the year); nothing is carried to the full span.
    In a flash imputed units count among the firms, and ``core_imputed_units`` says how many they are; else it is 0.
    """
    cells = evidence.released(evidence.cells)
    digital = cells[(cells["scheme"] == "digital") & ((cells["class"] == "core") | (cells["class"].str.len() <= 4))]
    if digital.empty:
        return []
    imputed = digital["units"].where(digital["origin"] != MEASURED, 0)
    sums = digital.assign(imputed=imputed).groupby(["region", "class", "quarter"], as_index=False)[list(_VALUES)].sum()
    table = sums.astype(dict.fromkeys(_VALUES, "float64")).assign(span="cumulative", estimated=sums["imputed"] > 0)
    growth = make.ratio(table["revenue"], table["revenue_base"]) - 1
    return [
        make.own_rows(table, table["units"], "firms", "above_threshold"),
        make.own_rows(table, table["revenue"], "revenue", "above_threshold"),
        make.own_rows(table, growth, "revenue_growth", "above_threshold"),
        make.own_rows(table, table["staff"], "staff", "above_threshold"),
        make.own_rows(table, table["imputed"], "core_imputed_units", "above_threshold"),
    ]
