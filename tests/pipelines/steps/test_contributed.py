"""Whose the numbers are, and what is left of a change when what moved everybody is taken out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pytest

from indicators.measure import measure
from indicators.measure.routes import VOLUME
from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.lake import Lake, write_table
from pipelines.steps import contributed
from pipelines.steps.contributed import between, carried, contributions, heads, moved, rebased, with_alone
from pipelines.steps.observed import evidence
from pipelines.workspace import Workspace
from tests.pipelines.release.stand_in import city_workspace

RATE = 1.031  # what the value-added rate of all was revised by


def told(*rows: tuple[str, str, float, float], cls: str = "0101") -> pd.DataFrame:
    """Contributions from period, unit, value and whole."""
    found = pd.DataFrame(rows, columns=["period", "unit", "value", "whole"])
    return found.assign(region="a", part=found["unit"], **{"class": cls})


def by_unit(changes: pd.DataFrame) -> dict[str, float]:
    return changes.groupby("unit")["value"].sum().to_dict()


def test_a_rate_revised_for_all_hides_nobody_who_left() -> None:
    """Ten thousand units moved by a revised rate are no cover for one that left: everybody can take the rate out."""
    units = [f"u{number}" for number in range(20)]
    before = told(*(("2022Q4 va", unit, 200.0 + number, 1000.0 + 5 * number) for number, unit in enumerate(units)))
    after = before.assign(value=before["value"] * RATE)
    left = after["unit"] != "u7"
    changes = by_unit(between(before, after[left]))
    assert changes.pop("u7") == -207.0
    assert set(changes.values()) == {0.0}
    # Who reported more is judged at the rate of now, whatever it was before.
    more = after.assign(whole=after["whole"] + 100 * after["unit"].eq("u3"))
    more["value"] *= more["whole"] / after["whole"]
    assert by_unit(between(before, more))["u3"] == round(100 * 203 * RATE / 1015)


def test_who_came_and_who_moved_is_told_with_its_sign() -> None:
    before = told(("2022Q4 va", "moved", 10.0, 50.0))
    after = pd.concat([
        told(("2022Q4 va", "moved", 12.0, 50.0), cls="0102"),
        told(("2022Q4 va", "new", 3.0, 9.0), ("2022Q4 va", "nil", 0.0, 0.0)),
    ])  # fmt: skip
    found = between(before, after).set_index(["class", "unit"])["value"].to_dict()
    assert found == {("0101", "moved"): -10.0, ("0102", "moved"): 12.0, ("0101", "new"): 3.0, ("0101", "nil"): 0.0}


def test_the_bases_of_a_year_are_held_against_its_levels_for_value_added_and_revenue_together() -> None:
    rows = [("2022Q1 va", "u", 10.0, 50.0), ("2022Q2 va", "u", 30.0, 150.0), ("2022Q1 revenue", "u", 60.0, 60.0)]
    rows += [
        ("2023Q1 va_base", "u", 11.0, 50.0),
        ("2023Q2 va_base", "u", 44.0, 200.0),
        ("2023Q3 va_base", "u", 1.0, 1.0),
    ]
    rows += [("2023Q1 revenue_base", "u", 61.0, 61.0), ("2023Q1 staff", "u", 4, 4), ("2023Q1 va", "u", 9.0, 9.0)]
    found = rebased(told(*rows), "2023").set_index("period")["value"].to_dict()
    alone = {"2023Q1 va alone": 0.0, "2023Q2 va alone": 11.0, "2023Q1 revenue alone": 1.0}
    assert found == {"2023Q1 va": 0.0, "2023Q2 va": 11.0, "2023Q1 revenue": 1.0} | alone


def test_a_quarter_alone_changed_by_what_the_year_did_less_what_it_had_until_then() -> None:
    """What a rate of the quarter before moved is no change of the quarter alone."""
    rows = [("2022Q1 va", "u", 100.0, 200.0), ("2022Q2 va", "u", 300.0, 400.0)]
    rows += [("2023Q1 va_base", "u", 50.0, 150.0), ("2023Q2 va_base", "u", 90.0, 350.0)]
    found = rebased(told(*rows), "2023").set_index("period")["value"].to_dict()
    assert found["2023Q1 va alone"] == found["2023Q1 va"] == round(50 * (1 - 200 / 150))
    assert found["2023Q2 va"] == round(90 * (1 - 400 / 350))
    assert found["2023Q2 va alone"] == found["2023Q2 va"] - found["2023Q1 va"]


def test_what_changed_between_any_two_quarters_of_a_year_is_told() -> None:
    rows = [(f"{year}Q{n} {item}", "u", 10.0 * n, 10.0 * n) for year, item in ((2022, "va"),) for n in range(1, 5)]
    rows += [(f"2023Q{n} va_base", "u", 10.0 * n + n * n, 10.0 * n + n * n) for n in range(1, 5)]
    found = rebased(told(*rows), "2023").set_index("period")["value"].to_dict()
    since = {(1, 3): 8.0, (2, 4): 12.0, (1, 4): 15.0}
    assert {label: value for label, value in found.items() if "since" in label} == {
        f"2023Q{after} va since Q{before}": value for (before, after), value in since.items()
    }


def test_a_unit_that_left_a_cell_is_in_the_next_quarter_with_a_minus() -> None:
    rows = [("2022Q1", 10), ("2022Q2", 25), ("2022Q4", 40), ("2023Q1", 5)]
    here = [(f"{quarter} va", "u", value, value) for quarter, value in rows]
    found = with_alone(told(*here, ("2022Q3 va", "w", 1, 1), ("2022Q1 staff", "u", 7, 7)), ["value", "whole"])
    single = found[found["period"].str.endswith("alone")]
    assert single["value"].equals(single["whole"])
    by_quarter = single.assign(quarter=single["period"].str[:6]).set_index(["unit", "quarter"])["value"]
    assert by_quarter["u"].to_dict() == {"2022Q1": 10, "2022Q2": 15, "2022Q3": -25, "2022Q4": 40, "2023Q1": 5}
    assert by_quarter["w"].to_dict() == {"2022Q3": 1, "2022Q4": -1}
    assert set(single["period"].str[7:]) == {"va alone"}  # heads are counted, not added up


def test_staff_is_held_against_every_earlier_quarter() -> None:
    rows = [("2022Q4 staff", "same", 7, 7), ("2023Q1 staff", "same", 9, 9), ("2023Q2 staff", "same", 7, 7)]
    rows += [(f"{quarter} staff", "still", 5, 5) for quarter in ("2022Q4", "2023Q1", "2023Q2")]
    found = moved(told(*rows, ("2023Q2 va", "same", 1, 1)), "staff").set_index(["period", "unit"])["value"].to_dict()
    assert {key: value for key, value in found.items() if value} == {
        ("2022Q4-2023Q1 staff", "same"): 2,
        ("2023Q1-2023Q2 staff", "same"): -2,
    }
    assert moved(told(("2023Q2 va", "same", 1, 1)), "staff").empty


def registered(workspace: Workspace, quarter: str, *rows: tuple[str, str | None, str]) -> None:
    """A register of units with the one each belongs to and the state of its row."""
    schema = contract("core_register").schema
    blank = dict.fromkeys(schema.names) | {"quarter": quarter, "known_from": dt.date(2023, 4, 1), "kind": "legal"}
    blank |= {"known_to": dt.date(9999, 12, 31), "rules": "", "queries": ""}
    made = [
        blank | {"row_id": f"{quarter}{n}", "unit": unit, "parent_unit": above, "status": status}
        for n, (unit, above, status) in enumerate(rows)
    ]
    table = pa.Table.from_pylist(made, schema=schema)
    Lake(workspace.lake).write("core_register", quarter, lambda path: write_table(table, path), fingerprint="")


def test_who_belongs_to_another_answers_with_it(tmp_path: Path) -> None:
    workspace = city_workspace(tmp_path / "home")
    assert heads(workspace, "2023Q1") == {}
    rows = [("branch", "firm", "accepted"), ("firm", "group", "accepted"), ("group", None, "accepted")]
    rows += [("own", "own", "accepted"), ("wrong", "group", "set_aside")]
    rows += [("ring1", "ring2", "accepted"), ("ring2", "ring1", "accepted"), ("into", "ring2", "accepted")]
    registered(workspace, "2022Q4", ("firm", "former", "accepted"))
    registered(workspace, "2023Q1", *rows)
    registered(workspace, "2023Q2", ("firm", "later", "accepted"))
    ring = dict.fromkeys(("ring1", "ring2", "into"), "ring1")
    assert heads(workspace, "2023Q1") == {"branch": "group", "firm": "group"} | ring


def test_what_units_put_in_adds_up_to_what_is_released(ran_city: Path) -> None:
    """Services report a month late and are carried to the quarter: rules judge what is told, not what was reported."""
    workspace, day = Workspace(ran_city), dt.date(2021, 10, 20)
    apart = contributions(workspace, "2021Q3", day)
    released = measure(evidence(workspace, "2021Q3", day), Quarter.parse("2021Q3"), day)
    items = {"core_value_added": "va", "core_value_added_base": "va_base"}
    spans = {"cumulative": "", "quarter": " alone"}
    here = released["class"].eq("03") & released["region"].isin(apart["region"]) & released["indicator"].isin(items)
    here &= released["definition_id"].eq("rate_method")
    own = released[here & released["price_basis"].eq("current") & released["base"].isin(["none", "comparable"])]
    assert set(own["span"]) == set(spans)
    assert set(own["indicator"]) == set(items)
    for row in own.itertuples():
        label = f"{row.period} {items[row.indicator]}{spans[row.span]}"
        mine = apart[apart["period"].eq(label) & apart["region"].eq(row.region) & apart["class"].str.startswith("03")]
        assert mine["value"].sum() == pytest.approx(row.value, abs=len(mine) + 1), label


def test_the_base_of_late_services_is_what_they_had_last_year(ran_city: Path) -> None:
    """That is what the release tells, whatever units gave as theirs: two spans of months are not compared."""
    workspace, day = Workspace(ran_city), dt.date(2021, 10, 20)
    cells = carried(workspace, "2021Q3", day).to_pandas()
    late = cells[cells["quarter"].eq("2021Q3") & cells["base_of"].eq("level")]
    assert len(late)
    assert set(cells["base_of"]) == {"base", "level"}
    own = set(zip(late["county"], late["gbt"] + " " + late["de"], strict=True))
    told_ = contributions(workspace, "2021Q3", day)
    told_ = told_[[pair in own for pair in zip(told_["region"], told_["part"].str.split(" ", n=1).str[1], strict=True)]]
    key = ["region", "class", "part"]
    base, level = (told_[told_["period"] == label].set_index(key)["value"] for label in ("2021Q3 va_base", "2020Q3 va"))
    pd.testing.assert_series_equal(base.sort_index(), level.sort_index())


def test_a_class_that_goes_by_volume_shares_its_base_as_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaf = {"quarter": "2023Q1", "county": "a", "sector": "industry", "de": "010101"}
    rows = [("3911", 80, 50, 100, 60, VOLUME), ("3912", 80, 50, 80, 50, "full"), ("3913", 0, 0, 0, 0, "full")]
    names = ["gbt", "va", "va_base", "told_va", "told_base", "factor_level"]
    both = pd.DataFrame([leaf | dict(zip(names, row, strict=True)) for row in rows])
    known = SimpleNamespace(leaf=both[[*leaf, "gbt", "va", "va_base"]])
    cells = both[[*leaf, "gbt", "factor_level"]].assign(va=both["told_va"], base=both["told_base"])
    monkeypatch.setattr(contributed, "evidence", lambda *_: SimpleNamespace(at=lambda *_: known))
    monkeypatch.setattr(contributed, "full_cells", lambda *_: cells)
    found = carried(Workspace(tmp_path), "2023Q1", dt.date(2023, 4, 20)).to_pandas().set_index("gbt")
    assert found["base_of"].to_dict() == {"3911": "now", "3912": "base", "3913": "base"}
    # What units have now, carried, adds up to the base that is told; where nothing was reported nothing is carried.
    assert found["va_factor"].to_dict() == {"3911": 1.25, "3912": 1.0, "3913": 1.0}
    assert found["base_factor"].to_dict() == {"3911": 0.75, "3912": 1.0, "3913": 1.0}
    assert set(found["year_ago"]) == {"2022Q1"}


def test_units_of_one_head_count_as_one(ran_city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, day = Workspace(ran_city), dt.date(2021, 10, 20)
    apart = contributions(workspace, "2021Q3", day)
    first, second, *_ = sorted(set(apart["unit"]))
    monkeypatch.setattr(contributed, "heads", lambda *_: {second: first})
    together = contributions(workspace, "2021Q3", day)
    assert set(apart["unit"]) - set(together["unit"]) == {second}
    assert together["value"].sum() == apart["value"].sum()
    # The amounts on the returns stand behind the parts: at full share and rate 1 a part is the amount.
    revenue = apart[apart["period"].eq("2021Q3 revenue") & apart["value"].gt(0)]
    assert (revenue["value"] <= revenue["whole"] + 1).all()
    assert revenue["value"].eq(revenue["whole"]).any()
