"""The city made by hand, run by the command line: killed, refused to a second, and run again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.lake import Lake
from tests.end_to_end import by_hand
from tests.end_to_end.running import ROOT, Told, command, told


@dataclass(frozen=True)
class HandRun:
    """The workspace after ``shuce run``, what the command said, and what was said to others before."""

    home: Path
    killed: int
    while_it_ran: Told
    said: Told


@pytest.fixture(scope="session")
def hand_run(tmp_path_factory: pytest.TempPathFactory, great_expectations: None) -> HandRun:
    home = by_hand.write(tmp_path_factory.mktemp("hand") / "home")
    run = ("run", by_hand.LAST, "--home", str(home))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command(*run), cwd=ROOT, start_new_session=True, **quiet) as running:
        _wait_for(lambda: bool(Lake(home / "lake").partitions("class_return")), running)
        second = told(*run)
        os.killpg(running.pid, signal.SIGKILL)
    assert not (home / "release").exists()
    return HandRun(home, running.pid, second, told(*run))


def _wait_for(ready: Callable[[], bool], running: subprocess.Popen[bytes], *, seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert running.poll() is None, "the run ended before it could be disturbed"
        assert time.monotonic() < end
        time.sleep(0.005)
