"""Raw tables: the rows of files received, as text with their provenance.

Belongs here: joining what the readers give with what the receipts know. Does not belong here: types and rules.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.faults import Fault
from pipelines.ingest.forms import Form, forms
from pipelines.ingest.guard import Job, each_file
from pipelines.ingest.receipts import Receipt, check_copy

PLACE: Final = (
    ("row_id", pa.string()),
    ("file_sha", pa.string()),
    ("file", pa.string()),
    ("sheet", pa.string()),
    ("row", pa.int64()),
    ("received_at", pa.date32()),
)
PERIOD: Final = (("quarter", pa.string()), ("months", pa.int64()), ("yuan_per_unit", pa.int64()))
_PIECE: Final = 1 << 17  # rows to which their provenance is added at a time
DECLARED: Final = ("region", "vintage", "status", "authority")
FAULTS: Final = pa.schema(
    [
        ("file_sha", pa.string()),
        ("file", pa.string()),
        ("form", pa.string()),
        ("sheet", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("code", pa.string()),
        ("reason_zh", pa.string()),
        ("reason_en", pa.string()),
    ]
)


@dataclass(frozen=True)
class RawRead:
    """What a form's files gave.

    Attributes:
        table: every row that was read (``schema(form)``), ordered by date received, file, sheet and row.
        refused: files (row 0) and single rows that were not read, with the reason (``FAULTS``).
        notices: titles, notes, sources and totals kept as provenance; sheets left aside; damaged codes (``FAULTS``).
    """

    table: pa.Table
    refused: pa.Table
    notices: pa.Table


def schema(form: str | Form) -> pa.Schema:
    """The columns of a form's raw table: provenance, period and money unit, then the form's own as nullable text.

    The layout ``nbs`` has its periods in the rows; its own columns are the long ones of ``forms.NBS_COLUMNS``.
    """
    form = forms()[form] if isinstance(form, str) else form
    period = () if form.layout == "nbs" else PERIOD
    return pa.schema([*PLACE, *period, *((name, pa.string()) for name in form.raw_columns)])


def read(receipts: Iterable[Receipt], form: str | Form) -> RawRead:
    """Read the files of a form, each in a guarded child process; a file that cannot be read leaves the rest alive.

    Args:
        receipts: of that form; those refused on landing come back among the refused.
        form: a name of ``forms()``, or the form itself.

    Raises:
        InputError: a copy is gone or is not what was received.
    """
    form = forms()[form] if isinstance(form, str) else form
    reading = Reading(receipts, form)
    return RawRead(pa.concat_tables([schema(form).empty_table(), *reading]), reading.refused, reading.notices)


class Reading:
    """The same a piece of a file at a time, for more rows than memory holds; the files are read once.

    Iterated, it gives tables of ``schema(form)``; what was refused and noticed is known when all of them were given.

    Raises:
        InputError: a copy is gone or is not what was received.
    """

    def __init__(self, receipts: Iterable[Receipt], form: Form) -> None:
        self._arrived, self._form = list(receipts), form
        self._faults: dict[str, list[pa.Table]] = {"refused": [], "notices": []}
        self._pieces = self._read()

    def __iter__(self) -> Iterator[pa.Table]:
        """The pieces that were not given before."""
        return self._pieces

    @property
    def refused(self) -> pa.Table:
        """Files (row 0) and single rows that were not read, with the reason (``FAULTS``)."""
        return self._told("refused")

    @property
    def notices(self) -> pa.Table:
        """Titles, notes, sources and totals kept as provenance; sheets left aside; damaged codes (``FAULTS``)."""
        return self._told("notices")

    def _told(self, kind: str) -> pa.Table:
        for _ in self._pieces:  # those that nobody asked for
            pass
        return pa.concat_tables([FAULTS.empty_table(), *self._faults[kind]])

    def _read(self) -> Iterator[pa.Table]:
        form, files = self._form, _told_apart(self._arrived)
        note = {kind: tables.append for kind, tables in self._faults.items()}
        for receipt in files:
            if receipt.refusal is not None:
                note["refused"](_faults(receipt, form, [_landing_fault(receipt)]))
        admitted = [r for r in files if r.refusal is None]
        for receipt in admitted:
            check_copy(receipt)
        # Read under the names they came with, which say what they are.
        jobs = [Job(r.path, form.id, r.file, r.headers) for r in self._arrived if r.refusal is None]
        for receipt, result in zip(admitted, each_file(jobs), strict=True):
            faults = result.refused if result.refusal is None else [result.refusal]
            note["refused"](_faults(receipt, form, faults))
            note["notices"](_faults(receipt, form, result.notices))
            if result.refusal is None:
                yield from _placed(result.table, receipt, form)


def _told_apart(files: list[Receipt]) -> list[Receipt]:
    """Receipts with a name of their own each: of several under one name on one day the later ones say which they are.

    A row is known by its file from then on, and of two files of a day the one later by name holds.
    """
    count: Counter[tuple[str, dt.date]] = Counter()
    names: dict[tuple[str, str], str] = {}
    for receipt in sorted(files, key=lambda one: (one.version, one.sha256)):
        count[receipt.name, receipt.received_at] += 1
        number = count[receipt.name, receipt.received_at]
        names[receipt.sha256, receipt.name] = receipt.name if number == 1 else f"{receipt.name}（当日第{number}件）"
    return [one.model_copy(update={"name": names[one.sha256, one.name]}) for one in files]


def _landing_fault(receipt: Receipt) -> Fault:
    refusal = receipt.refusal
    return Fault(refusal.code, refusal.zh, refusal.en) if refusal else Fault("", "", "")


def _faults(receipt: Receipt, form: Form, faults: list[Fault]) -> pa.Table:
    """Faults of one file as a table."""
    rows = [
        {
            "file_sha": receipt.sha256, "file": receipt.name, "form": form.id, "sheet": fault.sheet,
            "row": fault.row, "column": fault.column, "code": fault.code,
            "reason_zh": fault.zh, "reason_en": fault.en,
        }
        for fault in faults
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=FAULTS)


def _placed(table: pa.Table, receipt: Receipt, form: Form) -> Iterator[pa.Table]:
    """A file's table with its provenance, columns in the order of the schema, some rows at a time."""
    target = schema(form)
    fixed: dict[str, Any] = {
        "file_sha": receipt.sha256,
        "file": receipt.name,
        "received_at": receipt.received_at,
        "quarter": receipt.quarter or "",
        "months": receipt.months or 0,
    }
    if form.layout == "nbs":
        fixed |= {name: getattr(receipt, name) for name in DECLARED}
    for start in range(0, table.num_rows, _PIECE):
        piece = table.slice(start, _PIECE)
        columns = []
        for field in target:
            if field.name == "row_id":
                columns.append(_row_ids(piece, start, receipt, form))
            elif field.name in fixed:
                columns.append(pa.repeat(pa.scalar(fixed[field.name], field.type), len(piece)))
            else:
                columns.append(piece[field.name])
        yield pa.Table.from_arrays(columns, schema=target)


def _row_ids(table: pa.Table, start: int, receipt: Receipt, form: Form) -> pa.ChunkedArray:
    """``<hash>:<sheet>:<row>``, and the cell's number within the file for the long layout; sorts as the file does."""
    sheet = pc.utf8_lpad(table["sheet_number"].cast(pa.string()), 3, "0")
    row = pc.utf8_lpad(table["row"].cast(pa.string()), 7, "0")
    parts = [pa.scalar(receipt.sha256[:16]), sheet, row]
    if form.layout == "nbs":
        number = pa.array(range(start, start + len(table)), pa.int64())
        parts.append(pc.utf8_lpad(number.cast(pa.string()), 7, "0"))
    return pc.binary_join_element_wise(*parts, ":")
