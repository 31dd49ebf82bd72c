"""Reading files through a child process, so that a hostile file can end that process and nothing else.

Belongs here: starting the child, keeping it for the next batch, feeding it, and going on in a new one when it dies or
hangs. Does not belong here: what is read.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from pipelines.ingest import child
from pipelines.ingest.faults import Fault
from pipelines.ingest.mapping import Pairs
from pipelines.ingest.mapping_likeness import Likeness, Proposal

TIMEOUT: Final = 600.0  # seconds by the clock for one file, waiting included
_PASSED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONHASHSEED", "COVERAGE_PROCESS_START")


class Job(NamedTuple):
    """What is asked about one file.

    ``form`` is a name of ``forms()``, ``nbs``, or ``?`` for the form that the file resembles; ``name`` the name under
    which the file came; ``headers`` the names confirmed for the form; with ``ask`` the file is not read, but each of
    its headers is held against the form's columns.
    """

    path: Path
    form: str
    name: str | None = None
    headers: Pairs = ()
    ask: bool = False


@dataclass
class Result:
    """What the child answered about one file."""

    table: pa.Table = field(default_factory=lambda: pa.table({}))
    refusal: Fault | None = None
    refused: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    suggestion: str = ""
    likeness: Likeness | None = None


class _Child:
    """One running child."""

    def __init__(self, *, memory: int) -> None:
        self.memory, self.owner = memory, os.getpid()
        self.process = subprocess.Popen(  # noqa: S603 - our own module, no text from outside in the command
            [sys.executable, "-m", "pipelines.ingest.child", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={name: os.environ[name] for name in _PASSED if name in os.environ} | {"PYTHONUTF8": "1"},
            process_group=0,  # Ctrl-C is the parent's, who ends it: a child that died of it would be the file's fault
        )

    def ask(self, job: dict[str, Any], *, timeout: float) -> dict[str, Any] | None:
        """The child's answer, or None when it died or had to be ended."""
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:  # pragma: no cover - both are pipes
            return None
        watch = threading.Timer(timeout, self.process.kill)
        watch.start()
        try:
            stdin.write(json.dumps(job) + "\n")
            stdin.flush()
            line = stdout.readline()
        except (BrokenPipeError, UnicodeDecodeError):
            line = ""
        except BaseException:  # its answer would be taken for the next one's
            self.process.kill()
            raise
        finally:
            watch.cancel()
        return json.loads(line) if line.endswith("\n") else None

    def end(self) -> None:
        """Close the child and wait for it."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class _Idle:
    """A child kept for the next batch: starting one costs more than reading a small file."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.child: _Child | None = None
        atexit.register(self.close)

    def take(self, memory: int) -> _Child:
        """The idle child if it is this process's own, alive and of the same limits; else a new one."""
        with self.lock:
            found, self.child = self.child, None
        if found is not None and found.owner == os.getpid():
            if found.memory == memory and found.process.poll() is None:
                return found
            found.end()
        return _Child(memory=memory)

    def give(self, child: _Child) -> None:
        """Keep a child that has answered; a second one is ended."""
        with self.lock:
            kept, self.child = self.child, child
        if kept is not None and kept.owner == os.getpid():
            kept.end()

    def close(self) -> None:
        """End the idle child."""
        with self.lock:
            found, self.child = self.child, None
        if found is not None and found.owner == os.getpid():
            found.end()


idle: Final = _Idle()


def read_files(
    jobs: Sequence[Job | tuple[Path, str, str | None]], *, memory: int = child.MEMORY, timeout: float = TIMEOUT
) -> list[Result]:
    """Read files one after the other, all in one child unless it dies.

    Args:
        jobs: what is asked about each file, in the order of ``Job``.
        memory: bytes of address space that the child may take.
        timeout: seconds by the clock for one file.

    Returns:
        One result per job, in order. A file over which the child died carries a refusal; the others are read.

    Raises:
        OSError: what was read could not be written to a temporary file.
    """
    return list(each_file(jobs, memory=memory, timeout=timeout))


def each_file(
    jobs: Sequence[Job | tuple[Path, str, str | None]], *, memory: int = child.MEMORY, timeout: float = TIMEOUT
) -> Iterator[Result]:
    """The same one result at a time: a file is read when the one before it is done with.

    What was read lies on the disk while its table is there, so that who lets go of each table holds one file's.
    """
    if not jobs:
        return
    with tempfile.TemporaryDirectory(prefix="shuce-") as folder:
        yield from _answers([Job(*job) for job in jobs], Path(folder), memory=memory, timeout=timeout)


def _answers(jobs: list[Job], folder: Path, *, memory: int, timeout: float) -> Iterator[Result]:
    running: _Child | None = None
    try:
        for number, job in enumerate(jobs):
            running = running or idle.take(memory)
            asked = job._asdict() | {"out": str(folder / f"{number}.arrow"), "path": str(job.path.absolute())}
            reply = running.ask(asked, timeout=timeout)
            if reply is None or reply["spent"]:
                running.end()
                running = None
            yield _result(reply, folder)
    finally:
        if running is not None:
            idle.give(running)


def _result(reply: dict[str, Any] | None, folder: Path) -> Result:
    """A reply as a result; a table stays readable although its file is removed."""
    if reply is None:
        return Result(refusal=child.exceeded())
    if "unwritten" in reply:
        raise OSError(reply["unwritten"], os.strerror(reply["unwritten"]), str(folder))
    if "suggestion" in reply:
        return Result(suggestion=reply["suggestion"])
    if "likeness" in reply:
        return Result(likeness=_likeness(reply["likeness"]))
    if "refusal" in reply:
        return Result(refusal=Fault(**reply["refusal"]))
    with pa.memory_map(reply["table"]) as source:
        table = pa.ipc.open_file(source).read_all()
    Path(reply["table"]).unlink()
    return Result(
        table,
        refused=[Fault(**item) for item in reply["refused"]],
        notices=[Fault(**item) for item in reply["notices"]],
    )


def _likeness(said: dict[str, Any] | None) -> Likeness | None:
    if said is None:
        return None
    return Likeness(said["sheet"], said["row"], tuple(Proposal(**item) for item in said["proposals"]))
