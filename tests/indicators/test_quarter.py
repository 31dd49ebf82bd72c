import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.quarter import Quarter, quarters_between

quarters = st.builds(Quarter, st.integers(1950, 2100), st.integers(1, 4))


@given(quarters, st.integers(-200, 200))
def test_arithmetic_goes_there_and_back(quarter: Quarter, steps: int) -> None:
    assert (quarter + steps) - steps == quarter
    assert ((quarter + steps) > quarter) == (steps > 0)


@given(quarters)
def test_text_and_days_go_there_and_back(quarter: Quarter) -> None:
    assert Quarter.parse(str(quarter)) == quarter
    assert Quarter.of_date(quarter.first_day) == Quarter.of_date(quarter.last_day) == quarter
    assert quarter.last_day + dt.timedelta(days=1) == (quarter + 1).first_day


def test_a_lagged_survey_reports_a_month_less() -> None:
    assert [Quarter.of_months(2023, m, lag=1).number for m in (2, 5, 8, 11)] == [1, 2, 3, 4]
    assert Quarter.of_months(2023, 12) == Quarter(2023, 4)


@pytest.mark.parametrize(("month", "lag"), [(11, 0), (12, 1), (13, 0), (0, 0)])
def test_months_that_end_no_quarter(month: int, lag: int) -> None:
    with pytest.raises(ValueError, match="季末"):
        Quarter.of_months(2023, month, lag=lag)


@pytest.mark.parametrize("text", ["2023", "2023Q5", "23Q1", "2023-Q1", ""])
def test_what_is_no_quarter(text: str) -> None:
    with pytest.raises(ValueError, match="2023Q4"):
        Quarter.parse(text)


def test_names_and_ranges() -> None:
    assert Quarter(2023, 3).label() == "2023年前三季度"
    assert Quarter(2023, 3).label("quarter") == "2023年第三季度"
    assert [str(q) for q in quarters_between(Quarter(2022, 4), Quarter(2023, 2))] == ["2022Q4", "2023Q1", "2023Q2"]
    assert quarters_between(Quarter(2023, 2), Quarter(2022, 4)) == []
