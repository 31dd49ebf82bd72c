"""The checks that stand between the rooms: each passes on what was made, and fires on what is broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.checks import broken_sums, conservation, forms_present
from pipelines.lake import Lake
from pipelines.workspace import Workspace
from tests.end_to_end.running import put

QUARTER = "2021Q1"
Change = Callable[[pa.Table], pa.Table]


def without_a_row(table: pa.Table) -> pa.Table:
    return table.slice(1)


def without_a(status: str) -> Change:
    def change(table: pa.Table) -> pa.Table:
        at = pc.index(table["class_status"], status).as_py()
        return pa.concat_tables([table.slice(0, at), table.slice(at + 1)])

    return change


def nothing(table: pa.Table) -> pa.Table:
    return table.slice(0, 0)


def one_yuan_more(column: str, status: str = "") -> Change:
    def change(table: pa.Table) -> pa.Table:
        at = pc.index(table["class_status"], status).as_py() if status else 0
        values = table[column].to_pylist()
        values[at] += 1
        return table.set_column(table.schema.get_field_index(column), table.schema.field(column), [values])

    return change


def tamper(home: Path, table: str, change: Change) -> None:
    lake = Lake(home / "lake")
    put(change(lake.read(table, [QUARTER])), lake.path(table, QUARTER))


@pytest.mark.city
def test_rows_and_yuan_are_conserved(ran_city: Path) -> None:
    quarters = Lake(ran_city / "lake").partitions("cell_leaf")
    assert len(quarters) == 7
    result = conservation(Workspace(ran_city), quarters)
    assert result.passed, result.description
    assert result.asset_key == dg.AssetKey("cell_leaf")
    assert result.metadata["quarters"].value == ", ".join(quarters)


@pytest.mark.city
@pytest.mark.parametrize(
    ("table", "change", "law"),
    [
        ("core_return", without_a_row, "rows: raw = received"),
        ("class_return", without_a("set_aside"), "rows: received = classed"),
        ("class_return", without_a("assigned"), "rows: assigned = split"),
        ("class_return", one_yuan_more("revenue", "set_aside"), "yuan: received"),
        ("class_return", one_yuan_more("revenue", "assigned"), "yuan of revenue"),
        ("class_part", without_a_row, "rows: assigned = split|yuan of revenue"),
        ("class_part", one_yuan_more("revenue"), "yuan of revenue"),
        ("class_part", one_yuan_more("output"), "yuan of output"),
        ("class_part", one_yuan_more("va"), "yuan of value added"),
        ("cell_leaf", one_yuan_more("va"), "yuan of value added"),
        ("cell_leaf", nothing, "yuan of value added"),
    ],
)
def test_a_row_or_a_yuan_lost_stops_the_release(copied_city: Path, table: str, change: Change, law: str) -> None:
    tamper(copied_city, table, change)
    result = conservation(Workspace(copied_city), [QUARTER, "2021Q2"])
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.ERROR
    assert result.description is not None
    assert QUARTER in result.description
    assert "2021Q2" not in result.description
    assert any(part in result.description for part in law.split("|"))


@pytest.mark.city
def test_parts_that_are_lost_as_a_whole_stop_the_release(copied_city: Path) -> None:
    tamper(copied_city, "class_part", nothing)
    tamper(copied_city, "cell_leaf", nothing)
    assert not conservation(Workspace(copied_city), [QUARTER]).passed


@pytest.mark.city
def test_required_forms_must_have_arrived_by_the_day(ran_city: Path) -> None:
    place = Workspace(ran_city)
    assert forms_present(place, ["2021Q1"]).passed
    early = forms_present(place, ["2021Q1", "2021Q2"], as_of="2021-04-17")
    assert not early.passed
    assert early.metadata["broken"].value == 8  # the four firm forms of both quarters; tables of many periods are there
    assert early.description is not None
    assert "B203" in early.description
    assert "2021-04-17" in early.description


def observations() -> pd.DataFrame:
    """Two counties and two 大类 that add up, in one period."""
    rows: list[dict[str, Any]] = []
    for region, factor in (("1", 1.0), ("2", 2.0), ("all", 3.0)):
        for klass, value in (("01", 10.0), ("02", 5.0), ("0101", 10.0), ("core", 15.0)):
            rows.append({"region": region, "class": klass, "value": factor * value})
    said = {"indicator": "core_value_added", "definition_id": "rate_method", "period": "2021Q1", "span": "quarter"}
    return pd.DataFrame(rows).assign(**said)


def test_sums_that_add_up_pass() -> None:
    assert broken_sums(observations(), "all") == []
    other = observations().assign(definition_id="published", value=1.0)
    assert broken_sums(pd.concat([observations(), other]), "all") == []
    assert broken_sums(observations().iloc[:0], "all") == []


@pytest.mark.parametrize(
    ("keep", "named"),
    [
        (lambda row: row["region"] != "2", "2021Q1 quarter core"),
        (lambda row: row["region"] == "all", "2021Q1 quarter 01"),
        (lambda row: row["region"] != "all", "2021Q1 quarter 0101"),
        (lambda row: row["class"] != "02", "2021Q1 quarter 1"),
        (lambda row: len(row["class"]) != 2, "2021Q1 quarter all"),
        (lambda row: row["class"] != "core", "2021Q1 quarter 2"),
    ],
)
def test_sums_that_do_not_add_up_are_named(keep: Callable[[Any], bool], named: str) -> None:
    frame = observations()
    assert named in broken_sums(frame[frame.apply(keep, axis=1)], "all")


def test_half_a_yuan_of_rounding_is_no_error() -> None:
    frame = observations()
    core = frame["class"] == "core"
    assert broken_sums(frame.assign(value=frame["value"] + 0.9 * core), "all") == []
    more = broken_sums(frame.assign(value=frame["value"] + 1.1 * core), "all")
    assert more == ["2021Q1 quarter core", "2021Q1 quarter 1", "2021Q1 quarter 2", "2021Q1 quarter all"]
