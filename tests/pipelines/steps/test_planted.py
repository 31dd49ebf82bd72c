"""Every planted error of the synthetic city is found where it stands, as what it is; what is right is not touched."""

from __future__ import annotations

import csv
import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from indicators.quarter import Quarter, quarters_between
from pipelines.ingest.forms import forms
from pipelines.ingest.forms.ledgers import LEDGER_FORMS
from pipelines.ingest.landing import form_of
from pipelines.ingest.receipts import receipts
from pipelines.lake import Lake
from pipelines.sample.planted import plans
from pipelines.steps.asides import COLUMNS, asides
from pipelines.steps.classified import FOREVER
from pipelines.steps.lines import lines_partition
from pipelines.workspace import Workspace
from tests.end_to_end.running import PLANTED

pytestmark = pytest.mark.city
IN_ROWS = [plan.id for plan in plans()]
# Rules that a whole row breaks, or that blame one of several cells: which of them is named is the rule's affair.
OF_THE_ROW = {"N05"}
READ_IN_PART = {"P54", "P55", "P56"}  # files refused for a sheet, a column or a row of theirs
# The whole row is wrong: which of its cells is named is the rule's affair.
ROUNDED = {"times_1000", "times_1000_with_base", "per_thousand", "times_10000", "revenue_times_1000"}


@pytest.fixture
def found(reviewed_city: Workspace) -> Path:
    """The city with returns of all quarters reviewed and classed."""
    return reviewed_city.home


@cache
def planted(home: Path) -> dict[str, dict[str, str]]:
    with (home / PLANTED).open(encoding="utf-8-sig") as file:
        return {line["id"]: line for line in csv.DictReader(file)}


def form_and_partition(home: Path, line: dict[str, str]) -> tuple[str, str]:
    receipt = next(receipt for receipt in receipts(Workspace(home)) if receipt.file == line["file"])
    assert receipt.form is not None
    return receipt.form, receipt.quarter or "all"


@cache
def rows(home: Path, table: str, partition: str) -> pd.DataFrame:
    frame = Lake(home / "lake").read(table, [partition]).to_pandas()
    return frame.fillna(dict.fromkeys(frame.columns[[kind == "str" for kind in frame.dtypes]], ""))


def row_of(home: Path, line: dict[str, str], table: str) -> dict[str, Any]:
    """The row of a table that a planted line has become."""
    form, partition = form_and_partition(home, line)
    received = rows(home, f"raw_{form}", partition)
    identifiers = received[(received["file"] == line["file"]) & (received["row"] == int(line["row"]))]["row_id"]
    assert len(identifiers) == 1, line
    made = rows(home, table, partition)
    return made[made["row_id"] == identifiers.iloc[0]].iloc[0].to_dict()


def set_aside(home: Path, line: dict[str, str]) -> None:
    form, partition = form_and_partition(home, line)
    said = rows(home, "core_set_aside", "reference" if partition == "all" else partition)
    mine = said[(said["file"] == line["file"]) & (said["row"] == int(line["row"]))]
    assert line["rule"] in set(mine["rule"]), line
    reason = mine[mine["rule"] == line["rule"]].iloc[0]
    column = next(column for column in forms()[form].columns if line["column"] in column.names)
    if line["kind"] not in ROUNDED and line["rule"] not in OF_THE_ROW:
        assert (reason["column"], reason["value"]) == (column.header, line["found"])
    assert reason["form"] == forms()[form].code
    assert reason["reason_zh"]
    assert reason["reason_en"].isascii()
    table = "core_annual" if form == "annual" else "core_return"
    made = row_of(home, line, table)
    assert made["status"] == "set_aside"
    if table == "core_return":
        assert row_of(home, line, "class_return")["class_status"] == "set_aside"


def second_row_set_aside(home: Path, line: dict[str, str]) -> None:
    set_aside(home, line)
    form, partition = form_and_partition(home, line)
    made = rows(home, "core_return", partition)
    same = made[(made["unit"] == line["found"]) & (made["sector"] == form)]
    assert sorted(same["status"]) == ["accepted", "set_aside"]


def unmatched(home: Path, line: dict[str, str], *, expected: tuple[str, ...] = ("unmatched",)) -> None:
    made = row_of(home, line, "class_return")
    if line["kind"] == "three_digits":  # a group of classes: more than one may be meant
        expected = (*expected, "ambiguous")
    assert made["class_status"] in expected
    assert made["reason"]


def unmatched_or_ambiguous(home: Path, line: dict[str, str]) -> None:
    unmatched(home, line, expected=("unmatched", "ambiguous"))


def query(home: Path, line: dict[str, str]) -> None:
    form, partition = form_and_partition(home, line)
    table = {"register": "core_register", "annual": "core_annual"}.get(form, "core_return")
    made = row_of(home, line, table)
    assert made["status"] == "accepted"
    assert line["rule"] in made["queries"].split(";")
    asked = rows(home, "core_query", lines_partition(form, partition))
    mine = asked[(asked["row_id"] == made["row_id"]) & (asked["rule"] == line["rule"])]
    assert len(mine) == 1
    assert mine["form"].tolist() == [forms()[form].code]


