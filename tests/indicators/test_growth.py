"""Growth, contribution, pull and words."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.growth import (
    contribution,
    contribution_withheld,
    falling,
    from_cumulative,
    growth_words,
    pull,
    two_year_average,
    year_on_year,
)


def quarters(values: list[float], start: str = "2022Q1") -> pd.Series:
    return pd.Series(values, index=pd.period_range(start, periods=len(values), freq="Q"), dtype="float64")


def test_year_on_year() -> None:
    found = year_on_year(quarters([100, 110, 120, 130, 110, 110, 132, 117]))
    assert list(found.index.astype(str)) == ["2023Q1", "2023Q2", "2023Q3", "2023Q4"]
    assert found.tolist() == pytest.approx([0.1, 0, 0.1, -0.1])
    years = pd.Series([50.0, 60.0], index=pd.period_range("2022", periods=2, freq="Y"))
    assert year_on_year(years).tolist() == pytest.approx([0.2])
    assert year_on_year(quarters([1.0])).empty
    months = pd.Series(range(1, 14), index=pd.period_range("2022-01", periods=13, freq="M"), dtype="float64")
    assert year_on_year(months).tolist() == pytest.approx([12])


def test_year_on_year_takes_any_order() -> None:
    series = quarters([100, 110, 120, 130, 110])
    assert year_on_year(series.iloc[::-1]).tolist() == pytest.approx([0.1])


@pytest.mark.parametrize(
    ("series", "named"),
    [
        (quarters([1, 2, 3, 4, 5]).drop(pd.Period("2022Q3")), "2022Q3"),
        (quarters([1, np.nan, 3, 4, 5]), "2022Q2"),
        (quarters([0, 2, 3, 4, 5]), "2023Q1"),
        (pd.concat([quarters([1]), quarters([1])]), "2022Q1"),
        (pd.Series([1.0, 2.0]), "PeriodIndex"),
        (quarters([]), "PeriodIndex"),
        (pd.Series([1.0], index=pd.period_range("2022-01-01", periods=1, freq="D")), "季度、年度或月度"),
    ],
)
def test_bad_series_are_refused_naming_periods(series: pd.Series, named: str) -> None:
    with pytest.raises(InputError, match=named):
        year_on_year(series)


def test_single_quarters_from_cumulatives_keep_and_flag_a_fall() -> None:
    found = from_cumulative(quarters([10, 25, 24, 40, 12]))
    assert found.tolist() == [10, 15, -1, 16, 12]
    assert [str(period) for period in found.attrs["falling"]] == ["2022Q3"]
    assert falling(quarters([10, 25, 30, 40, 12])).empty


@pytest.mark.parametrize(
    ("series", "named"),
    [
        (quarters([10, 20], start="2022Q2"), "2022Q1"),
        (quarters([10, 20, 30]).drop(pd.Period("2022Q2")), "2022Q2"),
        (pd.Series([1.0], index=pd.period_range("2022", periods=1, freq="Y")), "季度"),
    ],
)
def test_cumulatives_that_do_not_start_a_year_or_have_gaps_are_refused(series: pd.Series, named: str) -> None:
    with pytest.raises(InputError, match=named):
        from_cumulative(series)


def test_two_year_average() -> None:
    assert round(two_year_average(0.106, 0.023) * 100, 1) == 6.4
    with pytest.raises(InputError):
        two_year_average(-1.2, 0.1)


def test_contribution_and_pull() -> None:
    base = pd.Series({"01": 50.0, "02": 50.0})
    current = pd.Series({"02": 49.0, "01": 61.0})
    assert contribution(current, base).to_dict() == pytest.approx({"01": 1.1, "02": -0.1})
    assert pull(current, base).to_dict() == pytest.approx({"01": 0.11, "02": -0.01})
    assert pull(current, base, total_base=200.0)["01"] == pytest.approx(0.055)
    assert contribution(current, base, total=(120.0, 100.0))["01"] == pytest.approx(0.55)


@pytest.mark.parametrize(("current", "reason"), [(100.4, "总量增幅过小"), (100.0, "总量未增长"), (90.0, "总量未增长")])
def test_contribution_is_withheld(current: float, reason: str) -> None:
    found = contribution(pd.Series({"a": current - 10, "b": 10.0}), pd.Series({"a": 50.0, "b": 50.0}))
    assert found.isna().all()
    assert found.attrs["withheld"] == reason
    assert contribution_withheld(current, 100.0)


def test_parts_must_match_and_have_values() -> None:
    with pytest.raises(InputError, match="02"):
        pull(pd.Series({"01": 1.0}), pd.Series({"01": 1.0, "02": 1.0}))
    with pytest.raises(InputError, match="02"):
        contribution(pd.Series({"01": 1.0, "02": np.nan}), pd.Series({"01": 1.0, "02": 1.0}))
    with pytest.raises(InputError, match="基数"):
        pull(pd.Series({"01": 1.0}), pd.Series({"01": 0.0}))


@pytest.mark.parametrize(
    ("current", "base", "kind", "words"),
    [
        (5, 4, "value_added", None),
        (5, 0, "value_added", "上年同期为零"),
        (5, -4, "value_added", "由负转正"),
        (-5, 4, "value_added", "由正转负"),
        (-3, -4, "value_added", "负值收窄"),
        (5, -4, "profit", "扭亏"),
        (-5, 4, "profit", "由盈转亏"),
        (-3, -4, "profit", "亏损收窄"),
        (-5, -4, "profit", "亏损扩大"),
        (-4, -4, "profit", "亏损持平"),
    ],
)
def test_words_where_a_rate_would_mislead(current: float, base: float, kind: str, words: str | None) -> None:
    assert growth_words(current, base, kind=kind) == words  # type: ignore[arg-type]


amounts = st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**9)), min_size=1, max_size=12)


@given(amounts)
def test_pulls_sum_to_growth_and_contributions_to_one(parts: list[tuple[int, int]]) -> None:
    current, base = (pd.Series([pair[side] for pair in parts], dtype="float64") for side in (0, 1))
    growth = current.sum() / base.sum() - 1
    assert pull(current, base).sum() == pytest.approx(growth, abs=1e-9)
    found = contribution(current, base)
    assert found.isna().all() if contribution_withheld(current.sum(), base.sum()) else found.sum() == pytest.approx(1)
