"""An answer row by row as a CSV file for a spreadsheet.

Belongs here: writing it whole or not at all, and harmless to whoever opens it. Does not belong here: what it says.
"""

from __future__ import annotations

import csv
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.excel import RUN_AS_FORMULA


def write_answer(output: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV (UTF-8 with BOM); no cell of it is run as a formula."""
    # Written beside and renamed, so that a half-written file is never mistaken for an answer.
    handle, name = tempfile.mkstemp(dir=output.resolve().parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows([_harmless(cell) for cell in row] for row in rows)
        Path(name).chmod(0o644)
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and re.match(RUN_AS_FORMULA, cell) else cell
