"""An answer as a file: row by row as a CSV for a spreadsheet, or any other.

Belongs here: writing it whole or not at all, and harmless to whoever opens it. Does not belong here: what it says.
"""

from __future__ import annotations

import csv
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines.disk import disk_told
from pipelines.excel import RUN_AS_FORMULA


def write_answer(output: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV (UTF-8 with BOM); no cell of it is run as a formula."""
    with beside(output) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([_harmless(cell) for cell in row] for row in rows)


@contextmanager
def beside(output: Path) -> Iterator[Path]:
    """A file beside its place, moved there when the block has written it: no half of one is mistaken for an answer.

    It is for its owner alone: what is asked for may be of any level.

    Raises:
        InputError: there is no room for it, or nothing can be written there; nothing of it is left.
    """
    folder = output.resolve().parent
    with disk_told([folder]):
        handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
        os.close(handle)
        part = Path(name)
        try:
            yield part
            part.replace(output)
        finally:
            part.unlink(missing_ok=True)


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and re.match(RUN_AS_FORMULA, cell) else cell
