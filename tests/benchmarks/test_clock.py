"""What a job took is that of its own process and of those that it started. How long it takes is not asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.clock import timed

_HELD = 400_000_000
_LIVING: list[object] = []
_HOLD = f"held = b'x' * {_HELD}; print('held', flush=True); input()"


def _starting() -> Callable[[], object]:
    """A job whose own process holds little, while another that it started holds much and still lives."""

    def run() -> object:
        pipe = subprocess.PIPE
        other = subprocess.Popen([sys.executable, "-c", _HOLD], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        assert other.stdout is not None
        _LIVING.append(other)
        return other.stdout.readline()  # it ends with this process, by whom its input is held open

    return run


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux tells what a process still living held")
def test_a_process_that_was_started_and_still_lives_counts() -> None:
    assert timed(_starting, times=1).megabytes > _HELD / 1024 / 1024


def test_a_job_is_timed_in_a_process_of_its_own() -> None:
    timing = timed(_small, times=1)
    assert timing.seconds >= 0
    assert timing.megabytes > 10


def test_the_peak_of_a_job_is_not_that_of_whoever_started_it() -> None:
    # Held while the job runs, so that it is in the parent's peak.
    held = bytearray(b"1" * (1 << 30))
    assert timed(_small, times=1).megabytes < len(held) / (1 << 20)


def _small() -> Callable[[], object]:
    return lambda: sum(range(1000))
