"""Reading and reviewing beside the plainest thing that reads the same bytes.

Belongs here: the jobs and the files that they read. Does not belong here: the rows (firms), which job is run on
how many of them (scale), the clock.

Reading an Excel file is held against python-calamine alone; reading and reviewing a CSV against pyarrow reading it as
text and DuckDB looking once at every cell.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
import python_calamine as calamine

from benchmarks import firms
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


def plain_scan(home: Path) -> Run:
    """Pyarrow reads the CSVs of a workspace's inbox as text, one by one, DuckDB looks at every cell once."""

    def scan(path: Path) -> object:
        with path.open(encoding="utf-8") as file:
            header = [file.readline() for _ in range(_ABOVE)][-1].strip().split(",")
        options = pacsv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()))
        table = pacsv.read_csv(path, pacsv.ReadOptions(skip_rows=_ABOVE - 1), convert_options=options)
        looked = ", ".join(f'max("{name}")' for name in header)
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.register("file", table)
            return connection.execute(f"SELECT {looked} FROM file").fetchall()

    return lambda: [scan(path) for path in sorted((home / "inbox").glob("*月*.csv"))]


def our_raw(home: Path) -> Run:
    """The files of the quarter from the inbox's copies to the raw table: every cell kept, hashed, in Parquet."""
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


def book_of(folder: Path, count: int) -> Path:
    """The quarter's file as one Excel sheet."""
    folder.mkdir(parents=True)
    path = folder / firms.file_name(QUARTER, "xlsx")
    firms.write_xlsx(firms.rows(count, QUARTER), path, QUARTER)
    return path


def workspace_of(home: Path, count: int, *, history: bool) -> Path:
    """A workspace with one form of the quarter and, with ``history``, of the two quarters that it is compared with."""
    (home / "inbox").mkdir(parents=True)
    (home / "city.toml").write_text(firms.settings(QUARTER if not history else BEFORE[0]), encoding="utf-8")
    register_lines = ["file,received_at"]
    for quarter in (*(BEFORE if history else ()), QUARTER):
        day = (quarter + 1).first_day.replace(day=18)
        register_lines += [f"{path.name},{day}" for path in firms.write_csvs(home / "inbox", count, quarter)]
    (home / "inbox" / "received.csv").write_text("\n".join(register_lines) + "\n", encoding="utf-8")
    register(Workspace(home))
    return home
