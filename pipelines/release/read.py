"""Reading a release: where the current one lies, a read-only connection to it, and one locked question.

Belongs here: the quick path that ``shuce sql`` and notebooks take; it imports neither pandas nor charts. Does not
belong here: making releases (cut, snapshot).

Readers never wait: a release is a new file under its own name, which nobody writes again. ``current`` is resolved once,
so that a reader who is at work when the next release appears keeps the one he opened.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.release.sql import statement
from pipelines.workspace import City, Workspace

if TYPE_CHECKING:
    import duckdb

    from pipelines.contracts import Contract
    from pipelines.release.figures import Figures

CURRENT = "current"
DATABASE = "digital_economy.duckdb"
MANIFEST = "manifest.json"
COPIES = ("L1", "L0")  # the levels of what may leave the house
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


def copies(workspace: Workspace) -> list[Path]:
    """The copies of releases that may leave the house: the task force's, then the public ones, oldest quarter first."""
    return [path.parent for level in COPIES for path in sorted(workspace.exports(level).glob(f"[!.]*/{MANIFEST}"))]


def origin(workspace: Workspace, folder: Path) -> Path:
    """The release that a folder is a copy of, or that it is.

    Raises:
        InputError: the release is no longer there.
    """
    said: dict[str, str] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    found = workspace.releases / said.get("of", folder.name)
    if not (found / MANIFEST).exists():
        raise InputError(
            f"{folder.name} 是由发布包 {found.name} 导出的，那份发布包已不在。",
            f"{folder.name} is a copy of the release {found.name}, which is no longer there.",
            where=str(found),
        )
    return found


def figures(folder: Path, copy: Path | None = None) -> Figures:
    """The figures of a release, by the settings it was cut with.

    Args:
        folder: of the release.
        copy: of it that may leave the house; then what is to be seen there, withheld cells as such.
    """
    import pyarrow.parquet as pq

    from pipelines.release.figures import Figures

    said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    paths = sorted(((copy or folder) / "parquet").glob("*.parquet"))
    tables = {path.stem: pq.read_table(path, partitioning=None) for path in paths}
    city = City.model_validate(said["settings"])
    rounded = steps_said(json.loads((copy / MANIFEST).read_text(encoding="utf-8"))) if copy else {}
    return Figures.of(city, Quarter.parse(said["quarter"]), dt.date.fromisoformat(said["as_of"]), tables, rounded)


def steps_said(said: Mapping[str, Any]) -> dict[tuple[str, str, str, str], float]:
    """Indicator, period, region and class of what a copy tells rounded → the step, from its manifest."""
    return {
        (indicator, period, region, name): float(step)
        for indicator, period, region, name, step in said.get("rounded", ())
    }


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
        return _ask(connection, sql)


def difference(before: Path, after: Path, own: tuple[str, str]) -> Answer:
    """The observations that are not the same in two releases (``sql/difference.sql``).

    Args:
        before: the folder of the one.
        after: the folder of the other.
        own: the vintage of the own figures of each.
    """
    import duckdb

    from indicators.observation import OURS  # brings pandas along

    with duckdb.connect() as connection:
        for name, folder in (("before", before), ("after", after)):
            connection.execute(f"ATTACH ? AS {name} (READ_ONLY)", [str(folder / DATABASE)])
        result = connection.execute(statement("difference"), [*own, OURS])
        return Answer(tuple(column[0] for column in result.description or ()), result.fetchall())


def query_as_of(workspace: Workspace, sql: str, day: dt.date) -> Answer:
    """One question to what was known on a day (L3: it reaches the microdata).

    The tables and views are those of the latest release cut for that day or an earlier one; where there is none, there
    are only the tables of the lake. These stand under ``known``: ``known.core_return``, ``known.cell_leaf`` …, each
    with the rows that were valid on the day.

    Args:
        workspace: whose lake and releases.
        sql: one statement that reads.
        day: the day.

    Raises:
        InputError: the text is not one reading statement, or DuckDB refuses it.
    """
    import duckdb

    from pipelines.contracts import contracts

    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS known")
        connection.execute("USE known")
        connection.execute("SET allowed_directories = [?]", [f"{workspace.lake}/"])
        for held_to in contracts():
            _add_known(connection, workspace, held_to, day)
        if (folder := released_by(workspace, day)) is not None:
            connection.execute("ATTACH ? AS release (READ_ONLY)", [str(folder / DATABASE)])
            connection.execute("USE release")
        try:
            return _ask(connection, sql)
        except InputError as fault:
            if folder is not None:
                raise
            raise InputError(
                f"截至 {day} 还没有发布包，只能查询 known.* 各表（如 known.core_return）。{fault.zh}",
                f"Nothing had been released by {day}; only the tables known.* are there. {fault.en}",
                where=fault.where,
            ) from None


def released_by(workspace: Workspace, day: dt.date) -> Path | None:
    """The latest release cut for a day or an earlier one: by day, then quarter, a flash before what is none."""
    known = [(folder.name.split("_"), folder) for folder in releases(workspace)]
    dated = [(parts[1], parts[0], "flash" not in parts, folder) for parts, folder in known if parts[1] <= str(day)]
    return max(dated)[-1] if dated else None


def released_of(workspace: Workspace, quarter: str, day: dt.date) -> Path | None:
    """The latest release of a quarter cut for a day or an earlier one, no flash; of one day the current one."""
    link = workspace.releases / CURRENT
    now = link.resolve().name if link.exists() else ""
    parts = [(folder.name.split("_"), folder) for folder in releases(workspace)]
    mine = [(said[1], folder.name == now, folder) for said, folder in parts
            if said[0] == quarter and said[1] <= str(day) and "flash" not in said]  # fmt: skip
    return max(mine)[-1] if mine else None


def day_named(text: str) -> dt.date:
    """The day that a text means.

    Raises:
        InputError: it is no day.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"“{text}”不是日期，请写成 2024-01-20 的形式。", f"{text!r} is not a date; write it like 2024-01-20."
        ) from None


def _add_known(connection: duckdb.DuckDBPyConnection, workspace: Workspace, held_to: Contract, day: dt.date) -> None:
    """A table of the lake as a view of its rows valid on a day; nothing where the table has none or no days.

    A table without an end of validity holds the latest row of each key (known on the day) alone.
    """
    paths = sorted((workspace.lake / held_to.table).glob("*.parquet"))
    names = held_to.names
    if not paths or "known_from" not in names:
        return
    rows = connection.read_parquet([str(path) for path in paths], hive_partitioning=False, union_by_name=True)
    known = f"known_from <= DATE '{day}'"
    if "known_to" in names:
        rows.filter(f"{known} AND DATE '{day}' < known_to").create_view(held_to.table)
        return
    key = ", ".join(name for name in held_to.key if name != "known_from")
    latest = f"row_number() OVER (PARTITION BY {key} ORDER BY known_from DESC) AS turn"
    rows.filter(known).select(f"*, {latest}").filter("turn = 1").select("* EXCLUDE (turn)").create_view(held_to.table)


def _ask(connection: duckdb.DuckDBPyConnection, sql: str) -> Answer:
    import duckdb

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
