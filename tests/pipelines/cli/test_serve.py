"""shuce ui: the web server answers on loopback alone, and both processes end together."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pipelines.cli import serve
from tests.end_to_end import by_hand
from tests.end_to_end.running import ROOT, command, told

SLOW = 20


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    return tmp_path


class Process:
    """A stand-in for a process that ends when it is told to, or is interrupted."""

    started: ClassVar[list[Process]] = []
    interrupted = False

    def __init__(self, arguments: list[str], **options: Any) -> None:
        self.arguments, self.options, self.told = arguments, options, []
        self.found = sorted(path.name for path in Path(options["env"]["SHUCE_DAGSTER"]).rglob("*.db"))
        self.started.append(self)

    def wait(self, timeout: float | None = None) -> int:
        self.told.append("wait")
        if timeout is None and self.interrupted:
            raise KeyboardInterrupt
        return 0

    def terminate(self) -> None:
        self.told.append("terminate")


@pytest.mark.parametrize("interrupted", [True, False])
def test_both_processes_end_together(home: Path, monkeypatch: pytest.MonkeyPatch, interrupted: bool) -> None:
    monkeypatch.setattr(Process, "started", [])
    monkeypatch.setattr(Process, "interrupted", interrupted)
    monkeypatch.setattr(serve.subprocess, "Popen", Process)
    said = told("ui", "--home", str(home), "--port", "4321")
    assert said.code == 0, said.err
    assert "http://127.0.0.1:4321" in said.out
    assert ("正在结束" in said.out) == interrupted
    server, daemon = Process.started
    assert server.arguments[1:5] == ["-h", "127.0.0.1", "-p", "4321"]
    assert Path(server.arguments[0]).name == "dagster-webserver"
    assert Path(daemon.arguments[0]).name == "dagster-daemon"
    assert server.options["env"]["SHUCE_HOME"] == str(home)
    # The instance is laid out before either starts: both would do it at once.
    assert server.found == ["index.db", "runs.db", "schedules.db"]
    assert server.told[-2:] == daemon.told[-2:] == ["terminate", "wait"]


def test_without_a_workspace_nothing_is_started(tmp_path: Path) -> None:
    assert told("ui", "--home", str(tmp_path / "nowhere")).code == 2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(url: str, running: subprocess.Popen[bytes], *, seconds: float) -> dict[str, Any] | None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and running.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return dict(json.load(response))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    return None


def test_the_server_answers_on_loopback_and_ends_on_a_plain_kill(home: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        command("ui", "--home", str(home), "--port", str(port)),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        try:
            said = answer(f"http://127.0.0.1:{port}/server_info", running, seconds=SLOW)
            assert running.poll() is None, "it ended by itself"
            running.terminate()
            running.wait(timeout=40)
        finally:
            # Dagster's code server would end by itself when nobody has asked it for a while.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
    if said is None:
        pytest.skip(f"the web server did not answer within {SLOW} seconds on this machine")
    assert "dagster_version" in said
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5)
