"""The benchmarks run and say what they say they measure; how long anything takes is nobody's business here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import intake
from benchmarks.clock import Timing, timed


def here(job: Callable[..., Callable[[], object]], *arguments: Any, times: int) -> Timing:
    assert job(*arguments)() is not None
    return Timing(1.0, times)


def test_small_sizes_give_every_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "timed", here)
    found = intake.measure(tmp_path, xlsx_rows=120, csv_rows=1_500, times=1)
    assert [what.split(",")[0] for what, *_ in found] == ["read xlsx", "review 1", "review 1", "keep 1", "read CSV"]


def test_a_job_is_timed_in_a_process_of_its_own() -> None:
    timing = timed(job, times=1)
    assert timing.seconds >= 0
    assert timing.megabytes > 10


def test_the_peak_of_a_job_is_not_that_of_whoever_started_it() -> None:
    # Held while the job runs, so that it is in the parent's peak.
    held = bytearray(b"1" * (1 << 30))
    assert timed(job, times=1).megabytes < len(held) / (1 << 20)


def job() -> Callable[[], object]:
    return lambda: sum(range(1000))
