"""Late returns: missing from the file they belong in, there in a later one, or nowhere."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from indicators.quarter import Quarter
from pipelines.sample.city import build
from pipelines.sample.firm_files import file_name, firm_rows
from pipelines.sample.late import NEVER, late
from pipelines.sample.planted import plans
from pipelines.sample.profile import SURVEYS
from pipelines.sample.universe import Universe
from tests.pipelines.sample.test_city import _table

Q4 = Quarter(2023, 4)


@pytest.fixture(scope="module")
def universe() -> Universe:
    return build(firms=150)[0]


def test_what_is_late_is_known_by_survey_and_day(universe: Universe) -> None:
    found = {survey: late(universe.units, Q4, survey, there=range(10**6), busy=()) for survey in SURVEYS}
    assert {survey: len(units) for survey, units in found.items()} == {
        "industry": 3, "service": 1, "trade": 2, "construction": 1,
    }  # fmt: skip
    days = {day for units in found.values() for day in units.values()}
    assert days == {dt.date(2024, 1, 20), dt.date(2024, 2, 5), NEVER}
    assert late(universe.units, Quarter(2022, 1), "industry", there=range(10**6), busy=()) == {}


def test_a_unit_that_errs_or_does_not_report_is_not_late(universe: Universe) -> None:
    usual = set(late(universe.units, Q4, "trade", there=range(10**6), busy=()))
    others = set(late(universe.units, Q4, "trade", there=range(10**6), busy=usual))
    assert len(others) == len(usual) == 2
    assert not usual & others
    assert late(universe.units, Q4, "trade", there=(), busy=()) == {}


def test_late_returns_are_in_no_punctual_file(written_city: Path, universe: Universe) -> None:
    true = firm_rows(universe, Q4, "industry")
    busy = {plan.place(universe.units) for plan in plans() if (plan.form, plan.quarter) == ("industry", str(Q4))}
    behind = late(universe.units, Q4, "industry", there=true, busy=busy)
    codes = {place: universe.units.code[place].decode() for place in behind}
    name = file_name("industry", Q4)
    punctual = {cell for line in _table(written_city / "inbox" / name) for cell in line}
    after = {cell for line in _table(written_city / "inbox" / name.replace(".", "_补报1.")) for cell in line}
    assert not punctual & set(codes.values())
    assert {code for place, code in codes.items() if behind[place] != NEVER} == after & set(codes.values())
    assert len(codes) == 3
    assert int(np.sum([day == NEVER for day in behind.values()])) == 1


def test_the_register_of_papers_says_when_they_came(written_city: Path) -> None:
    with (written_city / "inbox" / "received.csv").open(encoding="utf-8") as register:
        days = {line["file"]: line["received_at"] for line in csv.DictReader(register)}
    assert days[file_name("trade", Q4).replace(".", "_补报2.")] == "2024-02-05"
    assert days[file_name("construction", Q4).replace(".", "_补报1.")] == "2024-01-20"
