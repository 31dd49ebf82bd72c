"""Holding a table to its laws: each partition's schema, then its rows, by the engine that fits.

Belongs here: choosing between frame and engine, and one outcome per partition and law. Does not belong here: which
table has which laws (steps.suites), or remembering outcomes (steps.checked).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.checking import expectations, statements
from pipelines.checking.outcomes import Fault, Outcome, place_columns, places
from pipelines.checking.statements import Opened
from pipelines.contracts import Contract
from pipelines.contracts.laws import Law, schema_faults

if TYPE_CHECKING:
    import pandas as pd

# More rows than this at once are held to their laws by the engine: a frame of them does not fit beside all else.
MOST_ROWS: Final = 1_000_000
# Partitions that are no quarter.
_WHOLE: Final = frozenset({"all", "reference"})
_SCHEMA: Final = Law("schema", (), "列名、顺序和类型应与契约一致")


@dataclass(frozen=True)
class Suite:
    """A table's contract, the laws that its rows are held to, and whether a frame may be made of them."""

    held_to: Contract
    laws: tuple[Law, ...]
    framed: bool


@dataclass(frozen=True)
class Part:
    """One partition: its file and what stands for its rows and laws."""

    path: Path
    made_from: str


def hold(
    suite: Suite, parts: Mapping[str, Part], files: Callable[[], Mapping[str, str]], opened: Opened
) -> dict[str, list[Outcome]]:
    """What holding partitions to a suite gives, law by law; rows are looked at only where the columns are right.

    Args:
        suite: the table's laws.
        parts: the partitions by name.
        files: gives the names of files by the beginning of their hash; asked only where a row is at fault.
        opened: an engine of the lake, within its limits; opened for what is not framed.
    """
    rows = {name: int(pq.read_metadata(part.path).num_rows) for name, part in parts.items()}
    broken = {name: _broken_schema(suite, part.path) for name, part in parts.items()}
    looked_at = {name: part.path for name, part in parts.items() if rows[name] and not broken[name]}
    framed = {name for name in parts if suite.framed and rows[name] <= MOST_ROWS}
    found = list(_faults(suite, looked_at, {name: rows[name] for name in looked_at if name in framed}, opened))
    at = {(fault.partition, fault.law): fault for fault in found}

    def outcomes(name: str) -> Iterator[Outcome]:
        about = _About(suite, name, "gx" if name in framed else "sql", rows[name], parts[name].made_from)
        yield about.outcome(_SCHEMA, int(bool(broken[name])), broken[name])
        for law in () if broken[name] else suite.laws:
            fault = at.get((name, law))
            yield about.outcome(law, fault.unexpected, places(fault.first, files())) if fault else about.outcome(law)

    return {name: list(outcomes(name)) for name in parts}


@dataclass(frozen=True)
class _About:
    """What the outcomes of one partition share."""

    suite: Suite
    partition: str
    engine: str
    rows: int
    made_from: str

    def outcome(self, law: Law, unexpected: int = 0, where: str = "") -> Outcome:
        names = {column.name: column.zh for column in self.suite.held_to.columns}
        return Outcome(
            quarter="" if self.partition in _WHOLE else self.partition,
            table=self.suite.held_to.table,
            expectation=law.kind,
            column=law.column,
            column_zh="、".join(names[name] for name in law.columns),
            requirement=law.requirement,
            severity=law.severity,
            engine=self.engine,
            rows=self.rows,
            unexpected=unexpected,
            places=where,
            made_from=self.made_from,
        )


def _broken_schema(suite: Suite, path: Path) -> str:
    faults = schema_faults(pq.read_schema(path), suite.held_to)
    return "；".join(f"{column} {zh}".strip() for column, zh, _ in faults)


def _faults(suite: Suite, paths: Mapping[str, Path], framed: Mapping[str, int], opened: Opened) -> Iterator[Fault]:
    if engined := {name: path for name, path in paths.items() if name not in framed}:
        yield from statements.faults(engined, suite.laws, opened)
    for batch in _batches(framed):
        yield from expectations.faults(_frame(suite, {name: paths[name] for name in batch}), suite.laws)


def _batches(rows: Mapping[str, int]) -> Iterator[list[str]]:
    """Partitions in groups that make one frame."""
    batch: list[str] = []
    for name in rows:
        if batch and sum(rows[other] for other in (*batch, name)) > MOST_ROWS:
            yield batch
            batch = []
        batch.append(name)
    if batch:
        yield batch


def _frame(suite: Suite, paths: Mapping[str, Path]) -> pd.DataFrame:
    needed = {name for law in suite.laws for name in law.columns} | set(place_columns(suite.held_to.names))
    columns = [name for name in suite.held_to.names if name in needed]
    tables = [_numbered(pq.read_table(path, columns=columns, partitioning=None), name) for name, path in paths.items()]
    frame: pd.DataFrame = pa.concat_tables(tables, promote_options="permissive").to_pandas()
    return frame


def _numbered(table: pa.Table, partition: str) -> pa.Table:
    count = len(table)
    numbered = table.append_column(expectations.PARTITION, pa.repeat(pa.scalar(partition), count))
    return numbered.append_column(expectations.NTH, pa.array(range(1, count + 1), pa.int64()))
