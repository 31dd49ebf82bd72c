"""The tables of a release as a Data Package: valid, exact, safe to open in a spreadsheet."""

from __future__ import annotations

import codecs
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from frictionless import Package
from pyarrow import csv

from indicators.quarter import Quarter
from pipelines.release import package
from pipelines.release.dictionary import release_contracts
from pipelines.release.issue import Issue
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made


def _errors(folder: Path) -> list[str]:
    report = Package(str(folder / "datapackage.json")).validate()
    return [" ".join(map(str, row)) for row in report.flatten(["name", "rowNumber", "fieldName", "type"])] + [
        error.note for error in report.errors
    ]


@pytest.fixture(scope="module")
def small(city: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's package with the first rows of each table, so that an error is found soon."""
    tables = {name: rows.slice(0, 100) for name, rows in _tables(city).items()}
    # All that the rows refer to.
    tables |= {name: _tables(city)[name] for name in ("catalogue", "class_label")}
    folder = tmp_path_factory.mktemp("small") / "csv"
    package.write(tables, city.workspace.city, Issue(city.folder.name, stand_in.LAST, stand_in.AS_OF), folder)
    return folder


def _tables(made: Made) -> dict[str, pa.Table]:
    return {
        name: pq.read_table(made.folder / "parquet" / f"{name}.parquet", schema=held_to.schema)
        for name, held_to in release_contracts().items()
    }


def test_package_is_valid(small: Path, city: Made) -> None:
    assert _errors(small) == []
    assert _errors(city.folder / "csv") == []


def test_what_is_withheld_is_marked_and_nothing_runs(city: Made, tmp_path: Path) -> None:
    """A copy that leaves goes to people with a spreadsheet: ※ stands in place of a number, and no name is a formula."""
    tables = {name: rows.slice(0, 3) for name, rows in _tables(city).items()}
    rows = tables["observation"].to_pylist()
    rows[0] |= {"status": "C", "value": None, "authority": "=HYPERLINK(1)"}
    rows[1] |= {"value": -0.0625, "authority": "@SUM(1)"}
    tables["observation"] = pa.Table.from_pylist(rows, schema=tables["observation"].schema)
    package.write(tables, city.workspace.city, Issue("x", stand_in.LAST, stand_in.AS_OF, level="L1"), tmp_path / "csv")
    # As text: 1E8 and 100000000 would be one number.
    read = csv.read_csv(
        tmp_path / "csv" / "observation.csv", convert_options=csv.ConvertOptions(column_types={"value": pa.string()})
    )
    assert read["value"].to_pylist()[:2] == ["※", "-0.0625"]
    assert read["authority"].to_pylist()[:2] == ["'=HYPERLINK(1)", "'@SUM(1)"]
    fields = json.loads((tmp_path / "csv" / package.DESCRIPTOR).read_text(encoding="utf-8"))["resources"][0]["schema"]
    assert "※" in fields["missingValues"]


WRONG = {
    "primary-key": ("region", '"419901","甲区"', '"419902","甲区"'),
    "foreign-key": ("cell_published", '"419901"', '"419999"'),
    "type-error": ("coverage", '"trade",10', '"trade",many'),
    "hash-count": ("review_summary", "C01", "C02"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_found(small: Path, tmp_path: Path, kind: str) -> None:
    table, old, new = WRONG[kind]
    folder = shutil.copytree(small, tmp_path / "csv")
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(kind in error for error in _errors(folder))


def test_files_say_what_the_tables_say(city: Made) -> None:
    for name, held_to in release_contracts().items():
        path = city.folder / "csv" / f"{name}.csv"
        assert path.read_bytes().startswith(codecs.BOM_UTF8)
        options = csv.ConvertOptions(
            column_types=held_to.schema, strings_can_be_null=False, quoted_strings_can_be_null=False
        )
        stored = pq.read_table(city.folder / "parquet" / f"{name}.parquet")
        assert csv.read_csv(path, convert_options=options).to_pylist() == stored.to_pylist(), name


def test_columns_are_named_in_chinese(city: Made) -> None:
    said = json.loads((city.folder / "csv" / "datapackage.json").read_text(encoding="utf-8"))
    resources = {resource["name"]: resource for resource in said["resources"]}
    assert list(resources) == list(release_contracts())
    schema = resources["observation"]["schema"]
    assert schema["primaryKey"] == list(release_contracts()["observation"].key)
    fields = {field["name"]: field for field in schema["fields"]}
    assert fields["span"] == {
        "name": "span", "type": "string", "title": "时期类型",
        "constraints": {"enum": ["quarter", "cumulative", "annual"]},
    }  # fmt: skip
    assert "示范市数字经济监测" in said["title"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_no_text_is_run_as_a_formula(text: str) -> None:
    rows = pa.table({"a": [text, "甲=1", ""], "n": [-1, 2, 3]})
    assert package.harmless(rows).to_pydict() == {"a": [f"'{text}", "甲=1", ""], "n": [-1, 2, 3]}


def test_bytes_repeat(nation: Made, tmp_path: Path) -> None:
    issue = Issue(nation.folder.name, Quarter(2023, 4), stand_in.AS_OF)
    package.write(_tables(nation), nation.workspace.city, issue, tmp_path / "csv")
    for path in (tmp_path / "csv").iterdir():
        assert path.read_bytes() == (nation.folder / "csv" / path.name).read_bytes(), path.name
