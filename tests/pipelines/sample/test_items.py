"""The other items of a return hold together, unit by unit."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from indicators.quarter import Quarter
from pipelines.review.identifiers import valid_codes
from pipelines.sample.items import activities, address, money_items, outside_unit
from pipelines.sample.profile import SURVEYS, classes
from pipelines.sample.universe import Universe, flows


@pytest.mark.parametrize("survey", SURVEYS)
@pytest.mark.parametrize("quarter", [Quarter(2020, 1), Quarter(2023, 4)])
def test_identities_hold(default_universe: tuple[Universe, object], survey: str, quarter: Quarter) -> None:
    universe = default_universe[0]
    places = np.flatnonzero(universe.reporting(quarter) & (universe.survey() == SURVEYS.index(survey)))
    values = flows(universe, quarter)
    item = money_items(universe, quarter, places, survey, values)
    revenue, cost, tax, profit = (getattr(values, name)[places] for name in ("revenue", "cost", "tax", "profit"))
    assert (item["total_assets"] == item["liabilities"] + item["equity"]).all()
    assert (item["total_assets"] >= item["current_assets"]).all()
    assert (item["current_assets"] >= np.maximum(item["receivables"], item["inventories"])).all()
    assert (item["fixed_assets"] >= item["accumulated_depreciation"]).all()
    assert (item["accumulated_depreciation"] >= item["depreciation"]).all()
    assert (item["main_revenue"] <= revenue).all()
    assert (item["main_cost"] <= cost).all()
    assert (profit == item["operating_profit"] + item["non_operating_income"] - item["non_operating_expense"]).all()
    made = revenue - cost - tax - item["expenses"] + item["investment_income"] + item["other_income"]
    assert (np.abs(made - item["operating_profit"]) <= 0.002 * revenue + 1).all()
    assert (item["expenses"] >= 0).all()


def test_words_are_synthetic_and_valid() -> None:
    assert address(0, 11) == "示范市甲区演示路12号"
    assert all(valid_codes(pa.array([outside_unit(at) for at in range(50)])).to_pylist())
    assert set(classes().gbt) <= set(activities())
