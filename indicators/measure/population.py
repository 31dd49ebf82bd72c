"""Units on the register: how many there are, how many came and how many left.

Belongs here: rows of the counts of ``cell_population``. Does not belong here: firms with a return (firms).
"""

from __future__ import annotations

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.evidence import Evidence
from indicators.measure.levels import spans

# A merged unit has left as well: it is counted under its heir from then on.
_EVENTS = {"entered": ("entry",), "left": ("exit", "merger")}


def rows(evidence: Evidence) -> list[pd.DataFrame]:
    """Observation rows of ``core_units_registered``, ``core_units_entered`` and ``core_units_left``.

    Where units are registered and none came or left, that is said as 0.

    Source: methods, structure.
    """
    cells = evidence.released(evidence.population)
    if cells.empty:
        return []
    cell = ["region", "class", "quarter"]
    counts = cells.pivot_table(index=cell, columns="event", values="units", aggfunc="sum", fill_value=0)
    table = pd.DataFrame({
        "registered": _of(counts, ("registered",)),
        **{name: _of(counts, events) for name, events in _EVENTS.items()},
    }).reset_index()  # fmt: skip
    table = table[table["registered"] > 0].assign(estimated=False)
    stock = table.assign(span="cumulative")
    found = [make.own_rows(stock, stock["registered"], "core_units_registered", "register")]
    within = table.assign(year=table["quarter"].str[:4]).sort_values(cell)
    within[list(_EVENTS)] = within.groupby(["region", "class", "year"])[list(_EVENTS)].cumsum()
    flows = spans(within, list(_EVENTS))
    return found + [make.own_rows(flows, flows[name], f"core_units_{name}", "register") for name in _EVENTS]


def _of(counts: pd.DataFrame, events: tuple[str, ...]) -> pd.Series:
    return counts.reindex(columns=list(events), fill_value=0).sum(axis=1).astype("float64")
