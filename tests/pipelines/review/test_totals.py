"""Rules over totals fire on totals that do not hold, and on nothing in the city as it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.lake import Lake, write_table
from pipelines.review.totals import FACTS, total_facts, total_findings, uncovered
from pipelines.steps.missing import coverage, late
from pipelines.workspace import Workspace


def found(law: str, left: float, right: float) -> list[str]:
    row = {"row_id": law, "law": law, "subject": "all", "left_side": left, "right_side": right}
    return list(total_findings(pa.Table.from_pylist([row], schema=FACTS))["rule"].to_pylist())


@pytest.mark.parametrize(
    ("law", "wrong", "right", "rule"),
    [
        ("counties", (100.0, 102.0), (100.0, 100.5), "D01"),
        ("classes", (100.0, 98.0), (100.0, 100.0), "D01"),
        ("part", (102.0, 100.0), (99.0, 100.0), "D01"),
        ("coverage", (94.0, 100.0), (95.0, 100.0), "D02"),
        ("growth", (0.05, -0.03), (0.05, -0.01), "D03"),
        ("attributes", (1.0, 0.0), (0.0, 0.0), "D04"),
    ],
)
def test_each_rule_fires_and_stays_quiet(
    law: str, wrong: tuple[float, float], right: tuple[float, float], rule: str
) -> None:
    assert found(law, *wrong) == [rule]
    assert found(law, *right) == []


def test_coverage_and_growth_of_a_city(reviewed_city: Workspace) -> None:
    facts = total_facts(reviewed_city, "2022Q4", dt.date(2023, 1, 20)).to_pylist()
    coverage = {row["subject"]: row["left_side"] / row["right_side"] for row in facts if row["law"] == "coverage"}
    assert set(coverage) == {"all", "industry", "service", "trade", "construction"}
    assert 0.95 < coverage["all"] <= 1
    assert any(row["law"] == "growth" for row in facts)
    early = total_facts(reviewed_city, "2022Q4", dt.date(2023, 1, 1))
    assert "D02" in total_findings(early)["rule"].to_pylist()


def test_a_quarter_of_which_too_little_has_come_is_told_by_survey(reviewed_city: Workspace) -> None:
    assert uncovered(reviewed_city, "2023Q1", dt.date(2023, 4, 20)) == ""
    said = uncovered(reviewed_city, "2023Q1", dt.date(2023, 4, 1))
    assert said.startswith("2023Q1 截至 2023-04-01 的报表覆盖率不足：合计 0.0%（未报 ")
    for words in ("工业 0.0%（未报 ", "建筑业", "批零业", "服务业", "shuce review late 2023Q1", "--as-of"):
        assert words in said


def test_what_has_no_year_before_or_no_firms_is_not_short_of_anything(reviewed_city: Workspace, tmp_path: Path) -> None:
    assert uncovered(reviewed_city, "2020Q1", dt.date(2020, 4, 1)) == ""
    settings = (reviewed_city.home / "city.toml").read_text(encoding="utf-8").partition("[[counties]]")[0]
    (tmp_path / "city.toml").write_text(settings.replace('kind = "city"', 'kind = "nation"'), encoding="utf-8")
    assert uncovered(Workspace(tmp_path), "2022Q4", dt.date(2023, 1, 20)) == ""


def test_who_has_left_lacks_nowhere(reviewed_city: Workspace) -> None:
    """The register of the quarter says who is due: units that left in the year count on neither side."""
    lake, day = Lake(reviewed_city.lake), dt.date(2023, 1, 20)
    rows = {row["survey"]: row for row in coverage(reviewed_city, "2022Q4", day).to_pylist()}
    whole = rows["all"]
    assert whole["due"] == whole["reported"] + whole["missing"]
    last = lake.read("core_return", ["2021Q4"]).to_pylist()
    then = {row["unit"] for row in last if row["status"] == "accepted" and row["known_from"] <= day < row["known_to"]}
    register = {row["unit"]: row for row in lake.read("core_register", ["2022Q4"]).to_pylist()}
    gone = {unit for unit in then if (left := register[unit]["exit_date"]) and left <= dt.date(2022, 12, 31)}
    assert gone
    missing = {unit.unit for unit in late(reviewed_city, "2022Q4", day).missing}
    assert not missing & gone


def test_the_first_year_has_nothing_to_compare_with(reviewed_city: Workspace) -> None:
    assert total_facts(reviewed_city, "2020Q1", dt.date(2021, 2, 20)).num_rows == 0


def test_identities_of_observations(reviewed_city: Workspace) -> None:
    rows = [
        ("core_value_added", "rate_method", "419900", "core", 30.0),
        ("core_value_added", "rate_method", "419901", "core", 10.0),
        ("core_value_added", "rate_method", "419902", "core", 20.0),
        ("core_value_added", "rate_method", "419900", "01", 30.0),
        ("gdp", "published", "419900", "", 20.0),
        # Section C has 13 in its divisions, of which 15 would be core; section I has just as much as it may.
        ("industry_core_value_added", "core_part", "419900", "39", 10.0),
        ("industry_core_value_added", "core_part", "419900", "34", 5.0),
        ("sector_value_added", "accounts", "419900", "39", 9.0),
        ("sector_value_added", "accounts", "419900", "34", 4.0),
        ("industry_core_value_added", "core_part", "419900", "65", 7.0),
        ("sector_value_added", "accounts", "419900", "65", 7.0),
    ]
    names = ("indicator", "definition_id", "region", "class", "value")
    table = pa.Table.from_pylist(
        [
            dict(zip(names, row, strict=True))
            | {"period": "2019Q4", "span": "cumulative", "price_basis": "current", "vintage": ""}
            for row in rows
        ]
    )
    path = Lake(reviewed_city.lake).path("observation", "2019Q4")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(table, path)
    try:
        broken = total_findings(total_facts(reviewed_city, "2019Q4", dt.date(2020, 1, 20))).to_pylist()
    finally:
        path.unlink()
    # 01 stands for the place alone: it adds up from no county, and no county's total has its parts.
    laws = {(row["rule"], row["law"], row["subject"]) for row in broken}
    assert laws == {
        ("D01", "part", "2019Q4 cumulative 419900"),
        ("D01", "part", "2019Q4 cumulative 419900 section C"),
        ("D01", "counties", "2019Q4 cumulative 01"),
        ("D01", "classes", "2019Q4 cumulative 419901"),
        ("D01", "classes", "2019Q4 cumulative 419902"),
        ("D04", "attributes", "all"),
    }
