"""Weeks, months and quarters: what a text means, and on which days each can be told."""

from __future__ import annotations

import datetime as dt

import pytest

from classification.errors import InputError
from indicators.dispatch import thresholds
from pipelines.reports.periods import Kind, Period, period
from pipelines.workspace import City

CITY = City(code="000000", name="国", kind="nation", first_quarter="2022Q1", last_quarter="2023Q4")


def named(kind: Kind, text: str = "", last: str = "2024-01-03", today: str = "2024-03-01") -> Period:
    days = {"last": dt.date.fromisoformat(last), "today": dt.date.fromisoformat(today)}
    return period(kind, text, CITY, thresholds(), **days)


@pytest.mark.parametrize(
    ("kind", "text", "meant"),
    [
        ("weekly", "2023-10-27", ("2023-W43", "2023-10-22", "2023-10-29", "2023-10-29")),
        ("weekly", "2023-W43", ("2023-W43", "2023-10-22", "2023-10-29", "2023-10-29")),
        ("weekly", "2023-01-01", ("2022-W52", "2022-12-25", "2023-01-01", "2023-01-01")),
        ("weekly", "", ("2024-W01", "2023-12-31", "2024-01-07", "2024-01-07")),
        ("monthly", "2023-12", ("2023-12", "2023-11-30", "2023-12-31", "2024-01-05")),
        ("monthly", "2023-02-14", ("2023-02", "2023-01-31", "2023-02-28", "2023-03-05")),
        ("monthly", "", ("2023-12", "2023-11-30", "2023-12-31", "2024-01-05")),
        ("quarterly", "2023Q3", ("2023Q3", "2023-06-30", "2023-09-30", "2023-10-20")),
        ("quarterly", "2023-07-01", ("2023Q3", "2023-06-30", "2023-09-30", "2023-10-20")),
        ("quarterly", "", ("2023Q4", "2023-09-30", "2023-12-31", "2024-01-20")),
    ],
)
def test_a_text_means_a_period(kind: Kind, text: str, meant: tuple[str, ...]) -> None:
    found = named(kind, text)
    assert (found.name, str(found.since), str(found.until), str(found.due)) == meant


def test_the_latest_month_is_one_that_has_been_cut_off() -> None:
    assert named("monthly", today="2024-01-04").name == "2023-11"
    assert named("monthly", today="2024-01-05").name == "2023-12"


@pytest.mark.parametrize(
    ("kind", "text", "told", "not_told"),
    [
        ("weekly", "2023-W43", ("2023-10-23", "2023-10-29"), ("2023-10-22", "2023-10-30")),
        ("monthly", "2023-11", ("2023-12-05", "2024-01-04"), ("2023-12-04", "2024-01-05")),
        ("quarterly", "2023Q4", ("2024-01-05", "2030-01-01"), ("2024-01-04",)),
    ],
)
def test_a_day_of_knowledge_is_held_to_it(
    kind: Kind, text: str, told: tuple[str, ...], not_told: tuple[str, ...]
) -> None:
    found = named(kind, text)
    for day in told:
        assert found.known_on(dt.date.fromisoformat(day)) == dt.date.fromisoformat(day)
    for day in not_told:
        with pytest.raises(InputError, match=f"不能是 {day}"):
            found.known_on(dt.date.fromisoformat(day))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("weekly", "2023-W54"),
        ("weekly", "上周"),
        ("monthly", "2023-13"),
        ("quarterly", "2023-13-01"),
        ("quarterly", "四"),
    ],
)
def test_what_is_no_period_is_refused(kind: Kind, text: str) -> None:
    with pytest.raises(InputError):
        named(kind, text)
