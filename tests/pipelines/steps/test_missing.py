"""Who owes a return on a day: the register's word, the returns' word, and how both change with the day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.engine import engine, statement
from pipelines.lake import Lake
from pipelines.steps.missing import find_missing, late
from pipelines.workspace import Workspace

NOW, EARLY, DAY, LATE = Quarter(2023, 2), dt.date(2023, 7, 10), dt.date(2023, 7, 18), dt.date(2023, 7, 25)
FOREVER = dt.date(9999, 12, 31)


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = contract(name).schema
    filled = [dict.fromkeys(schema.names) | row | {"row_id": f"r{at:03}"} for at, row in enumerate(rows)]
    return pa.Table.from_pylist(filled, schema=schema) if filled else schema.empty_table()


def listed(unit: str, **changes: Any) -> dict[str, Any]:
    said = {"quarter": str(NOW), "unit": unit, "name": f"名{unit}", "county": "990101", "gbt": "3911", "kind": "legal"}
    known = {"known_from": EARLY, "known_to": FOREVER, "status": "accepted", "rules": "", "queries": ""}
    return said | known | {"entry_date": dt.date(2020, 1, 1)} | changes


def returned(unit: str, quarter: str = "2022Q2", **changes: Any) -> dict[str, Any]:
    said = {"quarter": quarter, "sector": "industry", "unit": unit, "county": "990101", "gbt_received": "3911"}
    known = {"known_from": EARLY, "known_to": FOREVER, "status": "accepted", "rules": "", "queries": ""}
    return said | known | {"months": 6, "output": 10, "revenue": 10} | changes


def missing(register: list[dict[str, Any]], returns: list[dict[str, Any]], day: dt.date = DAY) -> list[dict[str, Any]]:
    with engine() as work:
        work.add(register=table("core_register", register), returned=table("core_return", returns))
        find_missing(work, NOW, day)
        found: list[dict[str, Any]] = work.rows("FROM missing").to_pylist()
        return found


def test_a_year_is_covered_by_the_annual_returns_of_those_who_reported_for_it() -> None:
    """A and C of 100 + 300 of 1,000 have an annual return; E's is of no quarterly unit, D's stands set aside."""
    quarterly = [returned(unit, "2022Q4", revenue=revenue) for unit, revenue in (("A", 100), ("B", 500), ("C", 300))]
    quarterly += [returned("D", "2022Q4", revenue=100), returned("A", "2021Q4", revenue=70)]
    quarterly += [returned("B", "2022Q4", revenue=999, known_to=EARLY), returned("F", "2022Q4", status="set_aside")]
    yearly = [annual("A"), annual("C"), annual("E"), annual("D", status="set_aside"), annual("B", known_from=LATE)]

    def covered(day: dt.date) -> list[list[int]]:
        with engine() as work:
            work.add(returned=table("core_return", quarterly), core_annual=table("core_annual", yearly))
            rows = work.rows(statement("pipelines", "annual_coverage"), {"as_of": day}).to_pylist()
            return [list(row.values()) for row in rows]

    assert covered(DAY) == [[2021, 1, 0, 70, 0], [2022, 4, 2, 1000, 400]]
    assert covered(LATE)[1] == [2022, 4, 3, 1000, 900]


def annual(unit: str, **changes: Any) -> dict[str, Any]:
    said = {"year": 2022, "sector": "industry", "unit": unit, "county": "990101", "gbt_received": "3911", "output": 1}
    return said | {"known_from": EARLY, "known_to": FOREVER, "status": "accepted", "rules": ""} | changes


def units(register: list[dict[str, Any]], returns: list[dict[str, Any]] | None = None, day: dt.date = DAY) -> list[str]:
    return [row["unit"] for row in missing(register, returns or [], day)]


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, True),
        ({"entry_date": dt.date(2023, 6, 30)}, True),
        ({"entry_date": dt.date(2023, 7, 1)}, False),
        ({"entry_date": None}, True),
        ({"exit_date": dt.date(2023, 6, 30)}, False),
        ({"exit_date": dt.date(2023, 7, 1)}, True),
        ({"exit_date": dt.date(2019, 1, 1)}, True),  # before the entry: a slip
        ({"successor": "b"}, False),
        ({"successor": "b", "exit_date": dt.date(2023, 6, 30)}, False),
        ({"successor": "b", "exit_date": dt.date(2023, 7, 1)}, True),
        ({"kind": "local"}, False),
        ({"status": "set_aside"}, False),
        ({"known_from": LATE}, False),
        ({"known_to": DAY}, False),
    ],
)
def test_who_is_due(changes: dict[str, Any], due: bool) -> None:
    assert ("a" in units([listed("a", **changes), listed("z")])) is due


def test_who_has_reported_is_not_missing() -> None:
    register = [listed("a"), listed("b"), listed("c"), listed("d")]
    now = str(NOW)
    returns = [
        returned("a", now),
        returned("b", now, status="set_aside"),
        returned("c", now, known_from=LATE),
        returned("d", now, sector="trade"),
        returned("d", "2022Q2"),
    ]
    assert [(row["unit"], row["state"]) for row in missing(register, returns)] == [("b", "set_aside"), ("c", "absent")]
    assert units(register, returns, LATE) == ["b"]


def test_a_return_that_was_replaced_by_one_without_a_class_still_counts() -> None:
    returns = [returned("a", str(NOW), known_to=DAY), returned("a", str(NOW), known_from=DAY, gbt_received="")]
    assert units([listed("a")], returns) == []


@pytest.mark.parametrize(
    ("gbt", "sector"),
    [
        ("0610", "industry"),
        ("C3911", "industry"),
        ("4620", "industry"),
        ("4710", "construction"),
        ("5090", "construction"),
        ("5179", "trade"),
        ("5211", "trade"),
        ("6513", "service"),
        ("0190", "service"),
        (None, "service"),
    ],
)
def test_a_unit_that_never_reported_has_the_survey_of_its_section(gbt: str | None, sector: str) -> None:
    (row,) = missing([listed("a", gbt=gbt)], [])
    assert row["sector"] == sector
    assert row["last_quarter"] is None


def test_the_last_accepted_return_tells_survey_and_scale() -> None:
    returns = [
        returned("a", "2022Q2", revenue=1),
        returned("a", "2022Q4", revenue=2, sector="service", months=11),
        returned("a", "2022Q4", revenue=3, sector="service", months=11, known_from=DAY),
        returned("a", "2023Q1", revenue=4, status="set_aside"),
        returned("a", "2023Q1", revenue=5, known_from=LATE),
        returned("a", "2023Q3", revenue=6),
    ]
    (row,) = missing([listed("a")], returns)
    assert (row["sector"], row["last_quarter"], row["last_months"], row["last_revenue"]) == ("service", "2022Q4", 11, 3)
    (later,) = missing([listed("a")], returns, LATE)
    assert later["last_revenue"] == 5


def test_without_a_register_those_are_due_who_reported_a_year_ago() -> None:
    returns = [returned("a"), returned("b"), returned("b", str(NOW)), returned("c", "2023Q1"), returned(None)]  # type: ignore[arg-type]
    assert units([], returns) == ["a"]
    assert units([listed("c", known_from=LATE)], returns) == ["a"]
    assert units([listed("c", known_from=LATE)], returns, LATE) == ["c"]


@pytest.mark.city
def test_the_missing_units_of_a_city(ran_city: Any) -> None:
    workspace = Workspace(ran_city)
    found = late(workspace, "2021Q2", dt.date(2021, 7, 18)).missing
    by_state = {state: [unit for unit in found if unit.state == state] for state in ("absent", "set_aside")}
    # P03 has a word for a number in trade, P04 a thousandfold in the largest firm of industry.
    assert {unit.sector for unit in by_state["set_aside"]} >= {"trade", "industry"}
    later = late(workspace, "2021Q2", dt.date(2021, 7, 19)).missing
    assert len(later) < len(found)
    registered = set(Lake(workspace.lake).read("core_register", ["2021Q2"])["unit"].to_pylist())
    assert {unit.unit for unit in found} <= registered
