"""The page of the ladder says what its results say."""

from __future__ import annotations

from benchmarks import commands, limited, records, ways
from benchmarks.clock import Timing
from benchmarks.commands import OURS, Cost, Ran, ran
from benchmarks.pages import FOUND, PAGE, chart, growth, page
from benchmarks.scale import RESULTS, Result
from benchmarks.ways import Took, took

GROWN = [
    Result("write", "a", 100, "ours", 1.0, 90, 5),
    Result("write", "b", 1_000_000, "ours", 2.0, 100, 5),
    Result("write", "c", 10_000_000, "ours", 40.0, 200, 3),
    Result("write", "c", 10_000_000, "projection", 32.0, 150, 3),
]


def test_a_stage_has_times_memory_ratios_and_growth() -> None:
    said = page(GROWN, [], [], [], "Found.")
    assert "| 10,000,000 | 40.00 (200) | 32.00 (150) 1.25 × | 3 |" in said
    assert "with the 1.30th power" in said
    assert said.endswith("Found.")


def test_growth_is_told_from_a_million_units_on() -> None:
    assert growth(GROWN[:2]) is None


def test_jobs_stand_beside_the_other_ways_of_each_case() -> None:
    slow, fast = Timing(2500.0, 120.4), Timing(0.5, 130.0)
    cases = {"40 quarters": {"ours": fast}, "80 quarters": {"ours": fast, "a loop": slow}}
    said = page(GROWN, took("denton", cases, times=5), [], [], "Found.")
    assert "\n## Benchmarking: proportional Denton of many series at once" in said
    assert "| case | Shuce, s (MB) | a loop, s (MB) | runs |" in said
    assert "| 40 quarters | 0.50 (130) | – | 5 |" in said
    assert "| 80 quarters | 0.50 (130) | 2500.00 (120) 0.0002 × | 5 |" in said
    assert said.index("\n## Write") < said.index("\n## Benchmarking") < said.index("\n## All stages")


def test_steps_under_a_limit_are_told_with_what_they_held_and_spilled() -> None:
    said = page(GROWN, [], [limited.Step(3_000_000, "2GB", "class_part", 90.25, 2_300, 512, 2_999_000)], [], "Found.")
    assert '3,000,000 units, `memory_limit = "2GB"`' in said
    assert "| class_part | 90.2 | 2,300 | 512 | 2,999,000 |" in said


def test_commands_stand_beside_each_way_that_they_are_held_against() -> None:
    costs = {OURS: Cost(3.0, 2.5), "`import typer`": Cost(1.5, 1.0), "smallest program": Cost(2.0, 2.0)}
    said = page(GROWN, [], [], ran("start", {"shuce --help": costs}, times=7), "Found.")
    assert "| shuce --help | 3.00 (2.50) | `import typer` | 1.50 (1.00) | 2.0 (2.5) | 7 |" in said
    assert "| shuce --help | 3.00 (2.50) | smallest program | 2.00 (2.00) | 1.5 (1.2) | 7 |" in said


def test_the_chart_has_a_panel_per_stage() -> None:
    said = chart(GROWN).to_json()
    assert '"facet"' in said
    assert "Returns with their class, written" in said


def test_the_page_is_that_of_its_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(
        records.read(RESULTS, Result),
        records.read(ways.RESULTS, Took),
        records.read(limited.RESULTS, limited.Step),
        records.read(commands.RESULTS, Ran),
        FOUND.read_text(encoding="utf-8"),
    )
