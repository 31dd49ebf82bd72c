"""All ways of the ladder give the same cells, and these are those of the pipeline's own steps."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks.cells import CELL, SUMS, WAYS
from benchmarks.units import QUARTER, Rung, workspace_of
from pipelines.lake import Lake
from pipelines.steps.cells import cell_leaf
from pipelines.steps.classified import class_part, class_return
from pipelines.workspace import Workspace

SMALL = Rung("small", 3_000, 20)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace_of(tmp_path_factory.mktemp("ladder") / "small", SMALL).home


@pytest.fixture(scope="module")
def made(home: Path) -> pa.Table:
    workspace = Workspace(home)
    for step in (class_return, class_part, cell_leaf):
        step(workspace, str(QUARTER))
    made = plain(Lake(workspace.lake).read("cell_leaf", [str(QUARTER)]))
    assert made.equals(made.sort_by([(name, "ascending") for name in CELL]))
    return made


def plain(cells: pa.Table) -> pa.Table:
    schema = pa.schema([*((name, pa.string()) for name in CELL), *((name, pa.int64()) for name in SUMS)])
    return cells.select(schema.names).cast(schema).combine_chunks()


@pytest.mark.parametrize("scope", ["all", "core"])
@pytest.mark.parametrize("way", [way for way in WAYS if way not in {"scan", "spark"}])  # spark: pipelines/test_spark.py
def test_every_way_gives_the_cells_of_the_steps_in_order(home: Path, made: pa.Table, way: str, scope: str) -> None:
    expected = made if scope == "all" else made.filter(pc.not_equal(made["de"], "non_core"))
    assert expected.num_rows > 20
    assert plain(WAYS[way](home, scope)()).equals(expected)


def test_the_scan_looks_at_every_return(home: Path) -> None:
    (found,) = WAYS["scan"](home, "all")()
    assert found[2] == 6 * SMALL.units
