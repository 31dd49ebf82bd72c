"""The database of a release, and the same tables as Parquet.

Belongs here: writing and hashing tables. Does not belong here: where a release lies and when it counts (cut).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines import lake
from pipelines.release.dictionary import described, release_contracts
from pipelines.release.sql import statement


@dataclass(frozen=True)
class Content:
    """How many rows a table has, and the hash of what they say."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class View:
    """A view of the database: its name, what it shows, its columns."""

    name: str
    text: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Macro:
    """A table macro of the database: its name, what it answers, its parameters."""

    name: str
    text: str
    parameters: tuple[str, ...]


def write_database(tables: Mapping[str, pa.Table], path: Path) -> None:
    """Write tables, comments, views and macros into a new DuckDB file that DuckDB 1.5 opens too.

    Args:
        tables: tables that keep their release contracts (``dictionary.conform``).
        path: a file that does not exist yet.
    """
    with duckdb.connect() as connection:
        connection.execute("ATTACH ? AS release (STORAGE_VERSION 'v1.5.0')", [str(path)])
        connection.execute("USE release")
        for name, rows in tables.items():
            connection.from_arrow(rows).create(name)
        connection.register("described", described(tables))
        for (comment,) in connection.execute(statement("comments")).fetchall():
            connection.execute(comment)
        connection.unregister("described")
        connection.execute(statement("views"))
        connection.execute(statement("macros"))
        connection.execute("USE memory")
        connection.execute("DETACH release")


def write_parquet(tables: Mapping[str, pa.Table], folder: Path) -> None:
    """Write each table as Parquet, as the lake does, and hold it to its contract.

    Raises:
        lake.ContractError: a table breaks its contract.
    """
    folder.mkdir()
    for name, rows in tables.items():
        lake.write_table(rows, folder / f"{name}.parquet")
        lake.check(folder / f"{name}.parquet", release_contracts()[name])


def contents(tables: Mapping[str, pa.Table]) -> dict[str, Content]:
    """The content of tables that are not written yet, hashed as they will be in the file."""
    with duckdb.connect() as connection:
        for name, rows in tables.items():
            connection.register(name, rows)
        return _contents(connection, sorted(tables))


def contents_of(path: Path) -> dict[str, Content]:
    """The content of each table of a release database."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return _contents(connection, sorted(name for (name,) in connection.execute(statement("tables")).fetchall()))


def views_of(path: Path) -> list[View]:
    """The views of a release database with their Chinese descriptions and columns."""
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(statement("view_list")).fetchall()
    return [View(name, text, tuple(columns)) for name, text, columns in rows]


def macros_of(path: Path) -> list[Macro]:
    """The table macros of a release database with their Chinese descriptions and parameters."""
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(statement("macro_list")).fetchall()
    return [Macro(name, text, tuple(parameters)) for name, text, parameters in rows]


def _contents(connection: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, Content]:
    sql = statement("content")
    return {name: Content(*_row(connection.execute(sql, [name]).fetchone())) for name in names}


def _row(row: tuple[int, str] | None) -> tuple[int, str]:
    assert row is not None, "an aggregate without groups has one row"  # noqa: S101 - a fact of SQL, for the type checker
    return row
