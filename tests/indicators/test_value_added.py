"""Value added by the rate method, by extrapolation, and a month late."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.value_added import extrapolate, extrapolate_lagged, rate_method


def test_rate_method_on_yuan_is_exact_and_half_goes_away_from_zero() -> None:
    output = pd.Series([25, -25, 9_007_199_254_740_993], index=["a", "b", "c"])
    found = rate_method(output, pd.Series([0.5, 0.5, 0.0], index=["c", "b", "a"]).replace(0.0, 0.1))
    assert found.loc["a", "va_current"] == 3
    assert found.loc["b", "va_current"] == -13
    assert found.loc["c", "va_current"] == 4_503_599_627_370_497


def test_rate_method_on_estimates_and_at_constant_prices() -> None:
    found = rate_method(pd.Series([100.5, 200.0]), 0.25, price_index=pd.Series([1.005, 0.8]))
    assert found["va_current"].tolist() == [25.125, 50.0]
    assert found["va_constant"].tolist() == pytest.approx([25.0, 62.5])
    assert rate_method(pd.Series([10]), Decimal("0.25"))["va_current"].tolist() == [3.0]


@pytest.mark.parametrize(
    ("rates", "index", "named"),
    [
        (pd.Series([0.2], index=["a"]), None, "b"),
        (26.4, None, "百分数"),
        (0.2, pd.Series([1.0, 0.0], index=["a", "b"]), "b"),
    ],
)
def test_rate_method_refuses_what_is_missing_or_a_percentage(
    rates: pd.Series | float, index: pd.Series | None, named: str
) -> None:
    with pytest.raises(InputError, match=named):
        rate_method(pd.Series([1.0, 2.0], index=["a", "b"]), rates, price_index=index)


def test_extrapolation_with_its_guards() -> None:
    labels = ["held", "small", "high", "low"]
    found = extrapolate(
        pd.Series(100.0, index=labels),
        pd.Series(0.10, index=labels),
        last_year_va_growth=pd.Series([0.06, 0.06, 0.2, 0.01], index=labels),
        last_year_indicator_growth=pd.Series([0.08, 0.005, 0.1, 0.1], index=labels),
    )
    assert found["rho"].tolist() == pytest.approx([0.75, 1, 1, 1])
    assert found["flagged"].tolist() == [False, True, True, True]
    assert found["va"].tolist() == pytest.approx([107.5, 110, 110, 110])
    with pytest.raises(InputError, match="held"):
        extrapolate(pd.Series({"held": np.nan}), 0.1, last_year_va_growth=0.1, last_year_indicator_growth=0.1)


@pytest.mark.parametrize(
    ("va_growth", "indicator_growth", "flagged"),
    [(0.15, 0.10, False), (0.0151, 0.01, True), (0.05, 0.10, False), (0.01, -0.01, True), (0.3, 0.2, False)],
)
def test_the_bounds_of_rho_belong_to_it(va_growth: float, indicator_growth: float, flagged: bool) -> None:
    found = extrapolate(
        pd.Series([100.0]), 0.1, last_year_va_growth=va_growth, last_year_indicator_growth=indicator_growth
    )
    assert found["flagged"].tolist() == [flagged]


def quarters(values: list[float], start: str) -> pd.Series:
    return pd.Series(values, index=pd.period_range(start, periods=len(values), freq="Q"), dtype="float64")


def test_services_a_month_late() -> None:
    found = extrapolate_lagged(
        quarters([100, 220, 350, 500], "2022Q1"),
        quarters([66, 190, 300], "2023Q1"),
        quarters([60, 200, 300, 440], "2022Q1"),
    )
    assert [str(period) for period in found.index] == ["2023Q1", "2023Q2", "2023Q3"]
    assert found["growth_cumulative"].tolist() == pytest.approx([0.1, -0.05, 0])
    assert found["va_cumulative"].tolist() == pytest.approx([110, 209, 350])
    assert found["va_single"].tolist() == pytest.approx([110, 99, 141])


@pytest.mark.parametrize(
    ("last", "lagged", "base", "named"),
    [
        (quarters([100, 220], "2022Q1"), quarters([1, 2, 3], "2023Q1"), quarters([1, 2, 3], "2023Q1"), "2023Q3"),
        (quarters([100, 220], "2022Q1"), quarters([1, 2], "2023Q1"), quarters([1, 0], "2023Q1"), "2023Q2"),
        (quarters([100, 220], "2022Q1"), quarters([1, 2], "2023Q1"), quarters([1], "2023Q1"), "2023Q2"),
        (quarters([100, 220], "2022Q1"), quarters([2], "2023Q2"), quarters([1, 2], "2023Q1"), "2023Q1"),
        (quarters([1] * 5, "2022Q1"), quarters([1], "2023Q1"), quarters([1], "2023Q1"), "2023Q1"),
        (quarters([1, np.nan], "2022Q1"), quarters([1], "2023Q1"), quarters([1], "2023Q1"), "2022Q2"),
        (quarters([1, 2, 3], "2022Q1"), quarters([1, 2, 3], "2023Q1").iloc[[0, 2]], quarters([1], "2023Q1"), "2023Q2"),
        (
            pd.Series([1.0], index=pd.period_range("2022", periods=1, freq="Y")),
            quarters([1], "2023Q1"),
            quarters([1], "2023Q1"),
            "季度",
        ),
    ],
)
def test_lagged_extrapolation_refuses_naming_quarters(
    last: pd.Series, lagged: pd.Series, base: pd.Series, named: str
) -> None:
    with pytest.raises(InputError, match=named):
        extrapolate_lagged(last, lagged, base)


series = st.lists(st.floats(1, 1e9), min_size=1, max_size=4)


@given(series, st.floats(0.2, 5), st.integers(2010, 2030))
def test_lagged_extrapolation_identities(va: list[float], factor: float, year: int) -> None:
    last = quarters(va, f"{year}Q1")
    base = quarters([value * 0.9 for value in va], f"{year + 1}Q1")
    found = extrapolate_lagged(last, base * factor, base)
    assert found["va_single"].cumsum().tolist() == pytest.approx(found["va_cumulative"].tolist())
    assert found["va_cumulative"].tolist() == pytest.approx([value * factor for value in va])
