from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.ingest import child, guard
from pipelines.ingest.guard import each_file, read_files
from tests.pipelines.ingest.builders import EXPORT, csv_file, industry, xlsx


def test_files_are_read_in_one_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard.idle.close()
    started = []
    real = subprocess.Popen
    monkeypatch.setattr(guard.subprocess, "Popen", lambda *a, **k: started.append(1) or real(*a, **k))
    book = xlsx(tmp_path / "a.xlsx", industry())
    good, bad, asked = read_files([
        (book, "industry", None), (book, "annual", None), (csv_file(tmp_path / "b.csv", EXPORT), "?", None),
    ])  # fmt: skip
    assert good.table.num_rows == 2
    assert bad.refusal is not None
    assert asked.suggestion == "account"
    assert len(started) == 1
    assert read_files([]) == []
    assert len(started) == 1


def test_a_file_is_read_when_the_one_before_is_done_with_and_nothing_of_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, asked = xlsx(tmp_path / "a.xlsx", industry()), list[Path]()
    real = guard._Child.ask

    def ask(self: guard._Child, job: dict[str, Any], *, timeout: float) -> dict[str, Any] | None:
        asked.append(Path(job["out"]))
        return real(self, job, timeout=timeout)

    monkeypatch.setattr(guard._Child, "ask", ask)
    answers = each_file([(book, "industry", None)] * 3)
    first = next(answers)
    assert len(asked) == 1
    assert not list(asked[0].parent.iterdir())
    assert first.table.num_rows == 2
    assert [answer.table.num_rows for answer in answers] == [2, 2]
    assert len(asked) == 3
    assert not asked[0].parent.exists()


def test_an_idle_child_is_used_again_unless_it_is_gone(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    read_files([(book, "industry", None)])
    first = guard.idle.child
    read_files([(book, "industry", None)])
    assert guard.idle.child is first
    assert first is not None
    first.process.kill()
    first.process.wait()
    [result] = read_files([(book, "industry", None)])
    assert result.table.num_rows == 2
    assert guard.idle.child is not first
    guard.idle.give(guard.idle.take(child.MEMORY // 2))
    second = guard._Child(memory=child.MEMORY)
    guard.idle.give(second)
    assert guard.idle.child is second
    guard.idle.close()
    assert second.process.returncode is not None


def test_the_child_of_another_process_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = guard._Child(memory=child.MEMORY)
    guard.idle.give(ours)
    ours.owner = -1
    other = guard.idle.take(child.MEMORY)
    assert other is not ours
    assert ours.process.poll() is None
    guard.idle.give(ours)
    guard.idle.close()
    other.end()
    ours.end()


def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    [result] = read_files([(book, "industry", None)], timeout=0.01)
    assert result.refusal is not None
    assert result.refusal.code == "reader_died"


def test_a_child_whose_answer_was_not_waited_for_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer would be taken for the next file's."""
    guard.idle.close()
    asked = guard.idle.take(child.MEMORY)
    guard.idle.give(asked)
    assert os.getpgid(asked.process.pid) != os.getpgid(0)  # Ctrl-C in a terminal is not for the child

    def interrupt() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(asked.process, "stdout", SimpleNamespace(readline=interrupt, close=lambda: None))
    book = xlsx(tmp_path / "a.xlsx", industry())
    with pytest.raises(KeyboardInterrupt):
        read_files([(book, "industry", None)])
    assert asked.process.wait() == -signal.SIGKILL
    monkeypatch.undo()
    assert read_files([(book, "industry", None)])[0].table.num_rows == 2


def test_memory_is_limited(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    [result] = read_files([(book, "industry", None)], memory=48 << 20)
    assert result.refusal is not None


def test_processor_time_is_limited() -> None:
    code = "from pipelines.ingest import child; child.limit(); child.allow(1)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert done.returncode < 0


def test_what_nobody_foresaw_is_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise KeyError("a secret value")

    monkeypatch.setattr(child.reading, "read_file", stumble)
    reply = child.answer({"out": "x", "path": "x", "form": "industry", "name": None, "headers": [], "ask": False})
    assert reply["refusal"]["code"] == "unreadable"
    assert "secret" not in str(reply)


def test_the_protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    job = {
        "out": str(tmp_path / "7.arrow"),
        "path": str(book),
        "form": "industry",
        "name": None,
        "headers": [],
        "ask": False,
    }
    jobs = [job, job | {"form": "?"}, job | {"form": "annual"}, job | {"ask": True}]
    limits: list[tuple[int, object]] = []
    monkeypatch.setattr(child.resource, "setrlimit", lambda kind, value: limits.append((kind, value)))
    monkeypatch.setattr(child.gc, "disable", lambda: None)
    monkeypatch.setattr(child.sys, "argv", ["child", "123"])
    monkeypatch.setattr(child.sys, "stdin", io.StringIO("".join(json.dumps(job) + "\n" for job in jobs)))
    child.main()
    table, suggestion, refusal, likeness = map(json.loads, capsys.readouterr().out.splitlines())
    assert table["table"] == job["out"]
    assert suggestion == {"suggestion": "industry", "spent": True}
    assert refusal["refusal"]["code"] == "wrong_sheet"
    assert {item["score"] for item in likeness["likeness"]["proposals"]} == {100.0}
    assert (child.resource.RLIMIT_AS, (123, 123)) in limits
    assert [kind for kind, _ in limits].count(child.resource.RLIMIT_CPU) == 4


def test_a_file_for_which_there_is_no_memory_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_file(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(child.reading, "read_file", read_file)
    job = {"path": "a.csv", "form": "industry", "name": "a.csv", "headers": [], "ask": False, "out": "out"}
    assert child.answer(job)["refusal"]["code"] == "reader_died"


def test_a_child_that_took_much_memory_reads_no_further_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert child.spent(1 << 20)
    assert not child.spent(1 << 50)
    # Where the system keeps no such account, the one of all processes before counts.
    with monkeypatch.context() as without:
        without.setattr(child.Path, "read_text", lambda *_, **__: (_ for _ in ()).throw(OSError))
        assert child.spent(1 << 20)
    started: list[guard._Child] = []
    start, ask = guard._Child.__init__, guard._Child.ask

    def counted(self: guard._Child, *, memory: int) -> None:
        started.append(self)
        start(self, memory=memory)

    def large(self: guard._Child, job: dict[str, object], *, timeout: float) -> dict[str, object] | None:
        return (ask(self, job, timeout=timeout) or {}) | {"spent": True}

    guard.idle.close()
    monkeypatch.setattr(guard._Child, "__init__", counted)
    monkeypatch.setattr(guard._Child, "ask", large)
    book = xlsx(tmp_path / "a.xlsx", industry())
    results = read_files([(book, "industry", None)] * 2)
    assert [result.table.num_rows for result in results] == [2, 2]
    assert len(started) == 2
    assert all(one.process.returncode is not None for one in started)
    assert guard.idle.child is None
