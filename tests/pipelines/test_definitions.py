"""What Dagster is shown: loads without reading a file, says everything in Chinese, selects what it should."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from indicators.quarter import Quarter
from pipelines.assets.making import column_schema, report
from pipelines.contracts import contract
from pipelines.definitions import defs
from pipelines.ingest.forms import forms
from pipelines.lake import Made, Note
from pipelines.partitions import FIRST, history, key_of, quarter_of, quarters
from pipelines.resources import WorkspaceResource
from pipelines.steps.core import SMALL_TABLES
from tests.end_to_end.running import ROOT

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ROOMS = {
    "raw": {f"raw_{form}" for form in forms()},
    "core": {
        "core_register",
        "core_change",
        "core_history",
        "core_return",
        "core_query",
        "core_annual",
        "core_digital_use",
        "core_set_aside_reference",
    }
    | set(SMALL_TABLES),
    "classified": {"class_check", "class_return", "class_missing", "class_part", "class_rate"},
    "cells": {"cell_annual", "cell_crossed", "cell_leaf", "cell_published", "cell_adoption"}
    | {"cell_concentration", "cell_population", "cell_size"},
    "ledgers": {"core_ledger", "core_ledger_duplicate", "core_dispatch", "cell_ledger"},
    "quality": {"check_result", "check_result_reference", "quality_report"},
    "observations": {"observation", "revision", "signal"},
    "release": {"release"},
}
GRAPH = defs.resolve_asset_graph()
KEYS = sorted(key.to_user_string() for key in GRAPH.materializable_asset_keys)


def node(name: str) -> object:
    return GRAPH.get(dg.AssetKey(name))


def test_the_rooms_hold_the_assets() -> None:
    found: dict[str, set[str]] = {}
    for name in KEYS:
        found.setdefault(node(name).group_name, set()).add(name)
    assert found == ROOMS


@pytest.mark.parametrize("name", KEYS)
def test_an_asset_says_what_it_is(name: str) -> None:
    asset = node(name)
    assert CHINESE.search(asset.description)
    if name in {"release", "quality_report"}:  # a folder and a page, no tables
        return
    columns = asset.metadata["dagster/column_schema"].columns
    assert columns
    assert all(CHINESE.search(column.description) for column in columns), name


def test_columns_carry_type_name_and_unit() -> None:
    schema = column_schema(contract("cell_leaf"))["dagster/column_schema"]
    va = next(column for column in schema.columns if column.name == "va")
    assert (va.type, va.description) == ("yuan", "增加值 元")


def test_what_was_made_is_reported() -> None:
    main = Made("core_return", "2021Q1", Note(5, "abc", "f"), computed=False)
    beside = Made("core_set_aside", "2021Q1", Note(2, "def", "f"), computed=True)
    said = report([main, beside])
    assert said["dagster/row_count"] == 5
    assert said["sha256"] == "abc"
    assert said["rows/core_set_aside"] == 2
    assert said["computed"] is True


def test_by_quarter_or_whole() -> None:
    by_quarter = {name for name in KEYS if node(name).partitions_def is not None}
    forms_by_quarter = {f"raw_{form.id}" for form in forms().values() if form.period == "quarter"}
    made = {
        "class_check",
        "core_register",
        "core_change",
        "core_history",
        "core_return",
        "core_query",
        "class_return",
        "class_missing",
        "class_part",
        "cell_leaf",
        "cell_published",
        "cell_concentration",
        "cell_population",
        "cell_crossed",
        "check_result",
        "observation",
        "revision",
        "signal",
        "release",
        "quality_report",
    }
    assert by_quarter == forms_by_quarter | made
    assert {node(name).backfill_policy for name in by_quarter} == {dg.BackfillPolicy.single_run()}


def test_every_table_is_checked_and_what_cannot_be_released_is_stopped() -> None:
    checks = {(key.asset_key.to_user_string(), key.name): GRAPH.get(key) for key in GRAPH.asset_check_keys}
    of_observation = {name for asset, name in checks if asset == "observation"}
    assert of_observation == {"forms_present", "upstream", "contract", "coverage", "D01", "D03", "D04"}
    made = set(KEYS) - {"release", "quality_report", "check_result", "check_result_reference"}
    assert {asset for asset, name in checks if name == "contract"} == made
    assert {asset for asset, name in checks if name == "form"} == {f"raw_{form}" for form in forms()}
    assert {asset for asset, name in checks if name == "conservation"} == {"cell_leaf"}
    warning = {(asset, "form") for asset in KEYS} | {("observation", "D03")}
    for key, check in checks.items():
        assert check.blocking == (key not in warning), key
        assert CHINESE.search(check.description)


def selected(job: str) -> set[str]:
    layer = defs.resolve_job_def(job).asset_layer
    return {key.to_user_string() for key in layer.executable_asset_keys}


def test_jobs_select_what_they_should() -> None:
    release = {"observation", "revision", "signal", "release", "quality_report"}
    assert selected("quarter") == set(KEYS)
    assert selected("intake") == set(KEYS) - release
    assert selected("publish") == release


def test_nothing_is_read_when_definitions_load(tmp_path: Path) -> None:
    """Loaded in an empty folder, with a home that does not exist; an audit hook sees each file that is opened."""
    program = (
        "import sys\nopened = []\n"
        "sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == 'open' else None)\n"
        "from pipelines.definitions import defs\n"
        "defs.resolve_asset_graph(); [defs.resolve_job_def(name) for name in ('quarter', 'intake', 'publish')]\n"
        "print([path for path in opened if 'nowhere' in path or path.endswith(('.parquet', 'city.toml', '.jsonl'))])\n"
        "print('great_expectations' in sys.modules, 'altair' in sys.modules)\n"
    )
    settings = {name: value for name, value in os.environ.items() if name not in {"SHUCE_HOME", "DAGSTER_HOME"}}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        env=settings | {"PYTHONPATH": str(ROOT), "SHUCE_HOME": str(tmp_path / "nowhere")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[]\nFalse False\n", done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_workspace_is_the_one_named_else_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHUCE_HOME", str(tmp_path / "one"))
    assert WorkspaceResource().workspace.home == tmp_path / "one"
    assert WorkspaceResource(home=str(tmp_path / "two")).workspace.home == tmp_path / "two"


@pytest.mark.parametrize(
    ("quarter", "key"),
    [(Quarter(2023, 4), "2023-10-01"), (Quarter(2021, 1), "2021-01-01"), (FIRST, "2015-01-01")],
)
def test_a_partition_is_known_by_its_first_day(quarter: Quarter, key: str) -> None:
    assert key_of(quarter) == key
    assert quarter_of(key) == quarter
    now = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
    keys = quarters.get_partition_keys(now)
    assert key in keys
    assert quarter_of("2023-12-31") == Quarter(2023, 4)
    assert keys[0] == key_of(FIRST)


def test_a_release_rests_on_every_quarter_before_it() -> None:
    asset = node("observation")
    assert isinstance(asset.partition_mappings[dg.AssetKey("cell_leaf")], dg.TimeWindowPartitionMapping)
    mapped = history.get_upstream_mapped_partitions_result_for_partitions(
        quarters.subset_with_partition_keys(["2016-01-01"]), quarters, quarters
    )
    assert sorted(mapped.partitions_subset.get_partition_keys()) == [
        "2015-01-01",
        "2015-04-01",
        "2015-07-01",
        "2015-10-01",
        "2016-01-01",
    ]
