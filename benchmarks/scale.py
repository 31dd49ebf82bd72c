"""The ladder: a quarter of ever more units, each stage beside the plainest thing that does as much.

``python -m benchmarks.scale --units 2400 --units 100000``; results go to ``benchmarks/results/scale.csv``, one row per
stage, number of units and way, and from there into ``docs/benchmarks.md`` (pages).

Belongs here: which stages, in which ways, on which rungs. Does not belong here: the inputs (units, firms), the clock.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

import duckdb

from benchmarks import cells, firms, intake, records, released
from benchmarks.clock import interleaved
from benchmarks.units import QUARTER, Rung, workspace_of
from classification import arrow_tables
from pipelines.engine import PARQUET, statement
from pipelines.engines import local_engine
from pipelines.lake import Lake
from pipelines.steps.classified import view_classed
from pipelines.steps.core import core_return
from pipelines.workspace import Workspace

RESULTS: Final = Path(__file__).parent / "results" / "scale.csv"
RUNGS: Final = (
    Rung("a city", 2_400, 10),
    Rung("a province", 100_000, 120),
    Rung("all above-threshold units", 1_300_000, 2_800),
    Rung("the census", 33_000_000, 2_800),
)
# No frame of pandas in memory holds more beside everything else, and quarters to compare with take as long again.
LARGEST_COMPARED: Final = 1_300_000
# A sheet ends after 1,048,576 rows, and whoever has as many sends text.
LARGEST_BOOK: Final = 100_000
# More firms than a province has are not written to workbooks here.
LARGEST_CITY: Final = 100_000
TIMES: Final = 5

Jobs = Mapping[str, Callable[[], Callable[[], object]]]


@dataclass(frozen=True)
class Result:
    """One way of one stage on one rung: median seconds and largest peak megabytes of some runs."""

    stage: str
    rung: str
    units: int
    way: str
    seconds: float
    megabytes: int
    runs: int


def received(folder: Path, rung: Rung) -> Iterator[tuple[str, Jobs]]:
    """From files and from raw rows, with the ways of each, ours first; what they read is made when it is their turn."""
    if rung.units <= LARGEST_BOOK:
        book = intake.book_of(folder / "book", rung.units)
        yield "book", {"ours": partial(intake.our_reading, book), "calamine": partial(intake.calamine_alone, book)}
    files = intake.workspace_of(folder / "files", rung.units, history=False)
    yield "ingest", {"ours": partial(intake.our_raw, files), "scan": partial(intake.plain_scan, files)}
    shutil.rmtree(files)
    if rung.units <= LARGEST_COMPARED:
        compared = intake.workspace_of(folder / "compared", rung.units, history=True)
        # Here, so that no process of a way reads the files, whose memory would count as its own.
        intake.our_review(compared)()
        scan = partial(scan_raw, compared)
        yield "review, compared", {"ours": partial(intake.our_review, compared), "scan": scan}
        yield "history", {"ours": partial(intake.our_history, compared), "scan": scan}
        shutil.rmtree(compared)
    raw = firms.workspace(folder / "raw", rung.units)
    yield "review", {"ours": partial(review, raw.home), "scan": partial(scan_raw, raw.home)}
    shutil.rmtree(raw.home)


def reviewed(folder: Path, rung: Rung) -> Iterator[tuple[str, Jobs]]:
    """From reviewed returns to cells."""
    home = workspace_of(folder / "reviewed", rung).home
    yield (
        "write",
        {
            "ours": partial(write_classed, home),
            "projection": partial(write_plain, home),
            "ordered": partial(write_plain, home, "ORDER BY row_id"),
        },
    )
    for scope in ("all", "core"):
        ways = {way: partial(job, home, scope) for way, job in cells.WAYS.items()}
        if rung.units > LARGEST_COMPARED:
            del ways["pandas"], ways["spark"]
        yield f"cells, {scope}", ways


def published(folder: Path, rung: Rung) -> Iterator[tuple[str, Jobs]]:
    """From cells to a release."""
    place = folder / "cells"
    home = released.city(place, rung.units) if rung.units <= LARGEST_CITY else released.country(place, rung)
    for stage, job in (("indicators", released.indicators), ("release", released.release)):
        yield stage, {"ours": partial(job, home), "read": partial(released.read_cells, home)}


def review(home: Path) -> Callable[[], object]:
    """All rules over the quarter's raw rows, no earlier quarter; returns, set aside and findings written."""
    workspace = Workspace(home)
    for table in ("core_return", "core_set_aside", "core_finding"):
        Lake(workspace.lake).path(table, str(intake.QUARTER)).unlink(missing_ok=True)
    return lambda: core_return(workspace, str(intake.QUARTER))


