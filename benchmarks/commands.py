"""What commands cost: by the clock and of the processor, side by side, so that a busy machine slows them alike.

Belongs here: running commands and asking the system what they took. Does not belong here: which commands.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = Path(__file__).parent / "results" / "commands.csv"
OURS: Final = "Shuce"
HEAD: Final = ("command", "s (of processors)", "held against", "s (of processors)", "ratio (of processors)", "runs")


@dataclass(frozen=True)
class Cost:
    """Medians of some runs: seconds by the clock, seconds of processors."""

    seconds: float
    processor: float


@dataclass(frozen=True)
class Ran:
    """One way of a command: seconds by the clock and of processors, medians of some runs."""

    stage: str
    command: str
    way: str
    seconds: float
    processor: float
    runs: int


def ran(stage: str, found: Mapping[str, Mapping[str, Cost]], *, times: int) -> list[Ran]:
    """Records of commands: what each cost us, and the other ways that it is held against."""
    return [
        Ran(stage, command, way, round(cost.seconds, 2), round(cost.processor, 2), times)
        for command, ways in found.items()
        for way, cost in ways.items()
    ]


def lines(of: Sequence[Ran]) -> Iterator[tuple[str, ...]]:
    """Each command beside each way that it is held against, under ``HEAD``."""
    ours = {one.command: one for one in of if one.way == OURS}
    for other in of:
        one = ours[other.command]
        if other is not one:
            ratio = f"{one.seconds / other.seconds:.1f} ({one.processor / other.processor:.1f})"
            yield one.command, _said(one), other.way, _said(other), ratio, str(one.runs)


def show(of: Sequence[Ran]) -> None:
    """Print the lines as a table."""
    table = Table(*HEAD)
    for line in lines(of):
        table.add_row(*line)
    Console(width=140).print(table)


def _said(one: Ran) -> str:
    return f"{one.seconds:.2f} ({one.processor:.2f})"


def shuce(*arguments: str) -> list[str]:
    """A command of ours, from this tree."""
    return [sys.executable, "-m", "pipelines.cli.app", *arguments]


def python(program: str, *arguments: str) -> list[str]:
    """A program as text."""
    return [sys.executable, "-c", program, *arguments]


def costs(commands: Mapping[str, Sequence[str]], *, times: int) -> dict[str, Cost]:
    """Run commands in turn, all of them once before any of them again.

    Raises:
        RuntimeError: a command failed.
    """
    runs = [{name: _once(command) for name, command in commands.items()} for _ in range(times)]
    return {name: middle([run[name] for run in runs]) for name in commands}


def middle(runs: Sequence[Cost]) -> Cost:
    """The medians of some costs."""
    return Cost(statistics.median(run.seconds for run in runs), statistics.median(run.processor for run in runs))


def _once(command: Sequence[str]) -> Cost:
    start = time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    child = subprocess.Popen(command, cwd=ROOT, **quiet)  # type: ignore[call-overload]
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command} ended with {child.returncode}")
    return Cost(time.perf_counter() - start, used.ru_utime + used.ru_stime)
