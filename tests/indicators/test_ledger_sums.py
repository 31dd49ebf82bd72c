"""Sums of ledgers as observations: what is summed over fewer than three stays in the house, and so do its rates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indicators.measure import dispatch
from indicators.vintage import PRELIMINARY
from tests.scenarios.worked.city import _evidence


@pytest.mark.parametrize(
    ("item", "entries", "stay"),
    [
        ("future_invested", 2, {"future_investment"}),
        ("future_invested", 3, set()),
        ("arrived", 2, {"bond_arrived", "bond_spending_rate"}),
        ("spent", 1, {"bond_spent", "bond_spending_rate"}),
        ("done", 2, {"project_investment_done", "project_investment_completion", "project_investment_ahead"}),
        ("tenants", 0, {"park_tenants", "park_digital_share"}),
    ],
)
def test_what_is_summed_over_few_stays_in_the_house(item: str, entries: int, stay: set[str]) -> None:
    evidence = _evidence(PRELIMINARY)
    sums = evidence.dispatch.copy()
    sums.loc[sums["item"] == item, "entries"] = entries
    told = [part for part in dispatch.rows(replace(evidence, dispatch=sums)) if len(part)]
    levels = {(name, level) for part in told for name, level in part[["indicator", "release_level"]].to_numpy()}
    assert {name for name, level in levels if level == "L2"} == stay
    assert {name for name, level in levels if level == "L1"} >= {"ledger_bonds", "contract_start_rate", "future_firms"}
