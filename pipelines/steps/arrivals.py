"""What came and what became of it: every file in the log of receipts with its rows in the lake.

Belongs here: joining the log with counts of rows. Does not belong here: showing it (cli), reading files (ingest).

Cost: one pass over the file and row identifiers of the tables that are there; no value of a unit is read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.faults import Fault
from pipelines.ingest.receipts import Receipt, receipts
from pipelines.ingest.tables import UNREAD
from pipelines.lake import ALL, Lake
from pipelines.steps.lines import lines_partition
from pipelines.workspace import Workspace

State = Literal["read", "waiting", "refused", "unknown"]
SHA: Final = 16  # characters of a file's hash with which its row ids begin
_FAULT: Final = ["file_sha", "sheet", "row", "column", "code", "reason_zh", "reason_en"]


@dataclass(frozen=True)
class Arrival:
    """One file: its receipt, what became of it, and its rows where they are known.

    Attributes:
        receipt: the entry of the log.
        state: read; waiting for the next run; refused, on landing or on reading; of no known form.
        reason: why the whole file was refused.
        rows: rows found in the file, those refused one by one included.
        accepted: rows that passed review.
        set_aside: rows that were set aside.
        unread: columns that the form does not have, by sheet.
    """

    receipt: Receipt
    state: State
    reason: Fault | None = None
    rows: int | None = None
    accepted: int | None = None
    set_aside: int | None = None
    unread: tuple[Fault, ...] = ()


def arrivals(workspace: Workspace) -> list[Arrival]:
    """Every file that came, by date received and name."""
    counts = _Counts(Lake(workspace.lake))
    return [_arrival(receipt, counts) for receipt in receipts(workspace, refused=True)]


def _arrival(receipt: Receipt, counts: _Counts) -> Arrival:
    if receipt.refusal is not None:
        return Arrival(receipt, "refused", Fault(receipt.refusal.code, receipt.refusal.zh, receipt.refusal.en))
    if receipt.form is None:
        return Arrival(receipt, "unknown")
    if fault := counts.refused(receipt.form, receipt.quarter or ALL).get(receipt.sha256):
        return Arrival(receipt, "refused", fault)
    rows, aside = counts.rows(receipt.form, receipt)
    if not rows:
        return Arrival(receipt, "waiting")
    unread = counts.unread(receipt.form, receipt.quarter or ALL).get(receipt.sha256, ())
    return Arrival(receipt, "read", None, rows, None if aside is None else rows - aside, aside, tuple(unread))


class _Counts:
    """Rows per file in the tables of a lake, each table looked at once."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.read = cache(self._read)
        self.set_aside = cache(self._set_aside)
        self._faults = cache(self._refusals)
        self.unread = cache(self._unread)

    def rows(self, form: str, receipt: Receipt) -> tuple[int, int | None]:
        """Rows of a file, and how many were set aside (None while nobody reviewed them)."""
        partition = receipt.quarter or ALL
        single = self.refused_rows(form, partition)[receipt.sha256]
        rows = self.read(form, partition)[receipt.sha256] + single
        aside = self.set_aside(lines_partition(form, partition))
        return rows, None if aside is None else aside[receipt.sha256[:SHA]]

    def refused(self, form: str, partition: str) -> dict[str, Fault]:
        """Files refused as a whole, by hash: whatever the reason names, no row of theirs was read."""
        read = self.read(form, partition)
        return {
            row["file_sha"]: _fault(row) for row in reversed(self._faults(form, partition)) if not read[row["file_sha"]]
        }

    def refused_rows(self, form: str, partition: str) -> Counter[str]:
        """Rows refused one by one, by hash of their file."""
        rows = {(row["file_sha"], row["sheet"], row["row"]) for row in self._faults(form, partition) if row["row"]}
        return Counter(sha for sha, _, _ in rows)

    def _read(self, form: str, partition: str) -> Counter[str]:
        table = self._columns(f"raw_{form}", partition, ["file_sha"])
        found = table["file_sha"].value_counts().to_pylist() if table is not None else []
        return Counter({item["values"]: item["counts"] for item in found})

    def _refusals(self, form: str, partition: str) -> list[dict[str, Any]]:
        table = self._columns(f"refused_{form}", partition, _FAULT)
        return [] if table is None else list(table.to_pylist())

    def _unread(self, form: str, partition: str) -> dict[str, list[Fault]]:
        """The columns that the form does not have, by hash of their file."""
        table = self._columns(f"notice_{form}", partition, _FAULT)
        found: dict[str, list[Fault]] = {}
        for row in table.to_pylist() if table is not None else []:
            if row["code"] == UNREAD:
                found.setdefault(row["file_sha"], []).append(_fault(row))
        return found

    def _set_aside(self, partition: str) -> Counter[str] | None:
        table = self._columns("core_set_aside", partition, ["row_id", "sheet", "row"])
        return None if table is None else Counter(sha for sha, *_ in set_aside_rows(table))

    def _columns(self, table: str, partition: str, names: list[str]) -> pa.Table | None:
        path = self._lake.path(table, partition)
        return pq.read_table(path, columns=names, partitioning=None) if path.exists() else None


def _fault(row: dict[str, Any]) -> Fault:
    return Fault(row["code"], row["reason_zh"], row["reason_en"], row["sheet"], row["row"], row["column"])


def set_aside_rows(table: pa.Table) -> set[tuple[str, ...]]:
    """The rows that a table of set-aside rows is about, each once however many rules it breaks: file, then place.

    A cell of a long table is a row of its own; a refusal names its columns one by one and counts once per row.
    """
    found: set[tuple[str, ...]] = set()
    for row in table.select(["row_id", "sheet", "row"]).to_pylist():
        sha, rest = row["row_id"][:SHA], row["row_id"][SHA:]
        if row["row"]:
            found.add((sha, rest) if rest.startswith(":") else (sha, row["sheet"], str(row["row"])))
    return found
