"""Reading a release: where the current one lies, a read-only connection to it, and one locked question.

Belongs here: the quick path that ``shuce sql`` and notebooks take; it imports neither pandas nor charts. Does not
belong here: making releases (cut, snapshot).

Readers never wait: a release is a new file under its own name, which nobody writes again. ``current`` is resolved once,
so that a reader who is at work when the next release appears keeps the one he opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classification.errors import InputError
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

CURRENT = "current"
DATABASE = "digital_economy.duckdb"
MANIFEST = "manifest.json"
_LOCKS = (
    "SET temp_directory = ''",  # or a large sort would spill into the release's own folder
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


@dataclass(frozen=True)
class Answer:
    """What a question brought back: column names and rows, in order."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def current(workspace: Workspace) -> Path:
    """The folder of the current release, the link resolved.

    Raises:
        InputError: nothing has been released yet.
    """
    link = workspace.releases / CURRENT
    try:
        return link.resolve(strict=True)
    except FileNotFoundError:
        raise InputError(
            "还没有发布任何一期。请先运行 shuce run 期别（例如 shuce run 2023Q4）。",
            "Nothing has been released yet. Run a quarter first, e.g. `shuce run 2023Q4`.",
            where=str(link),
        ) from None


def releases(workspace: Workspace) -> list[Path]:
    """The releases that are there, oldest quarter first."""
    folders = (path.parent for path in workspace.releases.glob(f"[!.]*/{MANIFEST}"))
    return sorted(folder for folder in folders if folder.name != CURRENT and not folder.is_symlink())


def connect(workspace: Workspace, release: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the current release (or to the one given), for notebooks and scripts.

    Raises:
        InputError: nothing has been released yet.
    """
    import duckdb

    return duckdb.connect(str((release or current(workspace)) / DATABASE), read_only=True)


def query(workspace: Workspace, sql: str, release: Path | None = None) -> Answer:
    """One question to the current release, on a connection that reaches nothing but that one file.

    Args:
        workspace: whose release.
        sql: one statement that reads (SELECT, FROM, DESCRIBE, SHOW, EXPLAIN …).
        release: another release's folder than the current one.

    Raises:
        InputError: nothing is released, the text is not one reading statement, or DuckDB refuses it.
    """
    import duckdb

    database = (release or current(workspace)) / DATABASE
    with duckdb.connect() as connection:
        connection.execute("ATTACH ? AS release (READ_ONLY)", [str(database)])
        connection.execute("USE release")
        for lock in _LOCKS:
            connection.execute(lock)
        try:
            _one_reading_statement(connection, sql)
            result = connection.execute(sql)
            return Answer(tuple(column[0] for column in result.description or ()), result.fetchall())
        except duckdb.Error as fault:
            raise InputError(f"查询未能执行：{fault}", f"The query failed: {fault}", where="SQL") from None


def _one_reading_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    import duckdb

    reading = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type not in reading:
        raise InputError(
            "一次只能执行一条查询语句（SELECT、FROM、DESCRIBE、SHOW 或 EXPLAIN）；发布库是只读的。",
            "Give one statement that reads (SELECT, FROM, DESCRIBE, SHOW or EXPLAIN); a release is read-only.",
            where="SQL",
        )
