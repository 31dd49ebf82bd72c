"""What was measured, as CSV: one row per record, one column per field.

Belongs here: reading, writing and renewing records of any kind. Does not belong here: the kinds, what is measured.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    class Staged(DataclassInstance, Protocol):
        """A record of a stage."""

        @property
        def stage(self) -> str:
            """Which one."""

    Record = TypeVar("Record", bound=DataclassInstance)
    OfStage = TypeVar("OfStage", bound=Staged)
else:
    Record = TypeVar("Record")
    OfStage = TypeVar("OfStage")

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


def keep(path: Path, new: Sequence[OfStage]) -> None:
    """Put the records of some stages, all of one kind, in the place of the earlier ones of these stages."""
    stages = {one.stage for one in new}
    write(path, [*(one for one in read(path, type(new[0])) if one.stage not in stages), *new])
