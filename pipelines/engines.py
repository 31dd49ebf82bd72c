"""Which engine a workspace runs its statements over units on.

Belongs here: the choice, from ``city.toml``. Does not belong here: either engine (engine, spark).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.engine import Engine, engine
from pipelines.workspace import Workspace


@contextmanager
def unit_engine(workspace: Workspace) -> Iterator[Engine]:
    """The engine for one table of units or cells: DuckDB, or Spark where ``[engine]`` says so.

    What is small by nature (settings, prices, lists to be shown) runs on DuckDB either way.

    Raises:
        InputError: Spark is asked for and is not there.
    """
    terms = workspace.city.engine
    if terms.kind == "duckdb":
        with engine(workspace.lake, terms.limits) as work:
            yield work
    else:
        from pipelines.spark import spark_engine

        with spark_engine(terms.master, terms.settings) as work:
            yield work
