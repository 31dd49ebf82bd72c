"""Timings of one run: each job in a process of its own, several times, the median and the peak memory.

Belongs here: measuring. Does not belong here: what is measured.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Timing:
    """Seconds by the clock (the median) and peak memory in megabytes (the largest) of a job."""

    seconds: float
    megabytes: float


def timed(job: Callable[..., object], *arguments: Any, times: int) -> Timing:
    """Run a job some times, each in a fresh process that has imported what the job imports.

    Args:
        job: returns a callable without arguments; only that callable's run is timed.
        arguments: of the job.
        times: how often.
    """
    return interleaved({"": partial(job, *arguments)}, times=times)[""]


def interleaved(jobs: Mapping[str, Callable[[], object]], *, times: int) -> dict[str, Timing]:
    """Run several jobs in turn, a b c a b c …, so that whatever else the machine does falls on all alike.

    Args:
        jobs: by name; each returns a callable without arguments; only that callable's run is timed.
        times: how often each.
    """
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for _ in range(times):
        for name, job in jobs.items():
            runs[name].append(_once(job))
    return {
        name: Timing(statistics.median(seconds for seconds, _ in of), max(megabytes for _, megabytes in of))
        for name, of in runs.items()
    }


def _once(job: Callable[[], object]) -> tuple[float, float]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_measure, args=(theirs, job))
    child.start()
    theirs.close()
    try:
        found: tuple[float, float] = ours.recv()
    except EOFError as fault:
        raise RuntimeError(f"{job} ended before it was done; its error stands above") from fault
    finally:
        child.join()
    return found


def _own_peak() -> int:
    """Kilobytes that this process or one that it started and that still lives (Spark's Java) held at most.

    Linux hands a parent's on in ``ru_maxrss``, not in ``VmHWM``.
    """
    own = Path("/proc/self")
    if not own.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = " ".join(path.read_text("utf-8") for path in own.glob("task/*/children")).split()
    return max(_high_water(Path("/proc", process)) for process in ("self", *started))


def _high_water(process: Path) -> int:
    lines = (process / "status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)  # one that ended says none


def _measure(pipe: Connection, job: Callable[[], Callable[[], object]]) -> None:
    run = job()
    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    # Memory of this process and, where it has ended them, of its children.
    pipe.send((seconds, max(_own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024 / 1e6))
    pipe.close()
