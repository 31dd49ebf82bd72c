"""The ladder runs on few units and keeps what it measured."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks import records, released, scale
from benchmarks.clock import Timing
from benchmarks.units import Rung

SMALL = Rung("small", 600, 5)


def here(jobs: Mapping[str, Callable[[], Callable[[], object]]], *, times: int) -> dict[str, Timing]:
    for job in jobs.values():
        assert job()() is not None
    return dict.fromkeys(jobs, Timing(1.0, times))


def test_all_stages_of_a_small_rung(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "interleaved", here)
    monkeypatch.delitem(scale.cells.WAYS, "spark")  # it is started once, in pipelines/test_spark.py
    found = list(scale.measure(tmp_path, SMALL, ["received", "reviewed"], times=1))
    assert [results[0].stage for results in found] == [
        *("book", "ingest", "review, compared", "history", "review", "write", "cells, all", "cells, core"),
    ]
    assert [result.way for result in found[-1]] == ["ours", "hand", "polars", "pandas", "scan"]
    assert {result.units for results in found for result in results} == {600}


def test_what_is_published_is_measured_in_a_city_or_a_country_of_the_rung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path | int | Rung] = []

    def made(home: Path, size: int | Rung) -> Path:
        asked.extend((home, size))
        return home

    monkeypatch.setattr(released, "city", made)
    monkeypatch.setattr(released, "country", made)
    for rung in (SMALL, scale.RUNGS[-1]):
        found = {stage: list(ways) for stage, ways in scale.published(tmp_path, rung)}
        assert found == {"indicators": ["ours", "read"], "release": ["ours", "read"]}
    assert asked == [tmp_path / "cells", 600, tmp_path / "cells", scale.RUNGS[-1]]


def test_new_results_take_the_place_of_those_of_their_stage_and_rung(tmp_path: Path) -> None:
    path = tmp_path / "results" / "scale.csv"
    first, other, again = (
        scale.Result("write", "small", units, "ours", seconds, 10, 5)
        for units, seconds in ((600, 1.5), (60, 0.5), (600, 2.5))
    )
    records.write(path, scale.kept(path, [first, other]))
    records.write(path, scale.kept(path, [again]))
    assert records.read(path, scale.Result) == [other, again]


def test_a_folder_that_is_not_there_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place, results = tmp_path / "not" / "there", tmp_path / "scale.csv"

    def measure(folder: Path, rung: Rung, *_: Any, times: int) -> Iterator[list[scale.Result]]:
        yield [scale.Result("write", folder.parent.name, rung.units, "ours", 1.5, 10, times)]

    monkeypatch.setattr(scale, "RUNGS", (SMALL,))
    monkeypatch.setattr(scale, "measure", measure)
    monkeypatch.setattr(sys, "argv", ["scale", "--folder", str(place), "--results", str(results), "--times", "1"])
    scale.main()
    assert records.read(results, scale.Result) == [scale.Result("write", "there", 600, "ours", 1.5, 10, 1)]
    assert list(place.iterdir()) == []
    assert "there" in capsys.readouterr().out
