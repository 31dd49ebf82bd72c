"""What is measured under a memory limit is a whole quarter, and what it spills is seen."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks import firms, limited, records
from benchmarks.clock import Timing
from pipelines.engine import SPILL
from pipelines.lake import Lake, up_to_date
from pipelines.steps.cells import quarterly
from pipelines.workspace import Workspace


def here(job: Callable[..., Callable[[], object]], *arguments: Any, times: int) -> Timing:
    assert job(*arguments)() is not None
    return Timing(1.25, times)


@pytest.mark.usefixtures("great_expectations")
def test_nothing_of_a_quarter_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results, seen = tmp_path / "results" / "limited.csv", dict[str, Any]()
    whole = limited.measure

    def measure(home: Path, units: int, limit: str) -> Any:
        yield from whole(home, units, limit)
        place = Workspace(home)
        seen["limits"] = place.city.engine.limits
        regions = Lake(place.lake).read("cell_leaf", [str(firms.QUARTER)])["county"].to_pylist()
        seen["counties"] = len(place.city.counties)
        assert len(set(regions)) > 60
        seen["whole"] = up_to_date(partial(quarterly, place, str(firms.QUARTER)))

    monkeypatch.setattr(limited, "timed", here)
    monkeypatch.setattr(limited, "measure", measure)
    asked = [
        "--units",
        "600",
        "--counties",
        "120",
        "--limit",
        "512MB",
        "--results",
        str(results),
        "--folder",
        str(tmp_path),
    ]
    monkeypatch.setattr(sys, "argv", ["limited", *asked])
    limited.main()
    found = {step.table: step for step in records.read(results, limited.Step)}
    assert seen == {"limits": {"memory_limit": "512MB"}, "whole": True, "counties": 120}
    assert list(found) == list(limited.STEPS)
    assert found["core_return"].rows == found["class_return"].rows == 600
    assert min(found[table].rows for table in ("class_part", "cell_leaf", "cell_published")) > 100
    assert capsys.readouterr().out.count("512MB") == len(limited.STEPS)


def test_the_most_that_was_spilled_is_told(tmp_path: Path) -> None:
    spill, parts = tmp_path / SPILL / "nested", tmp_path / "class_part" / "vintages.part"
    spill.mkdir(parents=True)
    parts.mkdir(parents=True)
    (tmp_path / "class_part" / "2022Q3.parquet").write_bytes(bytes(5_000_000))
    with limited.spilled(tmp_path) as most:
        for path in (spill / "block", parts / "2023-01-01.parquet"):
            path.write_bytes(bytes(2_000_000))
        deadline = time.monotonic() + 20
        while most() < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        (spill / "block").unlink()
    assert 4 <= most() < 4.1


def test_a_step_takes_the_place_of_the_same_one_and_no_other() -> None:
    old = [
        limited.Step(units, "2GB", table, 1.0, 1, 1, 1) for units in (5, 9) for table in ("core_return", "cell_leaf")
    ]
    new = limited.Step(9, "2GB", "core_return", 2.0, 1, 1, 1)
    assert limited.kept(old, new) == [*old[:2], new, old[3]]
    other = limited.Step(9, "1GB", "cell_leaf", 2.0, 1, 1, 1)
    assert limited.kept(old, other) == [*old[:2], other, *old[2:]]


def test_ten_counties_are_divided_into_as_many_as_are_asked_for() -> None:
    assert firms.places(120)[0][:2] == ["100001", "100002"]
    with pytest.raises(ValueError, match="not divided into 15"):
        firms.places(15)
