"""Sums of the task force's ledgers and their rates: who is on a list, lights, money, what becomes of contracts.

Belongs here: which sum is which indicator, and rates of sums. Does not belong here: single entries and their lights
(``indicators.dispatch``). No figure of a firm is among the sums, and no account is made of them. An amount over fewer
than three is one entry's to whoever knows the other: it stays in the house.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.evidence import Evidence
from indicators.quarter import Quarter
from indicators.revision_steps import FEWEST

DEFINITION: Final = "ledger"
_HOUSE: Final = "L2"
# Indicator → the sum that is divided, and the one that it is divided by.
RATES: Final = {
    "project_investment_completion": ("done", "planned"),
    "project_start_rate": ("started", "due"),
    "bond_spending_rate": ("spent", "arrived"),
    "contract_fulfilment_rate": ("fulfilled", "signed"),
    "contract_start_rate": ("begun", "fulfilled"),
    "contract_production_rate": ("produced", "begun"),
    "contract_capacity_rate": ("at_capacity", "produced"),
    "park_digital_share": ("tenants_digital", "tenants"),
}
# Indicator → the sum that it is: by future industry, by light, of a whole list.
SUMS: Final = {
    "future_firms": "future_firms",
    "future_projects": "future_projects",
    "future_investment": "future_invested",
    "ledger_firms": "firms",
    "ledger_projects": "projects",
    "ledger_investment_leads": "leads",
    "ledger_bonds": "bonds",
    "ledger_parks": "parks",
    "project_lights": "lit",
    "project_investment_planned": "planned",
    "project_investment_done": "done",
    "contracts_signed": "signed",
    "contracts_fulfilled": "fulfilled",
    "contracts_started": "begun",
    "contracts_produced": "produced",
    "contracts_at_capacity": "at_capacity",
    "bond_arrived": "arrived",
    "bond_spent": "spent",
    "bonds_idle": "idle",
    "park_tenants": "tenants",
    "park_tenants_digital": "tenants_digital",
}
ITEMS: Final = tuple(sorted({item for pair in RATES.values() for item in pair}))


def rows(evidence: Evidence) -> list[pd.DataFrame]:
    """Observation rows of sums and rates of dispatch, for each released quarter with ledgers.

    They are as the ledgers stood on the day after the quarter on which it is dispatched, and nothing that comes later
    makes them other ones: of status A, neither preliminary nor estimated.

    Source: 三个一批 of Henan (履约率, 开工率, 投产率, 达效率); practice of dispatch (年度计划完成率, 开工率, 支出进度).
    """
    sums = evidence.released(evidence.dispatch)
    if sums.empty:
        return []
    frame, behind = (_wide(sums, column) for column in ("value", "entries"))
    every = sums.assign(span="cumulative", estimated=False)
    counted = [
        _withheld(make.own_rows(rows, rows["value"].astype("float64"), name, DEFINITION), rows["entries"])
        for name, item in SUMS.items()
        if len(rows := every[every["item"] == item])
    ]
    rates = {name: make.ratio(frame[part], frame[whole]) for name, (part, whole) in RATES.items()}
    gone = frame["quarter"].map(lambda quarter: Quarter.parse(quarter).number / 4)
    rates["project_investment_ahead"] = rates["project_investment_completion"] - gone
    fewest = {name: behind[list(pair)].min(axis=1) for name, pair in RATES.items()}
    fewest["project_investment_ahead"] = fewest["project_investment_completion"]
    found = counted + [
        _withheld(make.own_rows(frame, values, name, DEFINITION), fewest[name]) for name, values in rates.items()
    ]
    return [each.assign(status="A") for each in found]


def _wide(sums: pd.DataFrame, column: str) -> pd.DataFrame:
    """A column of the sums, an item per column."""
    wide = sums.pivot(index=["quarter", "region", "class"], columns="item", values=column).astype("float64")
    return wide.reindex(columns=list(ITEMS)).reset_index().assign(span="cumulative", estimated=False)


def _withheld(rows: pd.DataFrame, entries: pd.Series) -> pd.DataFrame:
    """Observation rows, of which those summed over fewer than ``FEWEST`` entries stay in the house."""
    few = entries.reindex(rows.index).astype("float64") < FEWEST
    return rows.assign(release_level=rows["release_level"].mask(few, _HOUSE))
