"""What commands cost: by the clock and of the processor, side by side, so that a busy machine slows them alike.

Belongs here: running commands and asking the system what they took. Does not belong here: which commands.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """Medians of some runs: seconds by the clock, seconds of processors."""

    seconds: float
    processor: float


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
    return {name: _middle([run[name] for run in runs]) for name in commands}


def _middle(runs: Sequence[Cost]) -> Cost:
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
