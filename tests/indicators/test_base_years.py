"""Constant prices of a base year: a change of base by hand, no growth rate changed by it, no figure without inputs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.base_years import base_years, constant_prices
from indicators.measure import measure
from indicators.quarter import Quarter
from tests.indicators.small_city import AS_OF, LAST, PLACE, city, leaf


def frame(values: list[float], first: int = 2019) -> pd.DataFrame:
    years = pd.Index(range(first, first + len(values)), name="year")
    return pd.DataFrame({"core": values}, index=years).rename_axis(columns="class")


def bases(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["base_year", "first_year", "last_year"])


CHANGED = bases((2019, 2020, 2020), (2020, 2021, 2025))
NOMINAL, GROWTH = frame([200.0, 231.0, 260.0, 250.0]), frame([np.nan, 0.10, 0.05, -0.02])


def test_a_change_of_base_by_hand() -> None:
    """200 in 2019, +10 % in its prices: 220. 231 in 2020's own prices, +5 %: 242.55, −2 %: 237.699."""
    found = constant_prices(NOMINAL, GROWTH, CHANGED).set_index("year")
    assert found["base_year"].tolist() == [2019, 2020, 2020]
    assert found["constant"].tolist() == pytest.approx([220.0, 242.55, 237.699])
    assert found["previous"].tolist() == pytest.approx([200.0, 231.0, 242.55])
    assert found["index"].tolist() == pytest.approx([110.0, 105.0, 102.9])
    assert found["linked"].tolist() == pytest.approx([110.0, 115.5, 113.19])


@settings(max_examples=25)
@given(
    rates=st.lists(st.floats(-0.5, 1.0), min_size=7, max_size=7),
    change=st.integers(2020, 2025),
    value=st.floats(1.0, 1e12),
)
def test_where_the_base_changes_changes_no_growth_rate(rates: list[float], change: int, value: float) -> None:
    nominal = frame([value * (1.3**n) for n in range(8)])
    growth = frame([np.nan, *rates])
    one = bases((2019, 2020, 2030))
    two = bases((2019, 2020, change), (change, change + 1, 2030))
    for table in (one, two):
        found = constant_prices(nominal, growth, table)
        assert (found["constant"] / found["previous"] - 1).tolist() == pytest.approx(rates, abs=1e-9)
        linked = np.array([100.0, *found["linked"]])
        assert (linked[1:] / linked[:-1] - 1).tolist() == pytest.approx(rates, abs=1e-9)


def test_there_is_no_figure_without_its_base_year_or_a_growth_rate() -> None:
    assert constant_prices(NOMINAL, GROWTH, bases((2015, 2016, 2025))).empty
    gap = constant_prices(NOMINAL, frame([np.nan, 0.10, np.nan, -0.02]), CHANGED).set_index("year")
    assert gap["constant"].notna().tolist() == [True, False, False]
    assert constant_prices(NOMINAL * 0, GROWTH, CHANGED)["constant"].isna().all()


@pytest.mark.parametrize(
    ("growth", "table", "named"),
    [(GROWTH.iloc[1:], CHANGED, "2019"), (GROWTH, bases((2019, 2020, 2022), (2020, 2021, 2025)), "2021")],
)
def test_years_that_do_not_hold_are_named(growth: pd.DataFrame, table: pd.DataFrame, named: str) -> None:
    with pytest.raises(InputError, match=named):
        constant_prices(NOMINAL, growth, table)


def test_the_table_of_base_years_has_no_gap_and_a_source() -> None:
    table = base_years()
    assert (table["first_year"] == table["base_year"] + 1).all()
    assert table["first_year"].tolist()[1:] == (table["last_year"] + 1).tolist()[:-1]
    assert table["source"].str.len().gt(0).all()


def test_a_city_grows_at_base_year_prices_as_it_is_published_to_grow() -> None:
    found = measure(city(), LAST, AS_OF)
    cells = (
        found[(found["region"] == PLACE) & (found["span"] == "cumulative")]
        .set_index(["indicator", "definition_id", "price_basis", "base", "class", "period"])["value"]
        .sort_index()
    )
    real = cells["core_growth", "rate_method", "constant", "comparable"]
    level = cells["core_value_added_constant", "base_year", "constant", "none"]
    before = cells["core_value_added_constant_base", "base_year", "constant", "comparable"]
    assert len(level) == 4 * 12
    # Both are kept to 0.01 yuan.
    assert level.to_numpy() == pytest.approx((before * (1 + real.reindex(level.index))).to_numpy(), abs=0.02)
    # 2021 stands beside 2020 itself, at the prices of the same period of 2020.
    nominal = cells["core_value_added_base", "rate_method", "current", "published", "core", "2021Q4"]
    assert before["core", "2021Q4"] == pytest.approx(nominal, abs=0.01)
    assert set(cells["constant_base_year"]) == {2020}


def test_a_city_whose_cells_begin_after_the_base_year_or_without_prices_says_nothing() -> None:
    cells = leaf()
    later = cells[cells["quarter"] >= "2021"].assign(months=cells["quarter"].str[-1].astype("int64") * 3)
    for evidence in (city(leaf=later, first_release=Quarter(2022, 1)), city(prices=pd.DataFrame())):
        assert not measure(evidence, LAST, AS_OF)["indicator"].eq("core_volume_index").any()
