"""Rows for benchmarks: a quarter's returns of any number of units, in the shape of the contract ``core_return``.

Belongs here: chunks of the universe as Arrow tables and their Parquet file. Does not belong here: the city's files.

Firms are those of a city of the default size, many times over: a universe of 33 million units has 13,000 times its
money. Nothing is calibrated, nothing is planted, no file is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.sample.economy import BLOCK, SEED, YEARS, Units, chunks
from pipelines.sample.firm_files import received_on
from pipelines.sample.profile import COUNTIES, SURVEYS, Ints, classes
from pipelines.sample.universe import Universe, flows, months_covered

CHUNK: Final = 16 * BLOCK
_END_OF_TIME: Final = dt.date(9999, 12, 31)
_YUAN: Final = 1000
_VALUES: Final = ("output", "output_base", "revenue", "revenue_base", "profit", "wages", "vat", "staff")


def returns(units: Units, quarter: Quarter) -> pa.Table:
    """The returns of some units for a quarter, each accepted and known for ever.

    Args:
        units: units of the universe; those that do not report are left out.
        quarter: 2020Q1 to 2023Q4.

    Returns:
        Contract ``core_return``, in order of the running number; whole yuan; ``name`` and ``receivables`` null.
    """
    universe = Universe(units, np.ones((len(classes().gbt), len(YEARS))))
    there = np.flatnonzero(universe.reporting(quarter))
    survey = universe.survey()[there]
    known = received_on(quarter)
    reported = flows(universe, quarter)
    values = {name: getattr(reported, name)[there] for name in _VALUES}
    months = np.array([months_covered(at, quarter) for at in range(len(SURVEYS))])[survey]
    count = len(there)
    columns = {
        "quarter": _same(str(quarter), count),
        "sector": pa.array(SURVEYS).take(pa.array(survey)),
        "row_id": _texts(_row_ids(units.index[there])),
        "known_from": _same(known, count),
        "known_to": _same(_END_OF_TIME, count),
        "unit": _texts(units.code[there].view(np.uint8).reshape(count, 18)),
        "name": pa.nulls(count, pa.string()),
        "county": pa.array(COUNTIES).take(pa.array(units.county[there])),
        "gbt_received": pa.array(classes().gbt.tolist()).take(pa.array(units.klass[there])),
        "months": pa.array(months),
        **{name: pa.array(values[name] * (1 if name == "staff" else _YUAN)) for name in values},
        "receivables": pa.nulls(count, pa.int64()),
        "status": _same("accepted", count),
        "rules": _same("", count),
        "queries": _same("", count),
    }
    schema = contract("core_return").schema
    return pa.table([columns[name] for name in schema.names], schema=schema)


def tables(firms: int, quarter: Quarter, *, seed: int = SEED, size: int = CHUNK) -> Iterator[pa.Table]:
    """The returns of a universe of ``firms`` units, chunk by chunk; memory is bounded by ``size`` units."""
    for part in chunks(firms, seed=seed, size=size):
        yield returns(part, quarter)


def write_returns(path: Path, firms: int, quarter: Quarter, *, seed: int = SEED, size: int = CHUNK) -> int:
    """Write the returns of a universe of ``firms`` units to one Parquet file, beside and renamed.

    Returns:
        The rows written (units that report in the quarter).
    """
    beside = path.with_name(f".{path.name}.part")
    written = 0
    with pq.ParquetWriter(beside, contract("core_return").schema, compression="zstd") as writer:
        for table in tables(firms, quarter, seed=seed, size=size):
            writer.write_table(table)
            written += table.num_rows
    beside.replace(path)
    return written


def _same(value: object, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value), count)


def _row_ids(index: Ints) -> npt.NDArray[np.uint8]:
    # sample:000000000012: in the order of the running number, so that a sort by row_id finds nothing to do.
    prefix = np.frombuffer(b"sample:", dtype=np.uint8)
    out = np.empty((len(index), len(prefix) + 12), dtype=np.uint8)
    out[:, : len(prefix)] = prefix
    for position in range(12):
        out[:, -1 - position] = index // 10**position % 10 + ord("0")
    return out


def _texts(characters: npt.NDArray[np.uint8]) -> pa.Array:
    """Rows of characters as Arrow text without a Python string each."""
    count, width = characters.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    data = pa.py_buffer(np.ascontiguousarray(characters))
    return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(offsets), data])
