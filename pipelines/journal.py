"""Append-only logs whose lines are chained by their hashes, so that nobody can alter, remove or insert one unseen.

Belongs here: the chain, appending and its repair after a power cut. Does not belong here: what a line says.

Each line is a JSON object that ends in ``previous`` (the ``chain`` of the line before) and ``chain`` (SHA-256 of the
line's own bytes up to and including ``previous``). ``<log>.head`` counts the lines that were written for good, so that
lines taken off the end are missed too. One append costs one read of the log; reading costs one hash per line.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from classification.errors import InputError
from pipelines.clock import stamp
from pipelines.levels import MODES

T = TypeVar("T", bound=BaseModel)

FIRST: Final = "0" * 64  # what the first line follows
REPAIRS: Final = "repairs.jsonl"
_LINE: Final = re.compile(rb'(\{.*,"previous":"([0-9a-f]{64})"),"chain":"([0-9a-f]{64})"\}')
_ADVICE: Final = (
    "日志只能追加，不能改动；请从备份恢复该文件，并查明是谁动过它。",
    "The log is only ever added to: restore it from a backup and find out who changed it.",
)


class BrokenLogError(InputError):
    """A log is not as it was written; ``line`` is the first line that does not hold (0: the log as a whole)."""

    def __init__(self, path: Path, line: int, zh: str, en: str) -> None:
        self.line = line
        place = f"{path} 第{line}行" if line else str(path)
        super().__init__(f"{zh}{_ADVICE[0]}", f"{en} {_ADVICE[1]}", where=place)


class UnchainedLogError(InputError):
    """A log from before lines were chained: nothing in it can be proven, so nobody reads it unasked."""


@dataclass(frozen=True)
class Verified:
    """The lines that hold, each without its chain; ``end`` is the last hash, ``torn`` what a crash left unfinished."""

    lines: tuple[str, ...] = ()
    chains: tuple[str, ...] = field(default=(), repr=False)
    torn: bytes = b""
    unended: bool = False

    @property
    def end(self) -> str:
        """The hash that the next line follows."""
        return self.chains[-1] if self.chains else FIRST


@lru_cache(maxsize=4)
def _verified(content: bytes, path: Path) -> Verified:
    """Check every line of a log's bytes; equal bytes are checked once per process."""
    *whole, rest = content.split(b"\n")
    if whole and not any(b'"chain":"' in line for line in whole):
        raise UnchainedLogError(
            "日志是旧版本留下的，各行没有哈希链，无法证明未被改动。请核对后运行 shuce inbox seal，旧日志会原样另存。",
            "This log is from an older version: its lines are not chained, so nothing proves that they are unaltered. "
            "Look at it, then run `shuce inbox seal`; the old log is kept beside it.",
            where=str(path),
        )
    lines: list[str] = []
    chains: list[str] = []
    for line in whole:
        text, chain = _held(line, chains[-1] if chains else FIRST, path, len(lines) + 1)
        lines.append(text)
        chains.append(chain)
    if rest:
        with contextlib.suppress(BrokenLogError):  # all of the line is there but its end of line
            text, chain = _held(rest, chains[-1] if chains else FIRST, path, len(lines) + 1)
            return Verified((*lines, text), (*chains, chain), unended=True)
    return Verified(tuple(lines), tuple(chains), torn=rest)


