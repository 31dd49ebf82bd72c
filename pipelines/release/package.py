"""The tables of a release as CSV for spreadsheets, and the Data Package that says what is in them.

Belongs here: the files, and ``datapackage.json`` derived from the contracts. Does not belong here: what the tables are
(tables.yml, contracts).

Each file opens with a byte-order mark, or Excel reads Chinese as another encoding, and none of its texts is run as a
formula. Source: Data Package, Tabular Data Package and Table Schema, version 1 (https://specs.frictionlessdata.io).
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipelines import lake
from pipelines.contracts import Column, Contract, Kind
from pipelines.excel import RUN_AS_FORMULA
from pipelines.release.dictionary import release_contracts
from pipelines.release.display import MARK
from pipelines.release.figures import WITHHELD
from pipelines.release.issue import Issue
from pipelines.workspace import City

DESCRIPTOR: Final = "datapackage.json"
_TYPES: Final[dict[Kind, str]] = {
    "text": "string",
    "int": "integer",
    "yuan": "integer",
    "rate": "number",
    "float": "number",
    "date": "date",
    "bool": "boolean",
}
# Columns that, wherever they stand together, name a row of another table: columns, table, its columns.
_RELATIONS: Final = (
    (("indicator", "definition_id"), "catalogue", ("id", "definition_id")),
    (("region",), "region", ("region",)),
    (("scheme", "class"), "class_label", ("scheme", "class")),
)


def write(tables: Mapping[str, pa.Table], city: City, issue: Issue, folder: Path) -> None:
    """Write each table as ``<name>.csv`` and their descriptor.

    Args:
        tables: tables that keep their release contracts (``dictionary.conform``).
        city: whose release.
        issue: its name, day and level.
        folder: a folder that does not exist yet.
    """
    folder.mkdir()
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("wb") as file:
            file.write(codecs.BOM_UTF8)
            csv.write_csv(marked(harmless(rows)), file, csv.WriteOptions(quoting_style="needed"))
    said = {
        "profile": "tabular-data-package",
        "name": issue.name.lower(),
        "title": f"{city.name}数字经济监测，{issue.period}",
        "description": f"{issue.name}；{issue.level}，{issue.stamp}；版次 {issue.vintage_zh}；数据截止 {issue.as_of}。"
        "各文件为 UTF-8（带 BOM）；以 = + - @ 开头的文本前加了一个单引号。",
        "version": issue.as_of.isoformat(),
        "created": f"{issue.as_of}T00:00:00Z",
        "resources": [_resource(release_contracts()[name], folder / f"{name}.csv") for name in tables],
    }
    text = json.dumps(said, ensure_ascii=False, indent=1)
    (folder / DESCRIPTOR).write_text(f"{text}\n", encoding="utf-8")


def marked(rows: pa.Table) -> pa.Table:
    """The same rows, ※ for a number that is withheld: an empty cell would be one that nobody knows."""
    if "status" not in rows.column_names or not pc.any(hidden := pc.equal(rows["status"], WITHHELD)).as_py():
        return rows
    values = pc.if_else(hidden, MARK, rows["value"].cast(pa.string()))
    return rows.set_column(rows.column_names.index("value"), "value", values)


def harmless(rows: pa.Table) -> pa.Table:
    """The same rows, a quote before each text that a spreadsheet would run."""
    for at, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            rows = rows.set_column(
                at, field, pc.replace_substring_regex(rows[field.name], f"({RUN_AS_FORMULA})", r"'\1")
            )
    return rows


def _resource(held_to: Contract, path: Path) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": held_to.table,
        "title": held_to.title,
        "description": " ".join(held_to.description.split()),
        "path": path.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{lake.sha256_of(path)}",
        "schema": _schema(held_to),
    }


def _schema(held_to: Contract) -> dict[str, Any]:
    keys = [
        {"fields": list(columns), "reference": {"resource": table, "fields": list(referenced)}}
        for columns, table, referenced in _RELATIONS
        if table != held_to.table and set(columns) <= set(held_to.names)
    ]
    return {
        "fields": [_field(column) for column in held_to.columns],
        "primaryKey": list(held_to.key),
        # Where nothing may be missing an empty text is a text: no class, no rule.
        "missingValues": ["", MARK] if any(column.nullable for column in held_to.columns) else [],
        **({"foreignKeys": keys} if keys else {}),
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.type != "text" and not column.nullable:
        constraints["required"] = True
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    return {
        "name": column.name,
        "type": _TYPES[column.type],
        "title": column.zh,
        **({"unit": column.unit_zh} if column.unit_zh else {}),
        **({"constraints": constraints} if constraints else {}),
    }
