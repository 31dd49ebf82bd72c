"""A quarter of ever so many units under a memory limit, from raw rows to cells: ``python -m benchmarks.limited``.

Belongs here: the steps of a quarter, each in a process of its own, what it holds and what it spills. Does not belong
here: the rows (firms), rates and coefficients (units), the clock.

The steps are those of ``cells.quarterly`` after the reading of files, and the holding of all tables to their laws.
Nothing was reported a year ago and nobody is in the register: the rows themselves are what there is much of.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import firms, records
from benchmarks.clock import timed
from benchmarks.units import Rung, write_known
from pipelines.engine import SPILL
from pipelines.lake import Lake
from pipelines.steps import cells, checked, claims, classified, core, imputed, queries, register
from pipelines.workspace import Workspace

STEPS: Final[Mapping[str, Callable[[Workspace, str], object]]] = {
    "core_history": core.core_history,
    "core_change": register.core_change,
    "core_return": core.core_return,
    "core_query": queries.core_query,
    "class_return": classified.class_return,
    "class_missing": imputed.class_missing,
    "class_part": classified.class_part,
    "cell_leaf": cells.cell_leaf,
    "cell_published": cells.cell_published,
    "cell_crossed": cells.cell_crossed,
    "cell_concentration": cells.cell_concentration,
    "cell_population": cells.cell_population,
    "class_check": claims.class_check,
    "check_result": lambda place, quarter: checked.check_result(place, [quarter]),
}
RESULTS: Final = Path(__file__).parent / "results" / "limited.csv"
_EVERY: Final = 0.2  # seconds between two looks at what is spilled


@dataclass(frozen=True)
class Step:
    """The making of one table: seconds, megabytes held and spilled at most, rows."""

    units: int
    limit: str
    table: str
    seconds: float
    megabytes: int
    spilled: int
    rows: int


def workspace(home: Path, units: int, limit: str, counties: int) -> Workspace:
    """A workspace with the raw rows of a quarter, with rates and coefficients for all classes."""
    made = firms.workspace(home, units, limit=limit, counties=counties)
    cells.reference(made)
    write_known(Lake(made.lake), Rung("", units, len(made.city.counties)), firms.QUARTER.year)
    return made


def step(home: Path, table: str) -> Callable[[], object]:
    """The making of one table of the quarter, whatever was made of it before."""
    place, quarter = Workspace(home), str(firms.QUARTER)
    Lake(place.lake).path(table, quarter).unlink(missing_ok=True)
    return partial(STEPS[table], place, quarter)


@contextmanager
def spilled(lake: Path) -> Iterator[Callable[[], float]]:
    """Within the block a lake is watched: what engines and unfinished files took of its disk at most, in megabytes."""
    most, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY):
            most.append(max(most.pop(), _size(lake)))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield lambda: most[0] / 1e6
    finally:
        ended.set()
        watching.join()


def _size(lake: Path) -> int:
    """Bytes on disk of what is spilled and of what is no table yet; files may go while they are looked at."""
    total = 0
    for folder, _, names in os.walk(lake):
        for path in (Path(folder, name) for name in names):
            if SPILL in path.parts or any(part.endswith(".part") for part in path.parts):
                with suppress(FileNotFoundError):
                    total += path.stat().st_blocks * 512  # a file of the engine has holes
    return total


def measure(home: Path, units: int, limit: str) -> Iterator[Step]:
    """Step by step what the making of each table took, one process and one run each."""
    lake = Lake(Workspace(home).lake)
    for table in STEPS:
        with spilled(lake.root) as most:
            timing = timed(step, home, table, times=1)
        rows = lake.note_of(table, str(firms.QUARTER)).rows
        yield Step(units, limit, table, round(timing.seconds, 1), round(timing.megabytes), round(most()), rows)


def kept(before: Sequence[Step], new: Step) -> list[Step]:
    """What a file of steps holds once a new one has taken the place of the same: by units and limit, in their order."""
    places = list(STEPS)
    others = [one for one in before if (one.units, one.limit, one.table) != (new.units, new.limit, new.table)]
    return sorted([*others, new], key=lambda one: (one.units, one.limit, places.index(one.table)))


def main() -> None:
    """Say each step as it ends and keep them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=33_000_000)
    parser.add_argument("--counties", type=int, default=2_800)
    parser.add_argument("--limit", default="2GB")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--folder", type=Path, help="where the made-up data lie meanwhile (30 GB for the census)")
    asked = parser.parse_args()
    if asked.folder:
        asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="shuce-limited-", dir=asked.folder) as folder:
        home = workspace(Path(folder) / "home", asked.units, asked.limit, asked.counties).home
        for one in measure(home, asked.units, asked.limit):
            print(one, flush=True)
            records.write(asked.results, kept(records.read(asked.results, Step), one))


if __name__ == "__main__":
    main()