def _held(line: bytes, previous: str, path: Path, number: int) -> tuple[str, str]:
    """A line's own text and its hash, if it is what was written and follows the one before."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise BrokenLogError(path, number, f"日志第 {number} 行已损坏。", f"Line {number} of the log is damaged.")
    if match[2].decode() != previous:
        raise BrokenLogError(
            path,
            number,
            f"日志第 {number} 行与上一行不衔接：其间有行被删除、插入或调换。",
            f"Line {number} of the log does not follow the one before: lines were removed, inserted or moved.",
        )
    if _hash(match[1] + b"}") != match[3].decode():
        raise BrokenLogError(path, number, f"日志第 {number} 行被改动过。", f"Line {number} of the log was altered.")
    return line[: match.end(1) - len(b',"previous":""') - 64].decode() + "}", match[3].decode()


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def chained(texts: Iterable[str], previous: str) -> tuple[bytes, list[str]]:
    """JSON objects as chained lines, and the hash of each.

    Args:
        texts: each a JSON object on one line, with at least one key.
        previous: the hash that the first of them follows.
    """
    out, chains = bytearray(), []
    for text in texts:
        body = f'{text[:-1]},"previous":"{previous}"'.encode()
        previous = _hash(body + b"}")
        chains.append(previous)
        out += body + f',"chain":"{previous}"}}\n'.encode()
    return bytes(out), chains


@dataclass(frozen=True)
class Journal:
    """One chained log. Appending takes a lock on the log itself, so that two processes keep one chain."""

    path: Path

    @property
    def head(self) -> Path:
        """How many lines were written for good, and the hash of the last."""
        return self.path.with_name(self.path.name + ".head")

    def read(self) -> tuple[str, ...]:
        """The lines as JSON texts without their chain, all of it verified; a line that a crash tore is left out.

        Raises:
            BrokenLogError: the first line that does not hold is named.
            UnchainedLogError: the log is from before lines were chained.
        """
        promised = self._promised()  # before the log: what is appended in between is no loss
        content = self.path.read_bytes() if self.path.exists() else b""
        return self._kept(content, promised).lines

    def append(self, texts: Iterable[str]) -> None:
        """Add lines and flush them to the disk; what a crash left unfinished is cut off first, with a note.

        Args:
            texts: each a JSON object on one line.
        """
        added = list(texts)
        if not added:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked() as log:
            known = self._kept(log.read(), self._promised())
            self._repair(log, known)
            lines, chains = chained(added, known.end)
            log.seek(0, os.SEEK_END)
            log.write(lines)
            _flush(log)
            self._promise(len(known.lines) + len(added), chains[-1])

    def seal(self) -> Path:
        """Chain a log from before lines were chained; the old one is kept beside it, under its hash.

        Raises:
            InputError: there is no log, or it has been chained before (then it was altered, and is never sealed anew).
        """
        if not self.path.exists() or self.head.exists():
            raise InputError(
                "没有需要封存的旧日志。" if not self.path.exists() else "日志已有哈希链，不能重新封存；请从备份恢复。",
                "There is no old log to seal, or it was chained before and is never chained anew.",
                where=str(self.path),
            )
        with self._locked() as log:
            content = log.read()
            if b'"chain":"' in content:
                raise InputError(
                    "日志已有哈希链，不能重新封存；请从备份恢复。",
                    "The log was chained before; restore it from a backup, it is never chained anew.",
                    where=str(self.path),
                )
            texts = content.decode("utf-8").splitlines()
            lines, chains = chained(texts, FIRST)
            kept = self.path.with_name(f"{self.path.stem}.unchained-{_hash(content)[:16]}{self.path.suffix}")
            kept.write_bytes(content)
            kept.chmod(MODES["L3"].kept)
            _replace(self.path, lines)
            if texts:
                self._promise(len(texts), chains[-1])
        return kept

    def _kept(self, content: bytes, promised: tuple[int, str]) -> Verified:
        """The log's lines, if all that were written for good are still there."""
        count, chain = promised
        try:
            known = _verified(content, self.path)
        except UnchainedLogError:
            if count:  # it was chained once
                raise self._replaced(count) from None
            raise
        if len(known.lines) < count:
            raise BrokenLogError(
                self.path,
                len(known.lines) + 1,
                f"日志原有 {count} 行，现只剩 {len(known.lines)} 行：末尾被删除或截断。",
                f"The log held {count} lines and holds {len(known.lines)}: lines were taken off its end.",
            )
        if count and known.chains[count - 1] != chain:
            raise self._replaced(count)
        return known

    def _replaced(self, line: int) -> BrokenLogError:
        return BrokenLogError(
            self.path, line, "日志被整体替换或重写过。", "The log was replaced or rewritten as a whole."
        )

    @contextlib.contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        with self.path.open("a+b") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            log.seek(0)
            yield log

    def _repair(self, log: BinaryIO, known: Verified) -> None:
        """End a line that lacks only its end; cut off one that is incomplete, after noting what it held."""
        if known.unended:
            log.seek(0, os.SEEK_END)
            log.write(b"\n")
            _flush(log)
        if not known.torn:
            return
        note = {
            "at": stamp(),
            "log": self.path.name,
            "line": len(known.lines) + 1,
            "bytes": len(known.torn),
            "text": known.torn.decode("utf-8", "backslashreplace"),
            "zh": "写入中断（断电或异常退出）留下的不完整末行，已截去；此前各行完整无缺。",
            "en": "An incomplete last line, left by a write that was cut short, was cut off; all lines before it hold.",
        }
        with self.path.with_name(REPAIRS).open("ab") as notes:
            notes.write(json.dumps(note, ensure_ascii=False).encode() + b"\n")
            _flush(notes)
        log.truncate(log.seek(0, os.SEEK_END) - len(known.torn))
        _flush(log)

    def _promised(self) -> tuple[int, str]:
        try:
            said = json.loads(self.head.read_text(encoding="utf-8"))
            return int(said["lines"]), str(said["chain"])
        except FileNotFoundError:
            return 0, FIRST
        except (ValueError, KeyError, TypeError):
            raise BrokenLogError(
                self.head, 0, "日志的行数记录已损坏。", "The record of the log's length is damaged."
            ) from None

    def _promise(self, lines: int, chain: str) -> None:
        _replace(self.head, json.dumps({"lines": lines, "chain": chain}).encode() + b"\n")


@dataclass(frozen=True)
class PrivateLog(Generic[T]):
    """A chained log of records of one kind, for its owner's eyes only.

    Attributes:
        path: the log.
        kind: what a line is.
        name_zh: what the log is called, for messages.
        name_en: the same in English.
    """

    path: Path
    kind: type[T]
    name_zh: str
    name_en: str

    def append(self, record: T) -> None:
        """Add a record: chained to what is there, on the disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=MODES["L3"].file)
        Journal(self.path).append([record.model_dump_json()])

    def read(self) -> tuple[T, ...]:
        """Every record in order, the whole chain verified.

        Raises:
            InputError: a line was altered, removed or inserted, or is no such record; the first such line is named.
        """
        return _records(self, Journal(self.path).read())


@lru_cache(maxsize=8)
def _records(log: PrivateLog[T], lines: tuple[str, ...]) -> tuple[T, ...]:
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(log.kind.model_validate_json(line))
        except ValidationError:
            raise InputError(
                f"{log.name_zh}第 {number} 行已损坏，请从备份恢复；只能追加，不能改动。",
                f"Line {number} of the {log.name_en} is damaged; restore it, the log is never edited.",
                where=str(log.path),
            ) from None
    return tuple(found)


def _replace(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, all on the disk before and after."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            out.write(content)
            _flush(out)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())
