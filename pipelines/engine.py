"""The engine: runs a named statement over named inputs and hands its rows to a Parquet file.

Belongs here: connections, named views, running. Does not belong here: which statement makes which table (steps), or
where a table lies (lake). Microdata stays inside the engine: it goes from Parquet to Parquet.

Cost: a statement is as a rule one streaming pass in DuckDB; memory is bounded by the engine's own limit and spills to
disk.
"""

from __future__ import annotations

import atexit
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import duckdb
import pyarrow as pa
from duckdb.func import ARROW

from classification.errors import InputError
from pipelines.disk import full

# pyarrow carries no types, so an Arrow table is Any to the checker; at run time the two are told apart.
Input: TypeAlias = Any
# What ``$name`` stands for in a statement.
Parameters: TypeAlias = Mapping[str, object]
# Settings of DuckDB by name.
Limits: TypeAlias = Mapping[str, str | int]
# Numbers and texts as differences, dictionaries only for the few values that repeat, little squeezing: half the time to
# write, no larger.
PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 2000"
_PARAMETER = re.compile(r"\$([a-z_]+)")
# Inputs of an engine, in bytes, up to which its database is kept for the next one: the memory that more would take is
# given back when a database is closed, and not before.
_SMALL = 1 << 22
SPILL = ".spill"  # where a statement that needs more memory than there is puts what it holds
_SPILLED = re.compile(r"duckdb_temp_([0-9]+)_")  # as DuckDB names it, by process


@cache
def statement(package: str, name: str) -> str:
    """The text of ``sql/<name>.sql`` of a package, for example ``statement("classification", "assign")``."""
    return (files(package) / "sql" / f"{name}.sql").read_text(encoding="utf-8")


