"""Reading and reviewing beside the plainest thing that reads the same bytes: ``python -m benchmarks.intake``.

Belongs here: the jobs and the table they end in. Does not belong here: the inputs (firms), the clock.

Reading an Excel file is held against python-calamine alone; reading and reviewing a CSV against pyarrow reading it as
text and DuckDB looking once at every cell.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
import python_calamine as calamine
from rich.console import Console
from rich.table import Table

from benchmarks import firms
from benchmarks.clock import Timing, timed
from pipelines.ingest.guard import Job, read_files
from pipelines.ingest.landing import register
from pipelines.lake import Lake
from pipelines.steps.core import FIRM_FORMS, core_history, core_return
from pipelines.steps.raw import raw
from pipelines.workspace import Workspace

QUARTER: Final = firms.QUARTER
BEFORE: Final = (QUARTER - 4, QUARTER - 1)
_ABOVE: Final = 4  # lines before the first row, the header among them
_TABLES: Final = ("core_return", "core_set_aside", "core_finding")

Run = Callable[[], object]


def calamine_alone(path: Path) -> Run:
    """Every cell of a workbook as python-calamine gives it."""
    return lambda: calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def our_reading(path: Path) -> Run:
    """The same workbook through the guarded child process, as text by the form's columns."""
    job = Job(path, firms.FORM, path.name)
    read_files([job._replace(form="?")])  # the child is there already, as it is after the first file of a run
    return lambda: read_files([job])


def plain_scan(path: Path) -> Run:
    """Pyarrow reads a CSV as text, DuckDB looks at every cell once."""

    def scan() -> object:
        with path.open(encoding="utf-8") as file:
            header = [file.readline() for _ in range(_ABOVE)][-1].strip().split(",")
        options = pacsv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()))
        table = pacsv.read_csv(path, pacsv.ReadOptions(skip_rows=_ABOVE - 1), convert_options=options)
        looked = ", ".join(f'max("{name}")' for name in header)
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.register("file", table)
            return connection.execute(f"SELECT {looked} FROM file").fetchall()

    return scan


def our_raw(home: Path) -> Run:
    """The file of the quarter from the inbox's copy to the raw table: every cell kept, hashed, in Parquet."""
    workspace = Workspace(home)
    shutil.rmtree(workspace.lake / f"raw_{firms.FORM}", ignore_errors=True)
    return lambda: raw(workspace, firms.FORM, str(QUARTER))


def our_review(home: Path) -> Run:
    """All rules over the quarter's raw rows, with returns, what was set aside and queries written.

    What is read of earlier quarters lies there, as it does once any quarter has been compared with them.
    """
    workspace = Workspace(home)
    for form in (*FIRM_FORMS, "register"):
        for quarter in (*(q for q in BEFORE if q in workspace.city.quarters), QUARTER):
            raw(workspace, form, str(quarter))
    core_return(workspace, str(QUARTER))
    for table in _TABLES:
        Lake(workspace.lake).path(table, str(QUARTER)).unlink(missing_ok=True)
    return lambda: core_return(workspace, str(QUARTER))


def our_history(home: Path) -> Run:
    """What later quarters will read of the quarter: made once."""
    workspace = Workspace(home)
    Lake(workspace.lake).path("core_history", str(QUARTER)).unlink(missing_ok=True)
    return lambda: core_history(workspace, str(QUARTER))


def workspace_of(home: Path, count: int, *, history: bool) -> Path:
    """A workspace with one form of the quarter and, with ``history``, of the two quarters that it is compared with."""
    (home / "inbox").mkdir(parents=True)
    (home / "city.toml").write_text(firms.settings(QUARTER if not history else BEFORE[0]), encoding="utf-8")
    register_lines = ["file,received_at"]
    for quarter in (*(BEFORE if history else ()), QUARTER):
        path = home / "inbox" / firms.file_name(quarter, "csv")
        firms.write_csv(firms.rows(count, quarter), path, quarter)
        register_lines.append(f"{path.name},{(quarter + 1).first_day.replace(day=18)}")
    (home / "inbox" / "received.csv").write_text("\n".join(register_lines) + "\n", encoding="utf-8")
    register(Workspace(home))
    return home


def measure(folder: Path, *, xlsx_rows: int, csv_rows: int, times: int) -> list[tuple[str, str, Timing, Timing]]:
    """The pairs of this page: what, held against what, ours, the plain one."""
    book = folder / firms.file_name(QUARTER, "xlsx")
    firms.write_xlsx(firms.rows(xlsx_rows, QUARTER), book, QUARTER)
    sheet = timed(calamine_alone, book, times=times)
    found = [(f"read xlsx, {xlsx_rows:,} rows", "python-calamine", timed(our_reading, book, times=times), sheet)]
    alone = workspace_of(folder / "alone", csv_rows, history=False)
    compared = workspace_of(folder / "compared", csv_rows, history=True)
    scan = timed(plain_scan, alone / "inbox" / firms.file_name(QUARTER, "csv"), times=times)
    against = "pyarrow read + DuckDB scan"
    found.append(
        (f"review {csv_rows:,} rows, all rules, first quarter", against, timed(our_review, alone, times=times), scan)
    )
    found.append(
        (
            f"review {csv_rows:,} rows, all rules, against two quarters as large",
            against,
            timed(our_review, compared, times=times),
            scan,
        )
    )
    history = timed(our_history, compared, times=times)
    found.append((f"keep {csv_rows:,} rows for later quarters to compare with, once", against, history, scan))
    found.append((f"read CSV, {csv_rows:,} rows, to the raw table", against, timed(our_raw, alone, times=times), scan))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--xlsx-rows", type=int, default=100_000)
    parser.add_argument("--csv-rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuce-bench-") as folder:
        found = measure(Path(folder), xlsx_rows=asked.xlsx_rows, csv_rows=asked.csv_rows, times=asked.times)
    table = Table("what", "held against", "ours s", "plain s", "ratio", "peak MB")
    for what, against, ours, plain in found:
        ratio = ours.seconds / plain.seconds
        table.add_row(
            what, against, f"{ours.seconds:.2f}", f"{plain.seconds:.2f}", f"{ratio:.1f}", f"{ours.megabytes:.0f}"
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
