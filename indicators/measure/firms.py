"""Firms, revenue and staff of the core classes, from cells in which a unit counts once.

Belongs here: the indicators of published cells that need no formula. Does not belong here: value added (core).
"""

from __future__ import annotations

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.evidence import Evidence

_VALUES = ("units", "revenue", "revenue_base", "staff")


def rows(evidence: Evidence) -> list[pd.DataFrame]:
    """Observation rows of ``firms``, ``revenue``, ``revenue_growth`` and ``staff``; cumulative, as returned.

    Services stand with the months they report (January–November for the year); nothing is carried to the full span.
    """
    cells = evidence.released(evidence.cells)
    digital = cells[(cells["scheme"] == "digital") & ((cells["class"] == "core") | (cells["class"].str.len() <= 4))]
    if digital.empty:
        return []
    sums = digital.groupby(["region", "class", "quarter"], as_index=False)[list(_VALUES)].sum()
    table = sums.astype(dict.fromkeys(_VALUES, "float64")).assign(span="cumulative", estimated=False)
    growth = make.ratio(table["revenue"], table["revenue_base"]) - 1
    return [
        make.own_rows(table, table["units"], "firms", "above_threshold"),
        make.own_rows(table, table["revenue"], "revenue", "above_threshold"),
        make.own_rows(table, growth, "revenue_growth", "above_threshold"),
        make.own_rows(table, table["staff"], "staff", "above_threshold"),
    ]
