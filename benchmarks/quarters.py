"""A city's quarters through Dagster beside the import of what they need: ``python -m benchmarks.quarters``.

Belongs here: the runs, what the lake grows by. Does not belong here: measuring (commands), the city (pipelines/sample).

Every run is ``shuce run`` in a process of its own, from files as received to a release. What it needs is what it has
imported by the end: another process imports the same modules and does nothing else.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks import records
from benchmarks.commands import OURS, RESULTS, ROOT, Cost, costs, middle, python, ran, show, shuce
from indicators.quarter import Quarter
from pipelines.cli.instance import execute, instance_of
from pipelines.contracts import contracts
from pipelines.lake import Lake
from pipelines.sample import write_city
from pipelines.workspace import Workspace

BEFORE: Final = (Quarter(2020, 1), Quarter(2020, 4))  # what the first release is compared with
ONE: Final = "2021Q1"
TWELVE: Final = "2023Q4"
_SPARK: Final = '[engine]\nkind = "spark"\n'
_RUN: Final = """
import sys
from pathlib import Path
from pipelines.cli.app import app
sys.argv[1:], target = sys.argv[2:], Path(sys.argv[1])
app(standalone_mode=False)
target.write_text("\\n".join(sys.modules), encoding="utf-8")
"""
_IMPORT: Final = """
import contextlib, importlib, sys
from pathlib import Path
for name in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
    with contextlib.suppress(Exception):  # some are made by others, and cannot be imported by name
        importlib.import_module(name)
"""


@dataclass(frozen=True)
class Size:
    """What a table takes: its level, rows, bytes and files."""

    level: str
    rows: int
    bytes: int
    files: int


def prepare(folder: Path, firms: int) -> Path:
    """The city's files, with the base quarters made up to the cells, and all that is not quarterly."""
    city = folder / "city"
    write_city(city, firms=firms)
    workspace = Workspace(city)
    with workspace.held("benchmark"), instance_of(workspace) as instance:
        execute(instance, "intake", BEFORE)
    return city


def fresh(city: Path) -> Path:
    """A workspace as it is before the quarters that are measured."""
    return Path(shutil.copytree(city, Path(tempfile.mkdtemp(dir=city.parent)) / "home", symlinks=True))


def run(home: Path, quarter: str) -> list[str]:
    """The command for a quarter and all before it."""
    return shuce("run", quarter, "--home", str(home))


def needed(city: Path) -> Path:
    """The names of the modules that a run of one quarter has imported."""
    names = city.parent / "modules.txt"
    command = python(_RUN, str(names), *run(fresh(city), ONE)[3:])
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return names


def measure(city: Path, *, times: int) -> tuple[dict[str, dict[str, Cost]], Path]:
    """What each run cost beside what it is held against, and a workspace in which all quarters lie."""
    names, home, found = needed(city), city, defaultdict[str, list[Cost]](list)
    for _ in range(times):
        home = fresh(city)
        commands = {
            "import": python(_IMPORT, str(names)),
            "one": run(fresh(city), ONE),
            "twelve": run(home, TWELVE),
            "again": run(home, TWELVE),
        }
        for name, cost in costs(commands, times=1).items():
            found[name].append(cost)
    median = {name: middle(of) for name, of in found.items()}
    needs = {"import of what it needs": median["import"]}
    return {
        "one quarter, files to release": {OURS: median["one"]} | needs,
        "twelve quarters, files to release": {OURS: median["twelve"], "one quarter": median["one"]},
        "twelve quarters, nothing changed": {OURS: median["again"]} | needs,
    }, home


def beside_spark(city: Path, *, times: int) -> dict[str, dict[str, Cost]]:
    """What one quarter costs with ``kind = "spark"``, within this machine, beside the same on DuckDB."""
    found = defaultdict[str, list[Cost]](list)
    for _ in range(times):
        commands = {"duckdb": run(fresh(city), ONE), "spark": run(_on_spark(fresh(city)), ONE)}
        for name, cost in costs(commands, times=1).items():
            found[name].append(cost)
    median = {name: middle(of) for name, of in found.items()}
    return {"one quarter on Spark, files to release": {OURS: median["spark"], "DuckDB": median["duckdb"]}}


def _on_spark(home: Path) -> Path:
    """A workspace with the other engine; what was made stays made."""
    settings = home / "city.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("\n[[counties]]", f"\n{_SPARK}\n[[counties]]", 1), encoding="utf-8")
    return home


def sizes(home: Path) -> Mapping[str, Size]:
    """What each table of the lake takes, the largest first."""
    lake, levels = Lake(home / "lake"), {held_to.table: held_to.level for held_to in contracts()}

    def each() -> Iterator[tuple[str, Size]]:
        for folder in lake.root.iterdir():
            parts = lake.partitions(folder.name)
            rows = sum(lake.note_of(folder.name, part).rows for part in parts)
            size = sum(lake.path(folder.name, part).stat().st_size for part in parts)
            if parts:
                yield folder.name, Size(levels.get(folder.name, "L3"), rows, size, len(parts))

    return dict(sorted(each(), key=lambda item: -item[1].bytes))


def grown(home: Path) -> Table:
    """What the lake of a workspace takes, as a table."""
    table = Table("table", "level", "files", "rows", "MB", "bytes per row", title=str(home.name))
    for name, size in sizes(home).items():
        cells = (size.files, size.rows, size.bytes / 1e6, size.bytes / size.rows if size.rows else 0)
        table.add_row(name, size.level, *(f"{cell:,.{n}f}" for cell, n in zip(cells, (0, 0, 2, 1), strict=True)))
    return table


def main() -> None:
    """Print the tables and keep what the runs cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=2400)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--spark", action="store_true", help="one quarter on Spark, beside DuckDB, and nothing else")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--lake", type=Path, help="only what the lake of this workspace takes")
    asked = parser.parse_args()
    console = Console(width=140)
    if asked.lake:
        console.print(grown(asked.lake))
        return
    with tempfile.TemporaryDirectory(prefix="shuce-bench-") as folder:
        city = prepare(Path(folder), asked.firms)
        if asked.spark:
            of = ran("spark", beside_spark(city, times=asked.times), times=asked.times)
        else:
            found, home = measure(city, times=asked.times)
            of = ran("quarters", found, times=asked.times)
            console.print(grown(home))
        records.keep(asked.results, of)
        show(of)


if __name__ == "__main__":
    main()
