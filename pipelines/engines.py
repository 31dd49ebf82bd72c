"""Which engine a workspace runs its statements on, and within what limits.

Belongs here: the choice, from ``city.toml``. Does not belong here: either engine (engine, spark).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager

from pipelines.engine import DuckEngine, Engine, engine
from pipelines.workspace import Workspace


@contextmanager
def unit_engine(workspace: Workspace) -> Iterator[Engine]:
    """The engine for one table of units or cells: DuckDB, or Spark where ``[engine]`` says so.

    Either is opened by what needs it first; a Spark that has gone since ``require_engine`` is told then.
    """
    terms = workspace.city.engine
    if terms.kind == "duckdb":
        with local_engine(workspace) as work:
            yield work
    else:
        from pipelines.spark import spark_engine

        with closing(spark_engine(workspace.lake, terms.master, terms.settings)) as work:
            yield work


def require_engine(workspace: Workspace) -> None:
    """See that what units run on can start, before anything is done.

    Raises:
        InputError: Spark is asked for and is not installed, has no Java, or does not answer.
    """
    terms = workspace.city.engine
    if terms.kind == "spark":
        from pipelines.spark import require

        require(terms.master)


def local_engine(workspace: Workspace) -> AbstractContextManager[DuckEngine]:
    """DuckDB on the workspace's lake within its limits, whatever units run on: for what a release or a screen asks."""
    return engine(workspace.lake, workspace.city.engine.limits)
