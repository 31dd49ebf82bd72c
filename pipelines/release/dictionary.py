"""The tables of a release: their contracts, tables held to them, and the data dictionary page made from them.

Belongs here: what stands in a release and what each column means. Does not belong here: how it is written (snapshot)
or what the views say (sql/views.sql).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa
import yaml

from classification.errors import InputError
from pipelines.contracts import Column, Contract, contract
from pipelines.workspace import City

# Tables whose rows come in an order that a reader expects (topics, official codes), which is not that of their key.
_AS_GIVEN = frozenset({"catalogue", "class_label", "region"})


@cache
def release_contracts() -> dict[str, Contract]:
    """The contract of each table that a release may hold, in the order of the dictionary.

    A table of the lake that has one file per quarter is one table here, so the quarter joins its key.
    """
    text = (files(__package__) / "tables.yml").read_text(encoding="utf-8")
    return {name: _contract(name, body) for name, body in yaml.safe_load(text).items()}


def _contract(name: str, body: dict[str, Any]) -> Contract:
    if "of" not in body:
        return Contract.model_validate({"table": name, **body})
    taken, gone = contract(body["of"]), set(body.get("without", ()))
    columns = {column.name: column for column in taken.columns if column.name not in gone}
    columns |= {column["name"]: Column.model_validate(column) for column in body.get("columns", ())}
    key = tuple(column for column in taken.key if column not in gone)
    if "quarter" in columns and "quarter" not in key:
        key = ("quarter", *key)
    level = body.get("level", taken.level)
    own = {"table": name, "key": key, "partition": "none", "description": body["description"], "level": level}
    return taken.model_copy(update={**own, "columns": tuple(columns.values())})


def conform(table: str, rows: pa.Table) -> pa.Table:
    """A table in the columns, types and order of its contract, sorted by its key (names and catalogue: as given).

    Args:
        table: its name in the release.
        rows: the rows, columns in any order; further columns are refused.

    Raises:
        InputError: the release knows no such table, or columns or types differ.
    """
    known = release_contracts().get(table)
    if known is None:
        raise InputError(f"发布中没有表 {table}。", f"A release holds no table {table}.", where=table)
    if sorted(rows.column_names) != sorted(known.names):
        raise InputError(
            f"表 {table} 的列应为 {known.names}，实为 {rows.column_names}。",
            f"Table {table} should have columns {known.names}, not {rows.column_names}.",
            where=table,
        )
    try:
        cast = rows.select(known.names).cast(known.schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as fault:
        raise InputError(
            f"表 {table} 的数据类型不符：{fault}", f"Table {table} has other types: {fault}", where=table
        ) from None
    if table not in _AS_GIVEN:
        cast = cast.sort_by([(name, "ascending") for name in known.key])
    return cast.combine_chunks()


def region_table(city: City) -> pa.Table:
    """The release's ``region`` table from the workspace's settings."""
    rows = [{"region": city.code, "name_zh": city.name, "parent": "", "level": city.kind}]
    rows += [{"region": c.code, "name_zh": c.name, "parent": city.code, "level": "county"} for c in city.counties]
    return pa.Table.from_pylist(rows, schema=release_contracts()["region"].schema)


def described(tables: Mapping[str, pa.Table]) -> pa.Table:
    """The comments of a database: ``object, column, text``, column '' for the table itself."""
    rows = []
    for name in tables:
        known = release_contracts()[name]
        rows.append({"object": name, "column": "", "text": f"{known.title}。{' '.join(known.description.split())}"})
        rows += [{"object": name, "column": c.name, "text": meaning(c.zh, c.unit_zh)} for c in known.columns]
    return pa.Table.from_pylist(
        rows, schema=pa.schema([("object", "string"), ("column", "string"), ("text", "string")])
    )


def meaning(zh: str, unit: str) -> str:
    """The Chinese name of a column with its unit."""
    return f"{zh}（单位：{unit}）" if unit else zh