class Engine(Protocol):
    """The named inputs of one table's making, and statements over them, written in DuckDB's dialect."""

    def add(self, **inputs: Input) -> None:
        """Make inputs known under their names: Arrow tables, or Parquet files read as one."""

    def view(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Make the rows of a statement known under a name, computed when they are read."""

    def alias(self, name: str, of: str) -> None:
        """Make an input known under a second name, in place of what bore it before."""

    def learn(self, name: str, function: Callable[[Input], Input]) -> None:
        """Make a function over a column of texts known to statements: one truth value per text, none for none."""

    def keep(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Make the rows of a statement known under a name, computed now."""

    def append(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Add the rows of a statement to those kept under a name, column by name."""

    def columns(self, name: str) -> list[str]:
        """The columns of what is known under a name."""

    def rows(self, text: str, parameters: Parameters | None = None) -> pa.Table:
        """The rows of a statement as an Arrow table; for small results only."""

    def write(self, text: str, path: Path, parameters: Parameters | None = None) -> None:
        """Write the rows of a statement to a Parquet file, in the order in which the statement gives them."""


class _Database:
    """A database of DuckDB in memory with the project's functions, locked before any statement runs.

    The engines of a lake share it while their inputs are small: to open one costs more than to make a small table.
    """

    def __init__(self, within: Path | None, limits: Limits) -> None:
        opened = self._opened = duckdb.connect(config={"preserve_insertion_order": True, **limits})
        opened.execute(statement("pipelines", "functions"))
        opened.execute("SET enable_progress_bar = false")  # the run has lines of its own
        if within is not None:
            opened.execute("SET allowed_directories = [?]", [f"{within}/"])
            opened.execute("SET temp_directory = ?", [str(within / SPILL)])
        opened.execute("SET enable_external_access = false")
        opened.execute("SET lock_configuration = true")
        self._learnt: dict[str, Callable[[Input], Input]] = {}

    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection that sees nothing temporary of any other."""
        return self._opened.cursor()

    def learn(self, name: str, function: Callable[[Input], Input]) -> None:
        """Make a function known, which is of the whole database; the same one may come again.

        Raises:
            ValueError: the name is that of another function.
        """
        if name not in self._learnt:
            self._opened.create_function(name, function, ["VARCHAR"], "BOOLEAN", type=ARROW)
            self._learnt[name] = function
        if self._learnt[name] is not function:
            raise ValueError(f"{name} 已是另一个函数的名称。 {name} is the name of another function already.")


@lru_cache(maxsize=1)
def _shared(within: Path | None, limits: tuple[tuple[str, str | int], ...]) -> _Database:
    return _Database(within, dict(limits))


atexit.register(_shared.cache_clear)


class DuckEngine(Engine):
    """One DuckDB connection with the inputs of one table's making as views, each of them temporary.

    It is opened by the first that needs it: where a table is found as it would be made, nothing is opened.
    """

    def __init__(self, within: Path | None, limits: Limits) -> None:
        self._within, self._limits, self._bytes = within, limits, 0
        self._seen: dict[str, str] = {}

    @cached_property
    def _held(self) -> _Database:
        return _shared(self._within, tuple(self._limits.items()))

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return self._held.connection()

    def close(self) -> None:
        """Close the connection, if one was opened, and after large inputs the database."""
        if "_connection" in self.__dict__:
            self._connection.close()
        if self._bytes > _SMALL:
            _shared.cache_clear()
            self.__dict__.pop("_held", None)

    def add(self, **inputs: Input) -> None:
        """Make inputs known under their names: Arrow tables, or Parquet files read as one."""
        for name, value in inputs.items():
            if isinstance(value, pa.Table):
                self._connection.register(name, value)
                self._seen.pop(name, None)
                self._bytes += value.nbytes
            else:
                self._read(name, value, "hive_partitioning = false")

    def add_files(self, name: str, paths: Iterable[Path]) -> None:
        """Make Parquet files known as one input, each row with its ``filename`` and ``file_row_number``."""
        self._read(name, paths, "hive_partitioning = false, filename = true, file_row_number = true")

    def view(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Make the rows of a statement known under a name, computed when they are read."""
        self._see(name, _filled(text, parameters or {}))

    def alias(self, name: str, of: str) -> None:
        """Make an input known under a second name, in place of what bore it before."""
        self._see(name, f"FROM {_quoted(of)}")

    def _read(self, name: str, paths: Iterable[Path], how: str) -> None:
        files = list(paths)
        self._see(name, f"FROM read_parquet([{', '.join(map(_literal, files))}], {how})")
        self._bytes += sum(path.stat().st_size for path in files)

    def _see(self, name: str, text: str) -> None:
        if self._seen.get(name) != text:  # to make a view is to bind all that it stands on
            self._connection.execute(f"CREATE OR REPLACE TEMPORARY VIEW {_quoted(name)} AS\n{text}")
            self._seen[name] = text

    def learn(self, name: str, function: Callable[[Input], Input]) -> None:
        """Make a function over a column of texts known to statements: one truth value per text, none for none."""
        self._held.learn(name, function)

    def keep(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Make the rows of a statement known under a name, computed now."""
        with within_means(self._connection, self._limits):
            kept = f"CREATE OR REPLACE TEMPORARY TABLE {_quoted(name)} AS\n{text}"
            self._connection.execute(kept, dict(parameters or {}))

    def append(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Add the rows of a statement to those kept under a name, column by name."""
        with within_means(self._connection, self._limits):
            self._connection.execute(f"INSERT INTO {_quoted(name)} BY NAME\n{text}", dict(parameters or {}))

    def columns(self, name: str) -> list[str]:
        """The columns of what is known under a name."""
        return list(self._connection.view(name).columns)

    def rows(self, text: str, parameters: Parameters | None = None) -> pa.Table:
        """The rows of a statement as an Arrow table; for small results only."""
        relation = self._connection.sql(text, params=dict(parameters) if parameters else None)
        with within_means(self._connection, self._limits):
            return relation.to_arrow_table()

    def write(self, text: str, path: Path, parameters: Parameters | None = None) -> None:
        """Write the rows of a statement to a Parquet file, in the order in which the statement gives them."""
        copy = f"COPY (\n{text}\n) TO $parquet_file ({PARQUET})"
        with within_means(self._connection, self._limits):
            self._connection.execute(copy, {**(parameters or {}), "parquet_file": str(path)})


@contextmanager
def engine(within: Path | None = None, limits: Limits | None = None) -> Iterator[DuckEngine]:
    """An engine of its own for one piece of work, with the project's SQL functions, locked before any statement runs.

    Whatever a statement says, be it made from a table of rules, it reads and writes files of one folder alone and
    changes no setting.

    Args:
        within: the folder, as a rule the lake's; without one, no file at all.
        limits: settings of DuckDB by name: ``memory_limit``, ``threads``.
    """
    with closing(DuckEngine(within, limits or {})) as work:
        yield work


@contextmanager
def within_means(connection: duckdb.DuckDBPyConnection, limits: Limits) -> Iterator[None]:
    """Within the block a statement that needs more memory than it may have is told as such, and one that was stopped.

    Args:
        connection: which the statement runs on.
        limits: the settings under which it was opened.

    Raises:
        InputError: in place of DuckDB's error, with the limit in force.
        KeyboardInterrupt: in place of DuckDB's error, which says nothing of the handler that stopped the statement.
    """
    try:
        yield
    except RuntimeError as fault:
        if str(fault) == "Query interrupted":
            raise KeyboardInterrupt from fault
        raise
    except duckdb.OutOfMemoryException as fault:
        if full(fault):
            raise
        asked = "SELECT current_setting('memory_limit'), current_setting('threads')"
        memory, threads = connection.execute(asked).fetchall()[0]
        memory = limits.get("memory_limit", memory)  # as it was written: DuckDB says 953.6 MiB for 1GB
        raise InputError(
            f"内存不够（上限 {memory}，线程 {threads} 个）：请在 city.toml 的 [engine] 中调高 memory_limit 或"
            "调低 threads，并确认数据湖所在磁盘有空余；已发布的内容没有改动。",
            f"Not enough memory (limit {memory}, threads {threads}): raise memory_limit or lower threads under "
            "[engine] in city.toml, and see that the lake's disk has room to spill; what was released is untouched.",
        ) from fault


def sweep_spilled(within: Path) -> int:
    """Remove what DuckDB had spilled in processes that were killed; returns how many files.

    DuckDB does so itself when it next spills, which may never be. What a living process has spilled is left to it:
    who only reads the lake does not hold the workspace.
    """
    spilled = [(path, _SPILLED.match(path.name)) for path in (within / SPILL).glob("*")]
    orphans = [path for path, of in spilled if of is not None and not _alive(int(of[1]))]
    for orphan in orphans:
        orphan.unlink(missing_ok=True)
    return len(orphans)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)  # asks only
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _filled(text: str, parameters: Parameters) -> str:
    """A statement with its parameters as literals: a view can hold no others."""
    return _PARAMETER.sub(lambda found: _literal(parameters[found[1]]), text)


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
