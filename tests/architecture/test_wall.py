"""The wall between ledgers and accounts: neither is made from the other, and nothing below L3 joins them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import dagster as dg

from pipelines.contracts import contracts
from pipelines.definitions import defs
from pipelines.ingest.forms.ledgers import LEDGER_FORMS

ROOT = Path(__file__).parents[2]
GRAPH = defs.resolve_asset_graph()
# What the checks of all tables found: counts and places, no content.
OUTCOMES = {"check_result", "check_result_reference", "core_set_aside_reference", "quality_report"}
RAW = {f"raw_{form}" for form in LEDGER_FORMS}
# Sums of projects, bonds and contracts: the only way from ledgers to observations.
SUMS = "cell_ledger"
LEDGERS = RAW | {"core_ledger_history", "core_ledger", "core_ledger_duplicate", "core_dispatch", SUMS}


def made_from(name: str) -> set[str]:
    """All tables that a table is made from, near and far, without what only checks them."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        keys = GRAPH.get(dg.AssetKey(waiting.pop())).parent_keys
        new = {key.to_user_string() for key in keys} - OUTCOMES - found
        found |= new
        waiting += new
    return found


def test_ledgers_are_made_from_ledgers_alone() -> None:
    for name in LEDGERS - RAW:
        assert made_from(name) <= LEDGERS, name
    assert made_from("core_dispatch") == RAW | {"core_ledger_history", "core_ledger"}


def test_no_account_is_made_from_a_ledger() -> None:
    others = {key.to_user_string() for key in GRAPH.materializable_asset_keys} - LEDGERS - OUTCOMES
    for name in others - {"observation", "signal", "revision", "release"}:
        assert not made_from(name) & LEDGERS, name
    # What is released rests on sums alone, and on those in one place.
    parents = {key.to_user_string() for key in GRAPH.get(dg.AssetKey("observation")).parent_keys}
    assert parents & LEDGERS == {SUMS}


def test_the_sums_are_read_by_the_rates_of_dispatch_alone() -> None:
    readers = {
        path.name
        for path in (ROOT / "indicators" / "measure").glob("*.py")
        if re.search(r"\.dispatch\b(?!\.rows)", path.read_text(encoding="utf-8"))
    }
    assert readers == {"dispatch.py"}


def test_no_figure_of_a_firm_is_among_the_sums() -> None:
    tree = ast.parse((ROOT / "pipelines" / "ledgers" / "sums.py").read_text(encoding="utf-8"))
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not {"firm", "own_revenue", "own_investment", "own_research"} & said


def test_only_the_rooms_of_ledgers_know_them() -> None:
    """Who imports a module of ledgers: their own rooms, where forms are typed and tried, reports, commands, sample."""
    allowed = {
        "ingest/small.py", "steps/core.py", "steps/ledgers.py", "ingest/ledgers.py", "definitions.py", "cli/ledger.py",
        "cli/ledger_views.py", "sample/city.py", "sample/ledger_files.py", "automation.py", "cli/report.py",
        "steps/reports.py", "steps/lines.py", "steps/trial.py",
    }  # fmt: skip
    found = set()
    for path in (ROOT / "pipelines").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        if any("ledger" in name or name == "indicators.dispatch" for name in names):
            found.add(path.relative_to(ROOT / "pipelines").as_posix())
    assert {name for name in found if not name.startswith(("ledgers/", "reports/"))} == allowed


def test_reports_know_of_accounts_only_what_was_released() -> None:
    """They import the release's frames and figures, and no table, cell or microdata of the accounts."""
    for path in (ROOT / "pipelines" / "reports").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        strange = [
            name for name in names if name.startswith(("pipelines.lake", "pipelines.steps", "indicators.measure"))
        ]
        assert not strange, path


def test_nothing_of_ledgers_can_be_joined_with_microdata_below_l3() -> None:
    """Below L3 no table has both, and no table of ledgers has a column in which a credit code or a unit could stand."""
    for held_to in contracts():
        if held_to.table in LEDGERS and held_to.level != "L3":
            assert not {"unit", "credit_code", "file_sha"} & set(held_to.names), held_to.table
    assert {held_to.level for held_to in contracts() if held_to.table == "core_ledger_history"} == {"L3"}
