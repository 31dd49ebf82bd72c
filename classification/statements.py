"""Running one of this package's SQL statements on small tables in memory.

Belongs here: reading the text and running it. Does not belong here: what the statements mean, files, big data: the
pipeline runs the same texts with its own engine.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa


def statement(name: str) -> str:
    """The text of ``classification/sql/<name>.sql``."""
    return (resources.files("classification") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def run(name: str, tables: Mapping[str, pa.Table]) -> pa.Table:
    """Run the statement ``name`` with each table of ``tables`` as a view, in an engine of its own."""
    import duckdb

    with duckdb.connect(":memory:") as engine:
        for view, table in tables.items():
            engine.register(view, table)
        return engine.sql(statement(name)).to_arrow_table()
