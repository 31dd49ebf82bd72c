"""What was measured, as CSV: one row per record, one column per field.

Belongs here: reading and writing records of any kind. Does not belong here: the kinds, what is measured.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Record = TypeVar("Record", bound=DataclassInstance)
else:
    Record = TypeVar("Record")

_KINDS: Final[dict[str, Any]] = {"int": int, "float": float, "str": str}


def read(path: Path, kind: type[Record]) -> list[Record]:
    """The records of a kind (a dataclass of numbers and texts) in a file; none where there is no file."""
    if not path.exists():
        return []
    of = {field.name: _KINDS[str(field.type)] for field in fields(kind)}
    with path.open(encoding="utf-8", newline="") as file:
        return [kind(**{name: of[name](text) for name, text in row.items()}) for row in csv.DictReader(file)]


def write(path: Path, records: Sequence[Record]) -> None:
    """Records of one kind, at least one of them, as CSV."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(records[0])], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(record) for record in records)
