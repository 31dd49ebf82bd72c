"""The lake: one Parquet file per table and partition, written whole or not at all, each with a note of what made it.

Belongs here: where a partition lies, when it is fresh, how it is written and held to its contract. Does not belong
here: what is in a table (contracts) or how it is computed (engine, steps).

Cost: a write is one pass over the rows plus one hash of the file; a fresh partition costs the read of its note.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from classification.errors import InputError
from pipelines.contracts import Contract, contract
from pipelines.contracts.laws import laws, quoted, schema_faults
from pipelines.workspace import engine_beside

if TYPE_CHECKING:
    import duckdb

# The partition of a table that holds all its periods in one file.
ALL = "all"
TEMPORARY = ".part"  # what a table's files and folders end in until they are whole
_ROW_GROUP = 122_880  # as the engine itself writes them
DICTIONARY = 1 << 15  # bytes of distinct values up to which a column is worth a dictionary


@dataclass(frozen=True)
class Note:
    """What stands beside a partition: rows, the hash of its bytes and of all that it was made from, sums of money."""

    rows: int
    sha256: str
    fingerprint: str
    yuan: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """The outcome of making a partition: its note, and whether there was anything to do."""

    table: str
    partition: str
    note: Note
    computed: bool


class StaleError(Exception):
    """A partition is missing, or was made from other inputs or by other code than are there now."""


_only_looking: ContextVar[bool] = ContextVar("only_looking", default=False)


@contextmanager
def only_looking() -> Iterator[None]:
    """Within the block nothing is made: what would be made anew raises ``StaleError`` instead."""
    token = _only_looking.set(True)
    try:
        yield
    finally:
        _only_looking.reset(token)


def up_to_date(make: Callable[[], object]) -> bool:
    """Whether a step, or several, would find all that they make as it would be made now."""
    try:
        with only_looking():
            make()
    except StaleError:
        return False
    return True


class ContractError(InputError):
    """A table does not keep its contract; nothing was written."""


@dataclass(frozen=True)
class Lake:
    """A folder of tables."""

    root: Path

    def path(self, table: str, partition: str = ALL) -> Path:
        """Where a partition lies, whether it is there or not."""
        return self.root / table / f"{partition}.parquet"

    def note(self, table: str, partition: str = ALL) -> Note | None:
        """The note of a partition, None where there is no such partition."""
        try:
            return Note(**json.loads(self._note_path(table, partition).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def fresh(self, table: str, partition: str, fingerprint: str) -> bool:
        """Whether the partition was made from just these inputs by just this code."""
        note = self.note(table, partition)
        return note is not None and note.fingerprint == fingerprint and self.path(table, partition).exists()

    def partitions(self, table: str) -> list[str]:
        """The partitions that are there, in order."""
        return sorted(path.stem for path in (self.root / table).glob("*.parquet"))

    def read(self, table: str, partitions: Iterable[str] = (ALL,)) -> pa.Table:
        """One or more partitions as one Arrow table.

        Raises:
            InputError: a partition is missing; all missing ones are named.
        """
        paths = self.existing(table, partitions)
        tables = [pq.read_table(path, partitioning=None) for path in paths]
        # Whether a column could hold nulls is written file by file; the rows are what counts.
        return pa.concat_tables(tables, promote_options="permissive")

    def note_of(self, table: str, partition: str = ALL) -> Note:
        """The note of a partition that must be there.

        Raises:
            InputError: the partition is missing.
        """
        self.existing(table, [partition])
        note = self.note(table, partition)
        return note or Note(0, sha256_of(self.path(table, partition)), "")

    def hashes(self, table: str, partitions: Iterable[str] = (ALL,)) -> list[str]:
        """The hashes of partitions that must be there, for a fingerprint.

        Raises:
            InputError: a partition is missing; all missing ones are named.
        """
        names = [path.stem for path in self.existing(table, partitions)]
        return [self.note_of(table, name).sha256 for name in names]

    def existing(self, table: str, partitions: Iterable[str] = (ALL,)) -> list[Path]:
        """The files of partitions that must be there.

        Raises:
            InputError: a partition is missing; all missing ones are named.
        """
        wanted = list(partitions)
        missing = [name for name in wanted if not self.path(table, name).exists()]
        if missing and _only_looking.get():
            raise StaleError(table, missing[0])
        if missing or not wanted:
            raise InputError(
                f"缺少以下各期的 {table}：{'、'.join(missing)}。请先运行这些期（shuce run 期别）。",
                f"{table} is missing for {', '.join(missing)}; run these first (shuce run QUARTER).",
                where=table,
            )
        return [self.path(table, name) for name in wanted]

    def refresh(
        self,
        table: str,
        partition: str,
        fill: Callable[[Path], None],
        *,
        made_from: Iterable[str],
        held_to: Contract | None = None,
    ) -> Made:
        """Make a partition unless it was already made from just these inputs by just this code.

        Args:
            table: the table's name.
            partition: a quarter, or ``all``.
            fill: writes the Parquet file to the path it is given; not called when the partition is fresh.
            made_from: texts and hashes that stand for every input, statement and parameter.
            held_to: the contract; by default the one of that name.

        Raises:
            StaleError: there is something to make, within ``only_looking``.
        """
        terms = held_to or contract(table)
        fingerprint = fingerprint_of(terms.model_dump_json(), *made_from)
        if self.fresh(table, partition, fingerprint) and (note := self.note(table, partition)):
            return Made(table, partition, note, computed=False)
        if _only_looking.get():
            raise StaleError(table, partition)
        note = self.write(table, partition, fill, fingerprint=fingerprint, held_to=terms)
        return Made(table, partition, note, computed=True)

    def write(
        self,
        table: str,
        partition: str,
        fill: Callable[[Path], None],
        *,
        fingerprint: str,
        held_to: Contract | None = None,
    ) -> Note:
        """Write a partition beside its place, hold it to its contract, then move it there in one step.

        Args:
            table: the table's name.
            partition: a quarter, or ``all``.
            fill: writes the Parquet file to the path it is given.
            fingerprint: stands for everything the partition is made from.
            held_to: the contract; by default the one of that name.

        Raises:
            ContractError: the rows do not keep the contract; the old partition, if any, stays.
        """
        target, place = self.path(table, partition), self._note_path(table, partition)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary, said = (path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY}") for path in (target, place))
        try:
            fill(temporary)
            rows, yuan = check(temporary, held_to or contract(table))
            note = Note(rows, sha256_of(temporary), fingerprint, yuan)
            _flush(temporary)
            said.write_text(json.dumps(asdict(note), indent=1), encoding="utf-8")
            # All that needs room on the disk is there. The old note goes first and the new one comes last: a run killed
            # between leaves a partition that has none and is simply made again.
            place.unlink(missing_ok=True)
            temporary.replace(target)
            said.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
            said.unlink(missing_ok=True)
        return note

    def sweep(self) -> int:
        """Remove what a killed run left behind; returns how many files and folders. The caller holds the workspace."""
        from pipelines.engine import sweep_spilled

        orphans = list(self.root.glob(f"*/*{TEMPORARY}"))
        for orphan in orphans:
            if orphan.is_dir():
                shutil.rmtree(orphan)
            else:
                orphan.unlink(missing_ok=True)
        return len(orphans) + sweep_spilled(self.root)

    def _note_path(self, table: str, partition: str) -> Path:
        return self.root / table / f"{partition}.json"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint_of(*parts: str | bytes) -> str:
    """One hash for several texts, each kept apart from the next."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def table_hash(table: pa.Table) -> str:
    """The hash of an in-memory table's content and schema."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks(), max_chunksize=1 << 20)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def write_table(table: pa.Table, path: Path, *, encryption: Any = None) -> None:
    """Write an Arrow table as the lake writes all its Parquet, in groups of rows that the engine reads side by side.

    Args:
        table: the rows.
        path: the file.
        encryption: Parquet's encryption properties, for a sealed file (sealing).
    """
    how: dict[str, Any] = {"row_group_size": _ROW_GROUP, "dictionary_pagesize_limit": DICTIONARY}
    pq.write_table(table, path, compression="zstd", encryption_properties=encryption, **how)


def write_tables(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    """Write the rows of several Arrow tables as one would be written, holding no more than a group of rows.

    Args:
        tables: of this schema, in turn.
        schema: of the file.
        path: the file.
    """
    how: dict[str, Any] = {"compression": "zstd", "dictionary_pagesize_limit": DICTIONARY}
    with pq.ParquetWriter(path, schema, **how) as writer:
        rest, written = schema.empty_table(), 0
        for table in tables:
            rest = pa.concat_tables([rest, table])
            if whole := len(rest) // _ROW_GROUP * _ROW_GROUP:
                writer.write_table(rest.slice(0, whole), row_group_size=_ROW_GROUP)
                rest, written = rest.slice(whole), written + whole
        if len(rest) or not written:  # no rows at all are an empty group
            writer.write_table(rest, row_group_size=_ROW_GROUP)


def join_files(paths: Sequence[Path], path: Path, schema: pa.Schema) -> None:
    """Make one Parquet file of the rows of several, in their order, group by group; a single one is moved there."""
    if len(paths) == 1:
        paths[0].replace(path)
        return
    with pq.ParquetWriter(path, schema, compression="zstd", dictionary_pagesize_limit=DICTIONARY) as writer:
        for part in paths:
            for batch in pq.ParquetFile(part).iter_batches(_ROW_GROUP):
                writer.write_table(pa.Table.from_batches([batch]).cast(schema), row_group_size=_ROW_GROUP)


def check(path: Path, held_to: Contract) -> tuple[int, dict[str, int]]:
    """Hold a Parquet file to a contract: columns, types, nulls, allowed values, key; one pass over the rows.

    Returns:
        The number of rows, and the sum of each column of money.

    Raises:
        ContractError: with the table, the column and the number of rows at fault.
        InputError: the memory that a check may take is not enough.
    """
    metadata = pq.read_metadata(path)
    for column, zh, en in schema_faults(metadata.schema.to_arrow_schema(), held_to):
        raise _broken(held_to, column, zh, en)
    if metadata.num_rows == 0:
        return 0, {}
    from pipelines.engine import within_means

    demanded = list(laws(held_to))
    money = [column.name for column in held_to.columns if column.type == "yuan"]
    wanted = [law.count for law in demanded] + [f"coalesce(sum({quoted(name)}), 0)" for name in money]
    checker, limits = _checker(path.parents[1])
    with checker.cursor() as connection, within_means(connection, limits):
        found = connection.read_parquet(str(path)).aggregate(", ".join(wanted)).fetchall()[0] if wanted else ()
    for law, count in zip(demanded, found, strict=False):
        if count:
            zh, en = _SAID[law.kind]
            raise _broken(held_to, law.column, zh.format(count), en.format(count))
    return int(metadata.num_rows), dict(zip(money, map(int, found[len(demanded) :]), strict=True))


@lru_cache(maxsize=1)
def _checker(root: Path) -> tuple[duckdb.DuckDBPyConnection, dict[str, str | int]]:
    # One engine for all checks of a lake: opening one costs more than looking at a small table. The keys of tens of
    # millions of rows are told apart on disk: those of 20 million take 2.4 GB in memory, within 1 GB a sixth more time.
    # It is beside the engine of the steps, which is idle meanwhile, and keeps the same limits where they are lower.
    import duckdb

    from pipelines.engine import SPILL

    limits = engine_beside(root).limits_within("1GB")
    connection = duckdb.connect(config=dict(limits))
    connection.execute("SET temp_directory = ?", [str(root / SPILL)])
    return connection, limits


atexit.register(_checker.cache_clear)


_SAID: Final = {
    "not_null": ("有 {} 行为空", "{} rows are null"),
    "in_set": ("有 {} 行取值不在规定范围", "{} rows hold other values"),
    "unique": ("有 {} 行主键重复", "{} rows repeat a key"),
}


def _broken(held_to: Contract, column: str, zh: str, en: str) -> ContractError:
    return ContractError(
        f"数据表不符合契约：{zh}。未写入。",
        f"The table breaks its contract: {en}. Nothing was written.",
        where=f"{held_to.table}.{column}" if column else held_to.table,
    )


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
