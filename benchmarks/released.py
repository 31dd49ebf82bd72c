"""From cells to indicators, and from both to a release, beside reading the cells that they need.

Belongs here: the jobs and the city they run in. Does not belong here: the clock, the table of results (scale).

The city is the synthetic one with so many firms in its ten counties, five quarters of it: what the first release that
can be compared with a year ago rests on. No unit is read but in counting how far annual returns cover the year and,
for the release, how much of what is due has come and what the review found.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.quarters import BEFORE, ONE
from indicators.measure import measure
from indicators.quarter import Quarter
from pipelines.cli.instance import execute, instance_of
from pipelines.lake import Lake
from pipelines.sample import write_city
from pipelines.steps import observed, released
from pipelines.workspace import Workspace


def city(home: Path, firms: int) -> Path:
    """The city's cells, from its files, up to the quarter that is released."""
    write_city(home, firms=firms, last=Quarter.parse(ONE))
    workspace = Workspace(home)
    with workspace.held("benchmark"), instance_of(workspace) as instance:
        execute(instance, "intake", (BEFORE[0], Quarter.parse(ONE)))
    return home


def read_cells(home: Path) -> Callable[[], list[pd.DataFrame]]:
    """The cells of all quarters as known on the day of the release."""
    workspace = Workspace(home)
    lake, day = Lake(workspace.lake), observed.day_of_knowledge(workspace, ONE)
    needed = observed.history(workspace, ONE)
    return lambda: [observed.known_cells(lake, table, needed, day).to_pandas() for table in observed.CELLS.values()]


def indicators(home: Path) -> Callable[[], pd.DataFrame]:
    """All observations of the quarter, from the tables of the lake."""
    workspace = Workspace(home)
    day = observed.day_of_knowledge(workspace, ONE)
    return lambda: measure(observed.evidence(workspace, ONE, day), Quarter.parse(ONE), day)


def release(home: Path) -> Callable[[], Path]:
    """The release of the quarter, its observations made before: revisions, signals, pages, workbook, database."""
    workspace = Workspace(home)
    day = observed.day_of_knowledge(workspace, ONE)
    observed.observation(workspace, ONE, day)
    shutil.rmtree(home / "release", ignore_errors=True)
    return lambda: released.release(workspace, ONE, day)