def write_classed(home: Path) -> Callable[[], object]:
    """The quarter's returns with their class in the order of their row_id, as the step writes them."""
    workspace = Workspace(home)

    def run() -> object:
        with local_engine(workspace) as work:
            work.add(core_return=_returns(workspace), **arrow_tables())
            view_classed(work)
            work.write(statement("pipelines", "ordered_return"), workspace.lake / "written.parquet")
        return workspace.lake / "written.parquet"

    return run


def write_plain(home: Path, order: str = "") -> Callable[[], object]:
    """As many columns of the same returns passed through, as they lie or in a given order, nothing looked up."""
    workspace = Workspace(home)
    path = workspace.lake / "written.parquet"

    def run() -> object:
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.read_parquet([str(p) for p in _returns(workspace)]).create_view("core_return")
            connection.execute(f"COPY ({_PROJECTION} {order}) TO '{path}' ({PARQUET})")
        return path

    return run


_PROJECTION: Final = """
SELECT quarter, sector, row_id, known_from, known_to, unit, county, months, gbt_received AS gbt, status AS class_status,
       rules AS reason, output, output_base, revenue, revenue_base, profit, wages, staff
FROM core_return
"""


def scan_raw(home: Path) -> Callable[[], object]:
    """Every cell of the quarter's raw returns looked at once."""
    path = Lake(Workspace(home).lake).path(f"raw_{firms.FORM}", str(intake.QUARTER))

    def run() -> object:
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            rows = connection.read_parquet(str(path))
            looked = (
                f'sum(strlen("{name}"))'
                for name, kind in zip(rows.columns, rows.types, strict=True)
                if kind == "VARCHAR"
            )
            return rows.aggregate(", ".join(looked)).fetchall()

    return run


def _returns(workspace: Workspace) -> list[Path]:
    return Lake(workspace.lake).existing("core_return", [str(QUARTER)])


PARTS: Final = {"received": received, "reviewed": reviewed, "published": published}


def measure(folder: Path, rung: Rung, parts: Iterable[str], *, times: int) -> Iterator[list[Result]]:
    """Stage by stage what each way took, in processes of its own, in turn."""
    for stage, ways in chain.from_iterable(PARTS[part](folder, rung) for part in parts):
        yield [
            Result(stage, rung.name, rung.units, way, round(timing.seconds, 3), round(timing.megabytes), times)
            for way, timing in interleaved(ways, times=times).items()
        ]


def kept(path: Path, new: list[Result]) -> list[Result]:
    """What a file of results holds once these have taken the place of those of the same rungs."""
    old = records.read(path, Result)
    renewed = {(result.stage, result.units) for result in new}
    return sorted([*(r for r in old if (r.stage, r.units) not in renewed), *new], key=lambda r: (r.units, r.stage))


def main() -> None:
    """Climb the rungs asked for and keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, action="append", choices=[rung.units for rung in RUNGS])
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument(
        "--folder", type=Path, help="where the made-up data lie while they are needed (20 GB for the census)"
    )
    asked = parser.parse_args()
    if asked.folder:
        asked.folder.mkdir(parents=True, exist_ok=True)
    for rung in RUNGS:
        if asked.units and rung.units not in asked.units:
            continue
        with tempfile.TemporaryDirectory(prefix="shuce-scale-", dir=asked.folder) as folder:
            for results in measure(Path(folder), rung, asked.part or PARTS, times=asked.times):
                records.write(asked.results, kept(asked.results, results))
                print(*results, sep="\n", flush=True)


if __name__ == "__main__":
    main()
