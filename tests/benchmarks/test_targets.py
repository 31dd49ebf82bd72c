"""Whether a target was met is told by what was measured."""

from __future__ import annotations

from benchmarks.commands import Ran
from benchmarks.limited import STEPS, Step
from benchmarks.scale import Result
from benchmarks.targets import UNITS, lines, targets


def cells(way: str, seconds: float, megabytes: int = 400, units: int = UNITS) -> Result:
    return Result("cells, core", "a", units, way, seconds, megabytes, 5)


def found(*results: Result) -> dict[str, tuple[str, bool]]:
    return {one.text: (one.found, one.met) for one in targets(results, [], [], {})}


def test_a_ratio_is_held_against_the_most_that_it_may_be() -> None:
    said = found(cells("ours", 2.2), cells("hand", 2.0), cells("polars", 1.0))
    assert said["cells ≤ 1.1 × SQL by hand"] == ("core 1.10 ×", True)
    assert said["cells faster than polars"] == ("core 2.20 ×", False)
    assert "cells ≤ 1.3 × the bare scan" not in said  # which was not measured


def test_of_two_stages_the_worse_one_counts() -> None:
    more = [Result("cells, all", "a", UNITS, way, seconds, 900, 5) for way, seconds in (("ours", 9.0), ("hand", 3.0))]
    said = found(cells("ours", 2.0), cells("hand", 2.0), *more)
    assert said["cells ≤ 1.1 × SQL by hand"] == ("core 1.00 ×, all classes 3.00 ×", False)


def test_fewer_units_say_nothing_of_a_target() -> None:
    assert found(cells("ours", 2.0, units=100), cells("hand", 2.0, units=100)) == {}


def test_memory_is_held_against_what_it_may_be() -> None:
    assert found(cells("ours", 2.0, 500))["cells of the core: at most 500 MB"] == ("500 MB", True)
    assert found(cells("ours", 2.0, 501))["cells of the core: at most 500 MB"] == ("501 MB", False)


def test_a_quarter_completes_with_all_its_tables() -> None:
    steps = [Step(UNITS, "2GB", table, 1.0, 2_000 + place, 0, 1) for place, table in enumerate(STEPS)]
    whole, short = (targets([], of, [], {})[0] for of in (steps, steps[1:]))
    assert (whole.met, short.met) == (True, False)
    assert "2,013 MB at most" in whole.found


def test_growth_is_that_of_the_steepest_stage() -> None:
    assert targets([], [], [], {"Review": 1.05, "Release": 0.2})[0].met
    assert not targets([], [], [], {"Review": 1.06, "Release": 0.2})[0].met


def test_commands_are_held_against_what_they_import() -> None:
    ran = [
        Ran("start", "shuce --help", way, seconds, seconds, 7)
        for way, seconds in (("Shuce", 0.3), ("`import typer`", 0.1), ("smallest program", 0.2))
    ]
    (target,) = targets([], [], ran, {})
    assert (target.found, target.met) == ("3.0 ×", False)
    assert list(lines([target]))[-1] == f"| {target.text} | 3.0 × | no |"
