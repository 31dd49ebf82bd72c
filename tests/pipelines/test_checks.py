"""What Dagster is told of what must hold: severities, what blocks, and words that name no unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines import checks
from pipelines.checks import forms_present, observation_checks, table_checks, totals, upstream
from pipelines.lake import Lake
from pipelines.steps.checked import conserved
from pipelines.steps.needed import lacking
from pipelines.workspace import Workspace
from tests.end_to_end.running import duplicate, put

QUARTER = "2021Q1"
Change = Callable[[pa.Table], pa.Table]
WARN, ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR


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


def of_imputed(change: Change) -> Change:
    """A change of the imputed rows alone."""

    def changed(table: pa.Table) -> pa.Table:
        column = "outcome" if "outcome" in table.column_names else "origin"
        imputed = pc.equal(table[column], "imputed")
        return pa.concat_tables([change(table.filter(imputed)), table.filter(pc.invert(imputed))])

    return changed


def imputed_although_reported(table: pa.Table) -> pa.Table:
    measured = table.filter(pc.equal(table["origin"], "measured"))["unit"][0].as_py()
    units = [measured if origin == "imputed" else unit for unit, origin in zip(
        table["unit"].to_pylist(), table["origin"].to_pylist(), strict=True)]  # fmt: skip
    return table.set_column(table.schema.get_field_index("unit"), table.schema.field("unit"), [units])


def tamper(home: Path, table: str, change: Change) -> None:
    lake = Lake(home / "lake")
    put(change(lake.read(table, [QUARTER])), lake.path(table, QUARTER))


def broken(home: Path, quarter: str = QUARTER) -> set[str]:
    return {outcome.column for outcome in conserved(Workspace(home), quarter) if not outcome.met}


@pytest.mark.city
def test_rows_and_yuan_are_conserved(ran_city: Path) -> None:
    quarters = Lake(ran_city / "lake").partitions("cell_leaf")
    assert len(quarters) == 7
    results = table_checks(Workspace(ran_city), "cell_leaf", ["cell_leaf"], quarters)
    assert [result.check_name for result in results] == ["contract", "conservation"]
    for result in results:
        assert result.passed, result.description
        assert result.asset_key == dg.AssetKey("cell_leaf")
        assert result.metadata["quarters"].value == ", ".join(quarters)
        assert result.metadata["laws"].value > 50
        assert result.metadata["rows"].value > 1000


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
        ("class_missing", of_imputed(without_a_row), "rows: imputed = split"),
        ("class_missing", of_imputed(one_yuan_more("revenue")), "yuan of revenue: imputed = split"),
        ("class_part", of_imputed(nothing), "rows: imputed = split"),
        ("class_part", of_imputed(one_yuan_more("output")), "yuan of output: imputed = split"),
        ("class_part", imputed_although_reported, "units: imputed although they reported"),
        ("cell_leaf", of_imputed(one_yuan_more("va")), "yuan of value added, imputed"),
    ],
)
def test_a_row_or_a_yuan_lost_is_found(copied_city: Path, table: str, change: Change, law: str) -> None:
    tamper(copied_city, table, change)
    found = broken(copied_city)
    assert any(name.startswith(part) for name in found for part in law.split("|"))
    assert broken(copied_city, "2021Q2") == set()


@pytest.mark.city
def test_parts_that_are_lost_as_a_whole_are_found(copied_city: Path) -> None:
    tamper(copied_city, "class_part", nothing)
    tamper(copied_city, "cell_leaf", nothing)
    assert broken(copied_city)


@pytest.mark.city
def test_what_is_lost_stops_the_release_without_a_sum_in_the_words(
    copied_city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper(copied_city, "cell_leaf", one_yuan_more("va"))
    place = Workspace(copied_city)
    monkeypatch.setattr(
        checks, "outcomes", lambda *_: {QUARTER: [o for q in (QUARTER, "2021Q2") for o in conserved(place, q)]}
    )
    (_, result) = table_checks(place, "cell_leaf", ["cell_leaf"], [QUARTER])
    assert not result.passed
    assert result.severity == ERROR
    assert result.description == "2021Q1 cell_leaf 增加值（推算）：拆分＝汇总单元：两边应相等，1 处不符"


@pytest.mark.city
def test_what_review_sets_aside_anyway_is_a_warning(ran_city: Path) -> None:
    quarters = Lake(ran_city / "lake").partitions("raw_trade")
    contract, form = table_checks(Workspace(ran_city), "raw_trade", ["raw_trade"], quarters)
    assert contract.passed
    assert contract.severity == ERROR
    assert not form.passed
    assert form.severity == WARN
    assert form.metadata["unexpected"].value > 0
    assert form.description is not None
    assert "必填，不得为空" in form.description
    assert "E203_" in form.description
    assert "行" in form.description


@pytest.mark.city
def test_required_forms_must_have_arrived_by_the_day(ran_city: Path) -> None:
    place = Workspace(ran_city)
    assert forms_present(place, ["2021Q1"]).passed
    early = forms_present(place, ["2021Q1", "2021Q2"], as_of="2021-04-17")
    assert not early.passed
    # The four firm forms of both quarters, and what came with them: the accounts, by division too, and the prices.
    assert early.metadata["broken"].value == 14
    assert early.description is not None
    assert "B203" in early.description
    assert "2021-04-17" in early.description
    assert "另有 9 项" in early.description


@pytest.mark.city
def test_a_form_of_many_periods_must_hold_the_one_that_is_needed(ran_city: Path, tmp_path: Path) -> None:
    home = duplicate(ran_city, tmp_path / "home")
    settings = (home / "city.toml").read_text(encoding="utf-8")
    asked = '"coefficient", "annual", "digital_use", "efficiency", "published", "register"]'
    (home / "city.toml").write_text(settings.replace('"coefficient"]', asked), encoding="utf-8")
    place = Workspace(home)
    days = {"2021Q1": dt.date(2021, 4, 20), "2021Q4": dt.date(2022, 1, 20), "2018Q4": dt.date(2024, 1, 20)}
    said = {quarter: lacking(place, quarter, day) for quarter, day in days.items()}
    assert [line.partition("，")[0] for line in said["2021Q1"]] == [
        "A103 企业年度财务状况（2021Q1）截至 2021-04-20 没有 2019、2020 年的数",
        "WB01 外部公布数与部门监测数（2021Q1）截至 2021-04-20 没有可读的行",
    ]
    forms_of = {quarter: [line.split(" ")[0] for line in lines] for quarter, lines in said.items()}
    # The city was run up to 2021Q3: of the firm forms nothing is read beyond, of many periods all that came is known.
    firms = ["B203", "F203", "E203", "C203"]
    assert forms_of["2021Q4"] == [*firms, "WB01", "M101"]
    many = ["GDP", "HS01", "JG01", "HS02", "HS03", "A103", "A109", "HS04"]
    assert sorted(forms_of["2018Q4"]) == sorted([*firms, "M101", *many])
    assert any("没有 2018Q4 的数" in line for line in said["2018Q4"])
    assert any("没有 2018Q4 有效的行" in line for line in said["2018Q4"])


@pytest.mark.city
@pytest.mark.usefixtures("great_expectations")
def test_a_release_rests_on_tables_that_were_checked(copied_city: Path) -> None:
    place, lake = Workspace(copied_city), Lake(copied_city / "lake")
    assert upstream(place, [QUARTER]).passed
    lake.path("check_result", "2020Q2").unlink()
    behind = upstream(place, [QUARTER])
    assert not behind.passed
    assert behind.description == "2020Q2 尚未检查，或检查后有变化，请先收数（shuce run 2021Q1）"


@pytest.mark.city
def test_a_contract_once_found_broken_stops_every_later_run(copied_city: Path) -> None:
    lake = Lake(copied_city / "lake")
    rows = lake.read("check_result", ["2020Q3"]).to_pylist()
    at = next(n for n, row in enumerate(rows) if row["table"] == "core_return" and row["expectation"] == "unique")
    rows[at]["unexpected"] = 2
    put(pa.Table.from_pylist(rows, lake.read("check_result", ["2020Q3"]).schema), lake.path("check_result", "2020Q3"))
    result = upstream(Workspace(copied_city), [QUARTER])
    assert not result.passed
    assert result.severity == ERROR
    assert result.description is not None
    assert result.description.startswith("2020Q3 core_return 行标识")


@pytest.mark.city
@pytest.mark.usefixtures("great_expectations")
def test_rules_over_totals_are_checks_of_the_observations(copied_city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.steps.observed import day_of_knowledge, observation

    place, lake = Workspace(copied_city), Lake(copied_city / "lake")
    observation(place, QUARTER, day_of_knowledge(place, QUARTER))
    results = {result.check_name: result for result in observation_checks(place, [QUARTER])}
    assert list(results) == ["forms_present", "upstream", "contract", "coverage", "D01", "D03", "D04"]
    assert results["D01"].passed
    assert results["D03"].severity == WARN
    assert results["D04"].severity == ERROR

    table = lake.read("observation", [QUARTER])
    indicator, values = table["indicator"].to_pylist(), table["value"].to_pylist()
    values[indicator.index("core_value_added")] += 5.0
    put(table.set_column(table.schema.get_field_index("value"), "value", [values]), lake.path("observation", QUARTER))
    d01 = totals(place, [QUARTER])[0]
    assert not d01.passed
    assert d01.severity == ERROR
    assert d01.description is not None
    assert "之和与" in d01.description
    assert d01.description.count("汇总不平") == 1