def confirmed(home: Path, line: dict[str, str]) -> None:
    made = row_of(home, line, "core_return")
    assert made["status"] == "accepted"
    form, partition = form_and_partition(home, line)
    asked = rows(home, "core_query", partition)
    mine = asked[(asked["row_id"] == made["row_id"]) & (asked["rule"] == line["rule"])]
    assert mine["status"].tolist() == ["confirmed"]
    assert mine["note"].iloc[0]
    assert forms()[form].code == mine["form"].iloc[0]


def accepted(home: Path, line: dict[str, str]) -> None:
    made = row_of(home, line, "class_return")
    assert made["class_status"] == "assigned"
    digits = line["found"].translate({0xFEE0 + code: chr(code) for code in range(0x30, 0x3A)}).lstrip("C")
    assert made["gbt"] == digits


def accepted_then_superseded(home: Path, line: dict[str, str]) -> None:
    made = row_of(home, line, "core_return")
    corrected = next(receipt for receipt in receipts(Workspace(home)) if receipt.file == line["corrected_by"])
    assert made["status"] == "accepted"
    assert made["known_to"] == corrected.received_at
    again = rows(home, "core_return", str(corrected.quarter))
    now = again[(again["unit"] == made["unit"]) & (again["known_from"] == corrected.received_at)].iloc[0]
    assert now["known_to"] == FOREVER
    assert now["output"] != made["output"]


def set_aside_or_unmatched(home: Path, line: dict[str, str]) -> None:
    made = row_of(home, line, "core_annual")
    assert made["status"] == "set_aside" or made["gbt_received"] == ""


CHECKS = {
    check.__name__: check
    for check in (
        set_aside,
        second_row_set_aside,
        unmatched,
        unmatched_or_ambiguous,
        query,
        confirmed,
        accepted,
        accepted_then_superseded,
        set_aside_or_unmatched,
    )
}


@pytest.mark.parametrize("identifier", IN_ROWS)
def test_a_planted_error_is_found_as_such(found: Path, identifier: str) -> None:
    line = planted(found)[identifier]
    CHECKS[line["expected"]](found, line)


def test_corrected_errors_are_right_from_the_day_of_the_correction(found: Path) -> None:
    line = planted(found)["P01"]
    corrected = rows(found, "core_return", "2021Q1")
    late = corrected[corrected["known_from"] == dt.date(2021, 4, 19)]
    assert len(late) == 1
    assert late.iloc[0]["status"] == "accepted"
    assert late.iloc[0]["unit"][:-1] == line["found"][:-1]


def test_nothing_is_set_aside_that_was_not_planted(found: Path) -> None:
    lake = Lake(found / "lake")
    aside = lake.read("core_set_aside", lake.partitions("core_set_aside")).to_pandas()
    ledgers = {
        forms()[form].code for form in LEDGER_FORMS
    }  # their slips are a list of their own (tests/pipelines/ledgers)
    aside = aside[~aside["form"].isin(ledgers)]
    lines = planted(found).values()
    placed = {(line["file"], int(line["row"])) for line in lines if line["row"]}
    files = {line["file"] for line in lines if line["expected"] == "refused"}
    stray = [row for row in aside.itertuples() if (row.file, row.row) not in placed and row.file not in files]
    assert stray == []


@pytest.mark.parametrize("identifier", ["P54", "P55", "P56", "P57"])
def test_a_file_that_cannot_be_read_is_listed_and_costs_the_rest_nothing(found: Path, identifier: str) -> None:
    line = planted(found)[identifier]
    form = form_of(line["file"])
    assert form is not None
    lake = Lake(found / "lake")
    aside = lake.read("core_set_aside", lake.partitions("core_set_aside")).to_pandas()
    mine = aside[aside["file"] == line["file"]]
    assert len(mine) >= 1
    assert mine["reason_zh"].str.len().min() > 0
    assert mine["value"].isna().all()
    assert set(mine["form"]) == {form.code}


def test_all_that_did_not_go_through_is_one_list_without_a_value(found: Path) -> None:
    quarters = [str(quarter) for quarter in quarters_between(Quarter(2020, 1), Quarter(2023, 4))]
    listed = asides(Workspace(found), quarters)
    assert tuple(listed.column_names) == COLUMNS  # the cell as received is not one of them
    assert "value" not in listed.column_names
    places = {(line["file"], line["row"]): line for line in listed.to_pylist()}
    gone = {"set_aside", "second_row_set_aside", "unmatched", "unmatched_or_ambiguous", "refused", "not_a_form"}
    for line in planted(found).values():
        if line["expected"] in gone and line["id"] not in READ_IN_PART:
            place = (line["file"], int(line["row"] or 0))
            assert place in places, line["id"]
            assert places[place]["reason_zh"]
            assert places[place]["reason_en"]


def test_files_that_are_none_of_the_forms_are_in_the_log_alone(found: Path) -> None:
    logged = {receipt.file: receipt for receipt in receipts(Workspace(found), refused=True)}
    lines = planted(found)
    assert logged[lines["P51"]["file"]].form is None
    for identifier, code in (("P52", "empty_file"), ("P53", "quarter_out_of_range")):
        refusal = logged[lines[identifier]["file"]].refusal
        assert refusal is not None
        assert refusal.code == code
        assert refusal.zh
    assert lines["P58"]["file"] not in logged
