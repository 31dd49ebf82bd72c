"""Commands are measured in turn, and what starts is held against what does the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks import quarters, records, start
from benchmarks.commands import OURS, Cost, Ran, costs, python, ran
from pipelines.lake import ALL, Lake, write_table
from tests.pipelines.test_lake import TERMS, rows


def test_every_command_runs_as_often_as_asked(tmp_path: Path) -> None:
    said = tmp_path / "said"
    note = "import sys; open(sys.argv[1], 'a').write(sys.argv[2])"
    found = costs({name: python(note, str(said), name) for name in "ab"}, times=2)
    assert said.read_text() == "abab"
    assert all(cost.seconds > 0 and cost.processor > 0 for cost in found.values())


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        costs({"one": python("raise SystemExit(3)")}, times=1)


def test_each_command_starts_and_so_does_what_it_is_held_against(tmp_path: Path) -> None:
    found = start.measure(start.workspace(tmp_path), times=1)
    assert list(found) == ["shuce --help", "shuce classify 3911", "shuce sql 'SELECT 1'"]
    assert {way for held in found.values() for way in held} == {
        OURS, "`import typer`", "`import duckdb`", "smallest program"
    }  # fmt: skip
    assert all(cost.processor > 0 for held in found.values() for cost in held.values())


def test_a_stage_takes_the_place_of_its_own_records(tmp_path: Path) -> None:
    path = tmp_path / "results" / "commands.csv"
    old, other, new = (
        ran(stage, {"one": {OURS: Cost(seconds, 1.0)}}, times=1)
        for stage, seconds in (("start", 2.0), ("quarters", 3.0), ("start", 4.0))
    )
    for found in (old, other, new):
        records.keep(path, found)
    assert records.read(path, Ran) == [*other, *new]


def test_importing_goes_on_over_what_cannot_be_imported(tmp_path: Path) -> None:
    (tmp_path / "names").write_text("json\n__main__x\nno.such.module\nwave", encoding="utf-8")
    said = tmp_path / "said"
    program = f"{quarters._IMPORT}\nPath({str(said)!r}).write_text(str('wave' in sys.modules))"
    costs({"import": python(program, str(tmp_path / "names"))}, times=1)
    assert said.read_text() == "True"
    assert quarters.run(tmp_path, quarters.ONE)[1:5] == ["-m", "pipelines.cli.app", "run", quarters.ONE]
    assert sys.executable == quarters.run(tmp_path, quarters.ONE)[0]


def test_what_tables_take_is_told_the_largest_first(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")

    def put(table: str, partition: str, data: pa.Table) -> None:
        terms = TERMS.model_copy(update={"table": table})
        lake.refresh(table, partition, lambda path: write_table(data, path), made_from=["x"], held_to=terms)

    put("cell_leaf", ALL, rows(["a"], [1]))
    put("raw_industry", "2021Q1", rows(["a", "b"], [1, 2]))
    put("raw_industry", "2021Q2", rows(["a"], [1]))
    found = quarters.sizes(tmp_path)
    assert list(found) == ["raw_industry", "cell_leaf"]
    assert (found["raw_industry"].level, found["raw_industry"].rows, found["raw_industry"].files) == ("L3", 3, 2)
    assert found["cell_leaf"].level == "L2"
    assert found["cell_leaf"].bytes == lake.path("cell_leaf").stat().st_size
