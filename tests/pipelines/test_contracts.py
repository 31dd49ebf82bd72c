"""The contracts: each loads, says what it must, and stands for a table that a step writes."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import ValidationError

from pipelines.contracts import ARROW, Column, Contract, contract, contracts
from pipelines.ingest.forms import forms
from pipelines.release.dictionary import release_contracts
from pipelines.steps.core import SMALL_TABLES
from pipelines.steps.raw import raw_contract

ROOT = Path(__file__).parents[2]
NAMES = [held_to.table for held_to in contracts()]
# Raw tables have contracts of their own, made from the forms.
# Accounts name industries; entries of ledgers are named by the task force itself and share no key with microdata.
NAMED = {"core_account", "core_ledger", "core_ledger_duplicate", "core_dispatch"}
_REFRESHED = re.compile(r"""\.refresh\(\s*"(\w+)\"""")


def test_every_contract_loads_and_is_named_after_its_file() -> None:
    there = {path.name.removesuffix(".yml") for path in files("pipelines.contracts").iterdir() if ".yml" in path.name}
    assert there == set(NAMES)
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("table", NAMES)
def test_a_contract_says_what_it_must(table: str) -> None:
    held_to = contract(table)
    assert held_to.title
    assert held_to.description.endswith(".")
    assert len(held_to.names) == len(set(held_to.names))
    assert held_to.key
    assert set(held_to.key) <= set(held_to.names)
    assert all(column.zh for column in held_to.columns)
    keyed = [column for column in held_to.columns if column.name in held_to.key]
    assert not any(column.nullable for column in keyed)
    assert held_to.schema.names == held_to.names


@pytest.mark.parametrize("table", NAMES)
def test_money_is_whole_yuan_and_nothing_else(table: str) -> None:
    for column in contract(table).columns:
        field = contract(table).schema.field(column.name)
        if column.type == "yuan":
            assert field.type == pa.int64()
            assert column.unit_zh == "元"
        if column.name in {"va", "va_base", "output", "output_base", "revenue", "revenue_base", "profit", "wages"}:
            assert column.type == "yuan", column.name
        assert field.nullable == column.nullable


def test_codes_are_text_and_rates_exact() -> None:
    for held_to in contracts():
        for column in held_to.columns:
            if column.name in {"gbt", "de", "county", "region", "division", "unit", "code"} and column.type != "text":
                raise AssertionError(f"{held_to.table}.{column.name}")
            if column.name in {"k", "rate"}:
                assert ARROW[column.type] == pa.decimal128(7, 6)


def test_every_table_that_a_step_writes_has_a_contract() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "pipelines" / "steps").glob("*.py")]
    written = {name for text in texts for name in _REFRESHED.findall(text)} | set(SMALL_TABLES)
    assert written == set(NAMES)


def test_a_unit_is_named_in_l3_tables_alone() -> None:
    for held_to in contracts():
        names = set(held_to.names) & {"unit", "name", "row_id"}
        if names - {"unit"} or ("unit" in names and held_to.table.startswith("c") and "indicator" not in held_to.names):
            assert held_to.level == "L3" or held_to.table in NAMED, held_to.table


def test_below_l3_no_table_has_a_key_of_units() -> None:
    """Ledgers are kept by credit code and name: nothing that is shown beside them can be joined with microdata."""
    keys = {"row_id", "credit_code", "uscc", "unit_name", "file", "file_sha", "event_unit", "unit_key", "heir", "group"}
    assert contract("core_coefficient").level == "L3"  # its key may be a unit
    lake = [held_to for held_to in contracts() if held_to.level != "L3"]
    assert len(lake) > 10
    for held_to in (*lake, *release_contracts().values()):
        columns = {column.name: column.zh for column in held_to.columns}
        # What a ledger says of its own files and rows is no key of microdata.
        own = {"row_id", "file"} if held_to.table == "core_ledger" else set()
        assert not (keys - own) & columns.keys(), held_to.table
        # A column called so holds the unit of measurement.
        assert "计量" in columns.get("unit", "计量") or "存储" in columns["unit"], held_to.table
        assert not [zh for zh in columns.values() if "统一社会信用代码" in zh or "单位代码" in zh], held_to.table


@pytest.mark.parametrize("form", list(forms()))
def test_a_raw_table_has_the_contract_of_its_form(form: str) -> None:
    held_to = raw_contract(forms()[form])
    assert held_to.table == f"raw_{form}"
    assert held_to.level == "L3"
    assert held_to.key == ("row_id",)
    assert held_to.partition == ("quarter" if forms()[form].period == "quarter" else "none")
    zh = {column.name: column.zh for column in held_to.columns}
    assert {name: zh[name] for name in forms()[form].raw_columns} == forms()[form].raw_columns
    assert not any(column.type == "float" for column in held_to.columns)


def test_what_is_no_contract_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        contract("nowhere")
    with pytest.raises(ValidationError):
        Column.model_validate({"name": "a", "type": "money", "zh": "甲"})
    with pytest.raises(ValidationError):
        Contract.model_validate({"table": "t", "title": "", "description": "", "level": "L9", "partition": "none"})


def test_units_are_shown_as_said() -> None:
    assert Column(name="a", type="yuan", zh="甲", unit="万元").unit_zh == "万元"
    assert Column(name="a", type="int", zh="甲").unit_zh == ""
