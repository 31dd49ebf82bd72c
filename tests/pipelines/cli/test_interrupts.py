"""Ctrl-C and a plain kill: one message, the signal's exit code, whatever a library made of it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from pipelines.cli.interrupts import interrupted
from tests.end_to_end import by_hand
from tests.end_to_end.running import ROOT, command

# What a command may do as the signal comes; it says when it is ready, and then waits.
FRAME: Final = """
import os, signal, sys, threading
from pipelines.cli.interrupts import ended_by_signals

def ready():
    print("ready", flush=True)
    signal.pause()

class Own(BaseException):
    pass

def own(*_):
    raise Own

class Swallowing:
    def __del__(self):
        ready()

with ended_by_signals(lambda fault: print(fault.zh, file=sys.stderr), grace={grace}):
{body}
"""
WAITS: Final = "    ready()"
# As Dagster does around a step.
OWN_HANDLER: Final = """
    before = signal.signal(signal.SIGINT, own)
    signal.signal(signal.SIGTERM, own)
    try:
        ready()
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, before)
"""
OWN_ERROR: Final = """
    try:
        ready()
    except BaseException:
        raise RuntimeError("Query interrupted") from None
"""
LETS_GO: Final = """
    try:
        ready()
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        print("let go", flush=True)
"""
SWALLOWS: Final = """
    gone = Swallowing()
    del gone
    while True:
        signal.pause()
"""
GOES_ON: Final = """
    while True:
        try:
            ready()
        except BaseException:
            pass
"""


@contextmanager
def running(*arguments: str, ignoring: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A process in a session of its own; ``ignoring`` Ctrl-C, as a job in a script's background."""
    start = "import os, signal, sys; signal.signal(signal.SIGINT, signal.{}); os.execv(sys.argv[1], sys.argv[1:])"
    how = start.format("SIG_IGN" if ignoring else "SIG_DFL")
    with subprocess.Popen(
        [sys.executable, "-c", how, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def script(body: str, grace: float = 100) -> list[str]:
    return [sys.executable, "-c", FRAME.format(body=body, grace=grace)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("body", [WAITS, OWN_HANDLER, OWN_ERROR, LETS_GO, SWALLOWS])
def test_whatever_a_signal_becomes_it_is_told_once(body: str, number: signal.Signals) -> None:
    with running(*script(body)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        out, err = process.communicate()
    assert process.returncode == 128 + number
    assert err == f"{interrupted().zh}\n"
    assert out == ("let go\n" if body is LETS_GO else "")


def test_a_process_that_does_not_end_is_ended() -> None:
    with running(*script(GOES_ON, grace=0.2)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        _, err = process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert err == f"{interrupted().zh}\n"


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (f"{OWN_HANDLER}    sys.exit(3)", 3, ""),
        ("    try:\n        ready()\n    except KeyboardInterrupt:\n        pass", 0, ""),
        ("    raise LookupError", 1, "LookupError"),
    ],
    ids=["went through", "is the command's own", "no signal"],
)
def test_what_ends_by_itself_ends_as_ever(body: str, code: int, said: str) -> None:
    with running(*script(body.replace("        ready()\n    finally", "        pass\n    finally"), 0.2)) as process:
        if "ready" in body:
            assert process.stdout is not None
            if process.stdout.readline() == "ready\n":
                process.terminate()
        _, err = process.communicate()
    assert process.returncode == code
    assert err.rstrip().endswith(said)
    assert interrupted().zh not in err


@pytest.mark.parametrize("body", [WAITS, OWN_HANDLER])
def test_an_ignored_ctrl_c_stays_ignored_and_a_kill_is_heard(body: str) -> None:
    twice = body.replace(
        "    ready()", "    os.kill(os.getpid(), signal.SIGINT)\n    ready()".replace("\n", "\n    "), 1
    )
    with running(*script(twice if body is OWN_HANDLER else body), ignoring=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        process.terminate()
        _, err = process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert err == f"{interrupted().zh}\n"


def test_a_run_that_is_killed_is_told_and_recorded(tmp_path: Path) -> None:
    home = by_hand.write(tmp_path / "city")
    runs = home / "_dagster" / "history" / "runs.db"

    def statuses() -> set[str]:
        if not runs.exists():
            return set()
        with closing(sqlite3.connect(runs)) as there:
            try:
                return {status for (status,) in there.execute("SELECT status FROM runs")}
            except sqlite3.OperationalError:  # not laid out yet
                return set()

    with running(*command("run", by_hand.LAST, "--home", str(home))) as process:
        while "STARTED" not in statuses() and process.poll() is None:
            time.sleep(0.05)
        process.terminate()
        _, err = process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert err.splitlines() == [f"✗ {interrupted().zh}", f"  {interrupted().en}"]
    assert statuses() <= {"CANCELED", "FAILURE"}
    assert statuses()
    assert not (home / "release").exists()
