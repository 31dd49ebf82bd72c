"""Imputation by the ratio of means: runs, links, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.estimation import MARKERS, ratio_of_means

COLUMNS = {"unit": "unit", "period": "period", "value": "value", "auxiliary": "x", "by": "group"}


def frame(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Rows of unit, period, value (None: not reported); one group, an auxiliary of 1."""
    return pd.DataFrame([dict(zip(("unit", "period", "value"), row, strict=True)) for row in rows]).assign(
        group="g", x=1
    )


def imputed(rows: pd.DataFrame) -> dict[tuple[object, object], tuple[float, str]]:
    found = ratio_of_means(rows, **COLUMNS)
    return {(row.unit, row.period): (row.value, row.marker) for row in found.itertuples()}


def test_the_input_is_left_and_its_rows_keep_their_order_and_labels() -> None:
    rows = frame(("b", 2023, None), ("a", 2023, 12.0), ("a", 2022, 10.0), ("b", 2022, 5.0)).set_axis(list("wxyz"))
    before = rows.copy()
    found = ratio_of_means(rows, **COLUMNS)
    assert rows.equals(before)
    assert found.index.tolist() == list("wxyz")
    assert found["value"].tolist() == [6.0, 12.0, 10.0, 5.0]
    assert found["marker"].tolist() == ["FIR", "R", "R", "R"]


def test_a_period_without_a_row_ends_the_run() -> None:
    rows = frame(("a", 202011, 4.0), ("a", 202012, None), ("a", 202102, None), ("b", 202012, 3.0), ("b", 202102, 6.0))
    found = imputed(rows)
    assert found["a", 202012] == (4.0, "FIR")  # no pair: the link is 1
    assert found["a", 202102] == (6.0, "C")


@pytest.mark.parametrize("periods", [("202012", "202101"), ("2020Q4", "2021Q1"), (2020, 2021), (7, 8)])
def test_months_quarters_and_years_follow_their_calendar(periods: tuple[object, object]) -> None:
    before, now = periods
    rows = frame(("a", before, 4.0), ("a", now, None), ("b", before, 1.0), ("b", now, 2.0))
    assert imputed(rows)["a", now] == (8.0, "FIR")


def test_periods_of_pandas() -> None:
    quarters = pd.PeriodIndex(["2020Q4", "2021Q1", "2020Q4", "2021Q1"], freq="Q")
    rows = frame(("a", 0, 4.0), ("a", 0, None), ("b", 0, 1.0), ("b", 0, 2.0)).assign(period=quarters)
    assert ratio_of_means(rows, **COLUMNS)["value"].tolist() == [4.0, 8.0, 1.0, 2.0]


def test_another_group_ends_the_run_and_groups_may_have_several_columns() -> None:
    rows = frame(("a", 1, 4.0), ("a", 2, None), ("b", 1, 2.0), ("b", 2, 6.0), ("b", 3, 6.0), ("a", 3, 1.0))
    moved = rows.assign(county=["1", "2", "2", "2", "2", "2"])
    found = ratio_of_means(moved, **COLUMNS | {"by": ["group", "county"]})
    assert found["marker"].tolist() == ["R", "BI", "R", "R", "R", "R"]
    assert found["value"].tolist() == [4.0, 1.0, 2.0, 6.0, 6.0, 1.0]  # back by 6 / 6, not on from 4


def test_links_in_the_frame_are_taken_as_given() -> None:
    rows = frame(("a", 1, 4.0), ("a", 2, None), ("b", 1, 1.0), ("b", 2, 2.0), ("c", 2, None))
    own = rows.assign(forward=[1.0, 3.0, 1.0, 3.0, 3.0], backward=None)
    found = ratio_of_means(own, **COLUMNS)
    assert found["value"].tolist() == [4.0, 12.0, 1.0, 2.0, 2.0]
    assert found["count_forward"].tolist() == [0] * 5
    assert found["default_backward"].all()
    assert found["backward"].eq(1.0).all()
    given_construction = ratio_of_means(rows.assign(construction=[1.0, 1.0, 1.0, 1.0, 9.0]), **COLUMNS)
    assert given_construction["value"].tolist() == [4.0, 8.0, 1.0, 2.0, 9.0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit": ["a", None]}, "unit 未填"),
        ({"group": ["g", None]}, "group 未填"),
        ({"x": [1.0, None]}, "x 未填"),
        ({"value": [1.0, "约1200"]}, "value 不是数"),
        ({"value": [1.0, float("inf")]}, "value 不是数"),
        ({"period": ["2020Q4", "第一季度"]}, "不是可排序的期别"),
        ({"period": ["2020Q4", "202101"]}, "不是可排序的期别"),
        ({"period": [202012, 202013]}, "不是可排序的期别"),
        ({"unit": ["a", "a"], "period": [1, 1]}, "重复"),
    ],
)
def test_what_cannot_be_used_is_named(change: dict[str, list[object]], said: str) -> None:
    rows = frame(("a", 1, 1.0), ("b", 2, 2.0)).assign(**change)
    with pytest.raises(InputError, match=said) as raised:
        ratio_of_means(rows, **COLUMNS)
    assert "行 " in raised.value.where
    assert "1200" not in str(raised.value)


def test_many_rows_at_fault_are_counted() -> None:
    rows = frame(*((f"u{at}", 1, 1.0) for at in range(7))).assign(x=None)
    with pytest.raises(InputError, match="x 未填") as raised:
        ratio_of_means(rows, **COLUMNS)
    assert raised.value.where == "行 0、1、2、3、4 等7行"


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="x"):
        ratio_of_means(frame(("a", 1, 1.0)).drop(columns="x"), **COLUMNS)


VALUES = st.one_of(st.none(), st.integers(-50, 1000).map(float))


@settings(deadline=None)
@given(st.dictionaries(st.tuples(st.sampled_from("abcde"), st.integers(2018, 2022)), VALUES, min_size=1))
def test_every_row_has_a_finite_value_and_a_marker_and_returns_stay(cells: dict[tuple[str, int], float | None]) -> None:
    rows = frame(*((unit, year, value) for (unit, year), value in cells.items()))
    found = ratio_of_means(rows, **COLUMNS)
    assert found["value"].notna().all()
    assert found["marker"].isin(MARKERS).all()
    reported = rows["value"].notna()
    assert (found["marker"] == "R").equals(reported)
    assert found.loc[reported, "value"].tolist() == rows.loc[reported, "value"].tolist()
