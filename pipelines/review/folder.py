"""The folder of a quarter's lists: for the owner's eyes only, and never over what somebody has filled in.

Belongs here: writing files of L3 outside the lake. Does not belong here: what is in them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classification.errors import InputError
from pipelines.levels import MODES

_WRITTEN: Final = ".written.json"  # what was put here, by name: its hash
_STRANGE: Final = re.compile(r"[^\w（）()-]+")


def named(*parts: str) -> str:
    """A file name made of codes and names of the workspace, safe on any disk."""
    return "_".join(_STRANGE.sub("", part) for part in parts if part) + ".xlsx"


@dataclass(frozen=True)
class Folder:
    """A folder of lists of one kind; ``kind`` is how their names begin."""

    path: Path
    kind: str

    def put(self, contents: Mapping[str, bytes], *, read: Collection[str]) -> list[Path]:
        """Write the lists of this kind in place of those that were here: all, or none.

        Args:
            contents: file name → bytes.
            read: hashes of files that have been read in, and may therefore go.

        Raises:
            InputError: a list that would be replaced was filled in and not read; it is named, nothing was written.
        """
        for folder in (self.path.parent, self.path):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(MODES["L3"].folder)
        written = self._written()
        there = {path.name for path in self.path.glob(f"{self.kind}_*.xlsx")}
        gone = {name for name in there - set(contents) if written.get(name) == _hash(self.path / name)}
        for name in sorted(there & set(contents)):
            self._check(self.path / name, contents[name], written.get(name, ""), read)
        for name, content in contents.items():
            _write(self.path / name, content)
        for name in gone:
            (self.path / name).unlink()
        kept = {name: digest for name, digest in written.items() if name not in gone}
        kept |= {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        _write(self.path / _WRITTEN, json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True).encode())
        return [self.path / name for name in contents]

    def _written(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads((self.path / _WRITTEN).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}  # then any list that lies here counts as filled in
        return found

    def _check(self, path: Path, content: bytes, written: str, read: Collection[str]) -> None:
        digest = _hash(path)
        if digest not in {written, hashlib.sha256(content).hexdigest(), *read}:
            raise InputError(
                f"“{path.name}”在导出后被改动过，可能已填写答复，未覆盖。"
                "答复请先用 shuce review read 读入；其他清单请移走或改名，再重新导出。",
                f"{path.name} was changed after it was written and may hold answers; it was not replaced. "
                "Read answers in with `shuce review read`; move other lists away or rename them, then export again.",
                where=str(path),
            )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write a file beside its place, for its owner alone, and move it there."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, MODES["L3"].file)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
