"""The annual income-approach figure: a separate annual observation, never put into a quarter.

Belongs here: adding annual cells up. Does not belong here: the approach itself (indicators.income) and benchmarking.
"""

from __future__ import annotations

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.core import NON_CORE
from indicators.measure.evidence import Evidence
from indicators.measure.levels import by_class, with_place


def rows(evidence: Evidence) -> list[pd.DataFrame]:
    """Observation rows of ``core_value_added_income``: every year whose annual returns were known.

    Source: methods, value added: the gap between methods is never dumped into the fourth quarter.
    """
    cells = evidence.annual[evidence.annual["de"] != NON_CORE]
    if cells.empty:
        return []
    yearly = pd.DataFrame({
        "quarter": cells["year"].astype("int64").astype("str"),
        "county": cells["county"],
        "gbt": cells["gbt"],
        "de": cells["de"],
        "va": cells["va"].astype("float64"),
    }).assign(estimated=False)  # fmt: skip
    digital = evidence.membership[evidence.membership["scheme"] == "digital"]
    classes = digital[(digital["class"] == "core") | (digital["class"].str.len() <= 4)]
    table = with_place(by_class(yearly, classes, ["va"]), evidence.place, ["va"]).assign(span="annual")
    return [make.own_rows(table, table["va"], "core_value_added_income", "income_approach")]
