"""From cells to indicators, and from both to a release, beside reading the cells that they need.

Belongs here: the jobs and the places they run in. Does not belong here: the clock, the table of results (scale).

A city is the synthetic one with so many firms in its ten counties, five quarters of it: what the first release that
can be compared with a year ago rests on. A country is one quarter of reviewed returns in its counties.
Units are read in counting how far annual returns cover the year and, for the release, how much of what was due has come
and what the review found, in revisions, and in early warning, which looks at the largest of each class.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.quarters import BEFORE, ONE
from benchmarks.units import QUARTER, Rung, workspace_of
from indicators.measure import measure
from indicators.quarter import Quarter
from pipelines.cli.instance import execute, instance_of
from pipelines.lake import Lake
from pipelines.sample import write_city
from pipelines.steps import cells, observed, released
from pipelines.steps.suites import REVISIONS
from pipelines.workspace import Workspace


def city(home: Path, firms: int) -> Path:
    """The city's cells, from its files, up to the quarter that is released."""
    write_city(home, firms=firms, last=Quarter.parse(ONE))
    workspace = Workspace(home)
    with workspace.held("benchmark"), instance_of(workspace) as instance:
        execute(instance, "intake", (BEFORE[0], Quarter.parse(ONE)))
    return home


def country(home: Path, rung: Rung) -> Path:
    """The country's cells, from its reviewed returns."""
    workspace = workspace_of(home, rung)
    cells.reference(workspace)  # some of it rests on the rates and coefficients that were put there
    cells.quarterly(workspace, str(QUARTER))
    return home


def read_cells(home: Path) -> Callable[[], list[pd.DataFrame]]:
    """The cells of all quarters as known on the day of the release."""
    workspace, quarter, day = _last(home)
    lake, needed = Lake(workspace.lake), observed.history(workspace, quarter)
    return lambda: [observed.known_cells(lake, table, needed, day).to_pandas() for table in observed.CELLS.values()]


def indicators(home: Path) -> Callable[[], pd.DataFrame]:
    """All observations of the quarter, from the tables of the lake."""
    workspace, quarter, day = _last(home)
    return lambda: measure(observed.evidence(workspace, quarter, day), Quarter.parse(quarter), day)


def release(home: Path) -> Callable[[], Path]:
    """The release of the quarter, its observations made before: revisions, signals, pages, workbook, database."""
    workspace, quarter, day = _last(home)
    observed.observation(workspace, quarter, day)
    # Or the second release of the day would find what the first has found.
    for made in (home / "release", *(workspace.lake / table for table in (*REVISIONS, "signal", "signal_firm"))):
        shutil.rmtree(made, ignore_errors=True)
    return lambda: released.release(workspace, quarter, day)


def _last(home: Path) -> tuple[Workspace, str, dt.date]:
    """A workspace with the last quarter that has cells and the day whose knowledge that is released with."""
    workspace = Workspace(home)
    quarter = Lake(workspace.lake).partitions("cell_published")[-1]
    return workspace, quarter, observed.day_of_knowledge(workspace, quarter)
