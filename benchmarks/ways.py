"""Ways of doing the same beside each other: what each took, stage by stage, and the table of it.

Belongs here: the kind of record, the command line of benchmarks of single jobs, the table. Does not belong here: which
jobs (benchmarking, disclosure), the clock, the page.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from benchmarks import records
from benchmarks.clock import Timing

RESULTS: Final = Path(__file__).parent / "results" / "jobs.csv"
OURS: Final = "ours"
TIMES: Final = 5

Found = Mapping[str, Mapping[str, Timing]]  # by case and way


class Stage(NamedTuple):
    """What is compared, as a title, and how it is measured, asked how often each way is run."""

    title: str
    measure: Callable[[int], Found]


class Measured(Protocol):
    """What one way took, of the ladder or of a job."""

    @property
    def seconds(self) -> float:
        """The median."""

    @property
    def megabytes(self) -> int:
        """The largest peak."""

    @property
    def runs(self) -> int:
        """How many."""


@dataclass(frozen=True)
class Took:
    """One way of one case of a stage: median seconds and largest peak megabytes of some runs."""

    stage: str
    case: str
    way: str
    seconds: float
    megabytes: int
    runs: int


def took(stage: str, found: Found, *, times: int) -> list[Took]:
    """Records of the ways of each case."""
    return [
        Took(stage, case, way, round(timing.seconds, 3), round(timing.megabytes), times)
        for case, ways in found.items()
        for way, timing in ways.items()
    ]


def scaled(timing: Timing, parts: float) -> Timing:
    """The seconds of the whole after those of one of so many parts; memory stays that of the part."""
    return replace(timing, seconds=timing.seconds * parts)


def tables(stages: Mapping[str, Stage], of: Sequence[Took]) -> Iterator[str]:
    """A table of each stage that was measured, as Markdown."""
    for name, stage in stages.items():
        mine = [one for one in of if one.stage == name]
        cases = {one.case: {other.way: other for other in mine if other.case == one.case} for one in mine}
        titles = {OURS: "Shuce"} | {one.way: one.way for one in mine if one.way != OURS}
        if mine:
            yield from table(stage.title, "case", cases, titles)


def table(
    title: str, label: str, cases: Mapping[str, Mapping[str, Measured]], ways: Mapping[str, str]
) -> Iterator[str]:
    """A line for each case and a column for each way: its seconds, its memory, how many times as long ours takes.

    Args:
        title: of the table.
        label: of the column of cases.
        cases: what was measured, by case and way; ours is always there.
        ways: the title of each, in order; who was never measured has no column.
    """
    there = [way for way in ways if any(way in measured for measured in cases.values())]
    yield f"\n## {title}\n"
    yield f"| {label} | " + " | ".join(f"{ways[way]}, s (MB)" for way in there) + " | runs |"
    yield "|---|" + "---|" * (len(there) + 1)
    for case, of in cases.items():
        cells = [_cell(of[way], of[OURS]) if way in of else "–" for way in there]
        yield f"| {case} | {' | '.join(cells)} | {of[OURS].runs} |"


def _cell(one: Measured, ours: Measured) -> str:
    took = f"{one.seconds:.2f} ({one.megabytes:,})"
    return took if one is ours else f"{took} {_ratio(ours.seconds / one.seconds)} ×"


def _ratio(number: float) -> str:
    return f"{number:.2f}" if number >= 0.01 else f"{number:.1g}"


def main(description: str | None, stages: Mapping[str, Stage]) -> None:
    """Measure stage by stage, keep and print each."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    # Small systems by one thread: two that wait for each other on a busy machine took a hundred times as long.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name, stage in stages.items():
        found = took(name, stage.measure(asked.times), times=asked.times)
        records.keep(asked.results, found)
        print(*tables(stages, found), sep="\n", flush=True)
