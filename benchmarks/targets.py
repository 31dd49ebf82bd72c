"""The targets beside what was measured, for the page of costs.

Belongs here: what was to be reached, and which measured figures say whether it was. Does not belong here: measuring,
and why a target was missed, which is said in ``benchmarks/results/found.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.commands import OURS as COMMAND
from benchmarks.commands import Ran
from benchmarks.limited import STEPS, Step
from benchmarks.scale import Result
from benchmarks.ways import OURS

UNITS: Final = 33_000_000
SCOPES: Final = {"cells, core": "core", "cells, all": "all classes"}
# What is held against what: a target, the stages with their names here, the other way, how many times it at most.
_RATIOS: Final = (
    ("cells ≤ 1.1 × SQL by hand", SCOPES, "hand", 1.1),
    ("cells ≤ 1.3 × the bare scan", SCOPES, "scan", 1.3),
    ("cells faster than polars", SCOPES, "polars", 1.0),
    ("writing ≤ 1.1 × a bare projection, as the rows lie", {"write": ""}, "projection", 1.1),
    ("writing ≤ 1.1 × a projection in the same order", {"write": ""}, "ordered", 1.1),
    ("review ≤ 4 × the scan", {"review": ""}, "scan", 4.0),
)
_PEAK: Final = 500  # MB, of cells of the core
_POWER: Final = 1.05
_COMMANDS: Final = (
    ("one quarter of a city ≤ 1.5 × the import of what it needs", "one quarter, files to release", "import", 1.5),
    ("twelve quarters ≤ 3 × one", "twelve quarters, files to release", "one quarter", 3.0),
    ("a command ≤ 2 × the import of its library", "shuce", "`import", 2.0),
)
_MARK: Final = {True: "yes", False: "no"}


@dataclass(frozen=True)
class Target:
    """What was to be reached, what was found, and whether that is enough."""

    text: str
    found: str
    met: bool


def targets(
    results: Sequence[Result], bounded: Sequence[Step], ran: Sequence[Ran], growth: Mapping[str, float]
) -> list[Target]:
    """All targets for which there are figures.

    Args:
        results: of the ladder.
        bounded: steps of quarters under a memory limit.
        ran: commands beside what they are held against.
        growth: the exponents of stages by their names on the page.
    """
    return [*_ratios(results), *_peak(results), *_growth(growth), *_bounded(bounded), *_commands(ran)]


def lines(found: Sequence[Target]) -> Iterator[str]:
    """The targets as a table of Markdown."""
    yield "| target | found | met |\n|---|---|---|"
    yield from (f"| {one.text} | {one.found} | {_MARK[one.met]} |" for one in found)


def _ratios(results: Sequence[Result]) -> Iterator[Target]:
    at = {(one.stage, one.way): one.seconds for one in results if one.units == UNITS}
    for text, stages, way, most in _RATIOS:
        there = {stage: at[stage, OURS] / at[stage, way] for stage in stages if (stage, way) in at}
        if there:
            said = ", ".join(f"{stages[stage]} {ratio:.2f} ×".strip() for stage, ratio in there.items())
            yield Target(text, said, max(there.values()) <= most)


def _peak(results: Sequence[Result]) -> Iterator[Target]:
    for one in results:
        if (one.units, one.stage, one.way) == (UNITS, "cells, core", OURS):
            yield Target(f"cells of the core: at most {_PEAK} MB", f"{one.megabytes} MB", one.megabytes <= _PEAK)


def _growth(growth: Mapping[str, float]) -> Iterator[Target]:
    if growth:
        said = "; ".join(f"{name} {power:.2f}" for name, power in growth.items())
        yield Target(f"growth: at most the {_POWER}th power", said, max(growth.values()) <= _POWER)


def _bounded(bounded: Sequence[Step]) -> Iterator[Target]:
    for limit in sorted({step.limit for step in bounded if step.units == UNITS}):
        of = [step for step in bounded if (step.units, step.limit) == (UNITS, limit)]
        said = f"{len(of)} of {len(STEPS)} tables made, {max(step.megabytes for step in of):,} MB at most"
        yield Target(f'a quarter under `memory_limit = "{limit}"` completes', said, len(of) == len(STEPS))


def _commands(ran: Sequence[Ran]) -> Iterator[Target]:
    ours = {one.command: one.seconds for one in ran if one.way == COMMAND}
    for text, command, way, most in _COMMANDS:
        there = {
            one.command: ours[one.command] / one.seconds
            for one in ran
            if one.command.startswith(command) and one.way.startswith(way)
        }
        if there:
            said = ", ".join(f"{ratio:.1f} ×" for ratio in there.values())
            yield Target(text, said, max(there.values()) <= most)
