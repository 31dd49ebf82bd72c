"""Outcomes of checks are found out once, kept by quarter, and found out again only where rows or laws changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checking import expectations
from pipelines.contracts.laws import Law
from pipelines.lake import Lake, StaleError, only_looking
from pipelines.steps import checked
from pipelines.steps.checked import (
    broken,
    check_result,
    observation_check_result,
    of_release,
    outcomes,
    reference_check_result,
    unchecked,
)
from pipelines.steps.suites import QUARTERLY, REFERENCE, WHOLE, suite
from pipelines.workspace import Workspace
from tests.pipelines.steps.conftest import QUARTER

pytestmark = pytest.mark.usefixtures("great_expectations")


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The tables that are held to their laws from now on; nothing is remembered from before."""
    seen: list[tuple[str, ...]] = []
    monkeypatch.setattr(checked, "_found_out", {})
    hold = checked.hold

    def spy(held: object, parts: dict[str, object], *others: object) -> object:
        seen.append((held.held_to.table, *parts))  # type: ignore[attr-defined]
        return hold(held, parts, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(checked, "hold", spy)
    return seen


def test_every_table_has_its_laws() -> None:
    assert not set(QUARTERLY) & set(WHOLE) - {"core_set_aside", "core_finding"}
    for table in (*QUARTERLY, *WHOLE, "observation"):
        held = suite(table)
        assert held.laws, table
        assert held.framed == (table.startswith("raw_") or held.held_to.level != "L3")
    microdata = {table for table in (*QUARTERLY, *WHOLE) if not suite(table).framed}
    assert microdata == {
        *("core_register", "core_change", "core_history", "core_return", "core_set_aside", "core_finding"),
        *("core_query", "core_ledger_history", "core_coefficient"),
        *("class_return", "class_missing", "class_part", "class_check", "core_annual", "core_digital_use"),
    }
    assert {law.severity for law in suite("raw_industry").laws} == {"error", "warn"}
    assert {law.severity for law in suite("core_return").laws} == {"error"}


def test_a_column_of_a_form_that_is_called_like_provenance_may_be_empty() -> None:
    # The code of a rate is a cell like all others: an empty one costs its row, not the table.
    assert [law.severity for law in suite("raw_rate").laws if law.column == "code" and law.kind == "not_null"] == [
        "warn"
    ]


def test_a_quarter_is_looked_at_once(home: Path, looked_at: list[tuple[str, ...]]) -> None:
    place = Workspace(home)
    (made,) = check_result(place, [QUARTER])
    assert made.computed
    # Lines about the register lie in a partition of their own.
    beside = {"core_set_aside", "core_finding", "core_query"}
    own = f"register-{QUARTER}"
    assert looked_at == [(table, QUARTER, own) if table in beside else (table, QUARTER) for table in QUARTERLY]
    assert not check_result(place, [QUARTER])[0].computed
    assert reference_check_result(place).computed
    assert len(looked_at) == len(QUARTERLY) + len(WHOLE)
    assert not reference_check_result(place).computed
    rows = Lake(place.lake).read("check_result", [QUARTER]).to_pylist()
    assert {row["table"] for row in rows} == set(QUARTERLY)
    assert {row["engine"] for row in rows} == {"gx", "sql"}
    assert {row["expectation"] for row in rows} == {"schema", "not_null", "in_set", "unique", "shape", "conservation"}
    assert broken(place, [QUARTER]) == []


def test_another_process_finds_what_was_kept(home: Path, looked_at: list[tuple[str, ...]]) -> None:
    place = Workspace(home)
    check_result(place, [QUARTER])
    looked_at.clear()
    checked._found_out.clear()
    assert outcomes(place, "raw_industry", [QUARTER])[QUARTER]
    assert looked_at == []


def test_what_a_killed_run_left_unkept_is_found_out_again(home: Path, looked_at: list[tuple[str, ...]]) -> None:
    place = Workspace(home)
    outcomes(place, "raw_industry", [QUARTER])
    assert looked_at == [("raw_industry", QUARTER)]
    assert unchecked(place, [QUARTER]) == [REFERENCE, QUARTER]
    checked._found_out.clear()  # the process is gone
    check_result(place, [QUARTER])
    assert ("raw_industry", QUARTER) in looked_at[1:]
    reference_check_result(place)
    assert unchecked(place, [QUARTER]) == []


def test_only_what_changed_is_looked_at_again(
    home: Path, looked_at: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, lake = Workspace(home), Lake(Workspace(home).lake)
    check_result(place, [QUARTER])
    before = lake.read("check_result", [QUARTER])
    looked_at.clear()
    monkeypatch.setattr(checked, "_made_from", _salted("raw_trade", checked._made_from))
    with only_looking(), pytest.raises(StaleError):
        check_result(place, [QUARTER])
    checked._found_out.clear()
    assert check_result(place, [QUARTER])[0].computed
    assert looked_at == [("raw_trade", QUARTER)]
    after = lake.read("check_result", [QUARTER])
    assert after.drop_columns("made_from") == before.drop_columns("made_from")


def _salted(table: str, made_from: object) -> object:
    def salted(lake: Lake, name: str, partition: str) -> str:
        return made_from(lake, name, partition) + ("+" if name == table else "")  # type: ignore[operator, no-any-return]

    return salted


def test_a_missing_table_is_behind(home: Path) -> None:
    place = Workspace(home)
    reference_check_result(place)
    check_result(place, [QUARTER])
    Lake(place.lake).path("cell_leaf", QUARTER).unlink()
    assert unchecked(place, [QUARTER]) == [QUARTER]


def test_nothing_is_imported_for_tables_without_rows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked, "_found_out", {})
    monkeypatch.setattr(expectations, "faults", lambda *_: pytest.fail("looked at"))
    (found,) = outcomes(Workspace(home), "raw_trade", [QUARTER]).values()
    assert {outcome.rows for outcome in found} == {0}


def test_observations_have_outcomes_of_their_own(home: Path, looked_at: list[tuple[str, ...]]) -> None:
    place, lake = Workspace(home), Lake(Workspace(home).lake)
    lake.write("observation", QUARTER, _empty, fingerprint="x")
    (made,) = observation_check_result(place, [QUARTER])
    assert made.partition == of_release(QUARTER)
    assert looked_at == [("observation", QUARTER)]
    checked._found_out.clear()
    assert outcomes(place, "observation", [QUARTER])[QUARTER]
    assert len(looked_at) == 1


def _empty(path: Path) -> None:
    from pipelines.contracts import contract
    from pipelines.lake import write_table

    write_table(contract("observation").schema.empty_table(), path)


def test_a_law_is_known_by_what_it_says() -> None:
    assert repr(Law("in_set", ("a",), "", allowed=("x",))) != repr(Law("in_set", ("a",), "", allowed=("y",)))
