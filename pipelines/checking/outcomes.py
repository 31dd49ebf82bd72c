"""Outcomes: what holding one partition of a table to one law gave, and the table in which they are kept.

Belongs here: the outcome as a value, to and from rows of ``check_result``, and how a place is written. Does not belong
here: finding anything out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import pyarrow as pa

from pipelines.contracts import contract
from pipelines.contracts.laws import Law, Severity

PLACES: Final = 3  # as many as a reader looks up before seeing the pattern
_FILE: Final = ("file", "sheet", "row")


@dataclass(frozen=True)
class Outcome:
    """One law on one partition; the fields are the columns of ``check_result``."""

    quarter: str
    table: str
    expectation: str
    column: str
    column_zh: str
    requirement: str
    severity: Severity
    engine: str
    rows: int
    unexpected: int
    places: str
    made_from: str

    @property
    def met(self) -> bool:
        """Whether the law is kept."""
        return self.unexpected == 0

    @property
    def said(self) -> str:
        """What is not as it should be, in one sentence with its first places."""
        subject = " ".join(part for part in (self.quarter, self.table, self.column_zh) if part)
        where = f"（{self.places}）" if self.places else ""
        return f"{subject}：{self.requirement}，{self.unexpected} 处不符{where}"


@dataclass(frozen=True)
class Fault:
    """The rows of one partition that break one law: how many, and the first of them."""

    law: Law
    partition: str
    unexpected: int
    first: tuple[Mapping[str, Any], ...] = ()


def kept(found: Iterable[Outcome]) -> pa.Table:
    """Outcomes as rows of ``check_result``, in order of its key."""
    terms = contract("check_result")
    rows = sorted((asdict(outcome) for outcome in found), key=lambda row: tuple(row[name] for name in terms.key))
    return pa.Table.from_pylist(rows, schema=terms.schema)


def outcomes_in(table: pa.Table) -> list[Outcome]:
    """The outcomes that rows of ``check_result`` hold."""
    return [Outcome(**row) for row in table.to_pylist()]


def place_columns(names: Iterable[str]) -> list[str]:
    """The columns of a table that say where a row came from; none of them holds a value of a unit."""
    there = set(names)
    return list(_FILE) if there.issuperset(_FILE) else [name for name in ("row_id",) if name in there]


def places(first: Iterable[Mapping[str, Any]], files: Mapping[str, str]) -> str:
    """The first places of a fault as text.

    Args:
        first: rows with ``nth``, the row's number in its partition, and what ``place_columns`` gives.
        files: the beginning of a file's hash, as row identifiers have it → the file's name.
    """
    rows: dict[str, list[int]] = {}
    for row in first:
        where, number = _place(row, files)
        rows.setdefault(where, []).append(number)
    return "；".join(f"{where} 第{'、'.join(map(str, numbers))}行" for where, numbers in rows.items())


def _place(row: Mapping[str, Any], files: Mapping[str, str]) -> tuple[str, int]:
    """File and sheet, and the row's number there; where no file is known, its number in the table."""
    if row.get("file"):
        return " · ".join(part for part in (row["file"], row["sheet"]) if part), row["row"]
    sha, *place = str(row.get("row_id") or "").split(":")
    if sha in files and len(place) > 1 and all(part.isdigit() for part in place):
        return f"{files[sha]} · 第{int(place[0])}张表", int(place[1])
    return "本表", row["nth"]
