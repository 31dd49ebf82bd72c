"""Landing: whatever lies in the inbox is hashed, logged and kept read-only as received.

Belongs here: the scan of the inbox, the copy, and whether a file is admitted. Does not belong here: reading what is
inside. The workspace is held (``Workspace.held``) while files are registered.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final

from pipelines import clock
from pipelines.ingest.faults import RefusalError
from pipelines.ingest.forms import Form, forms
from pipelines.ingest.guard import read_files
from pipelines.ingest.periods import stated
from pipelines.ingest.receipts import STORE, Receipt, Refusal, append, latest, receipts, stored_path
from pipelines.ingest.register import REGISTER, Entry, read_register
from pipelines.levels import MODES
from pipelines.workspace import Workspace

__all__ = ["Receipt", "Refusal", "receipts", "register", "scan"]

MAX_BYTES: Final = 512 * 1024 * 1024
SUFFIXES: Final = frozenset({".csv", ".xls", ".xlsx"})
_BLOCK: Final = 1 << 20
_CORRECTION: Final = re.compile(r"[_\-\s（(]*(?:更正|补报|修订|订正|重报)(?:件|版)?\d*[）)]?")
_IGNORED: Final = frozenset({REGISTER, "thumbs.db", "desktop.ini", "readme.md", "readme.txt"})


@dataclass(frozen=True, slots=True)
class _Found:
    """A file in the inbox: its place and its name relative to the inbox, safe to print."""

    path: Path
    name: str


def scan(inbox: Path) -> Iterator[_Found]:
    """Files in the inbox and in its folders, one level deep, by name; hidden and lock files are passed."""
    if not inbox.is_dir():
        return
    for path in sorted(inbox.iterdir()):
        if _ignored(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from (_Found(p, printable(f"{path.name}/{p.name}")) for p in sorted(path.iterdir()) if _file(p))
        else:
            yield _Found(path, printable(path.name))


def _file(path: Path) -> bool:
    return not _ignored(path.name) and (path.is_symlink() or not path.is_dir())


def _ignored(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in _IGNORED


def printable(name: str) -> str:
    """A name that can stand in a log: bytes that are no text, and control characters, are written as escapes."""
    text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if unicodedata.category(c)[0] != "C" else c.encode("unicode_escape").decode() for c in text)


def register(workspace: Workspace) -> list[Receipt]:
    """Register what is new in the inbox; what is known already is left alone.

    A file refused or unknown before is judged again, so that a new name or a wider range of quarters admits it.

    Returns:
        The new entries, in the order of their names.

    Raises:
        InputError: ``city.toml`` or ``received.csv`` is wrong.
    """
    with workspace.held("收文登记", wait=True):
        return _register(workspace)


def _register(workspace: Workspace) -> list[Receipt]:
    known = {(entry.sha256, entry.name): entry for entry in latest(workspace)}
    admitted = {entry.sha256: entry for entry in known.values() if entry.accepted}
    listed = read_register(workspace.inbox)
    now = clock.now()
    new: list[Receipt] = []
    for found in scan(workspace.inbox):
        receipt = _judge(workspace, found, listed.get(found.name, Entry()), now)
        first = admitted.get(receipt.sha256)
        if first is not None and first.name != receipt.name:
            if not receipt.accepted or _same_place(first, receipt):
                continue
            receipt = receipt.model_copy(update={"refusal": _copied(first)})
        before = known.get((receipt.sha256, receipt.name))
        if before is not None and (before.accepted or _same_verdict(before, receipt)):
            continue
        if receipt.accepted:
            admitted[receipt.sha256] = receipt
        new.append(receipt)
    new = _with_suggestions(_numbered(new, known.values()))
    append(workspace, new)
    return new


def series(receipt: Receipt) -> tuple[str, str, str]:
    """What a file is a version of: form, period and reporter.

    A file of many periods, and one whose reporter nobody named, is also known by its name without 更正 and 补报; the
    folder in which a file came stands for a reporter.
    """
    form = forms()[receipt.form or ""]
    said = stated(form, receipt.file)
    period = receipt.quarter or (str(said.year) if said and said.year else "")
    reporter = receipt.reporter or receipt.name.rpartition("/")[0]
    name = _CORRECTION.sub("", Path(receipt.file).stem)
    return form.id, period or name, reporter or name


def _numbered(new: list[Receipt], known: Iterable[Receipt]) -> list[Receipt]:
    """The new entries with their versions: the count of their series so far, in the order of the days received."""
    count = Counter(series(entry) for entry in known if entry.accepted)
    version: dict[tuple[str, str], int] = {}
    for entry in sorted(new, key=lambda item: (item.received_at, item.name)):
        if entry.accepted:
            count[series(entry)] += 1
            version[entry.sha256, entry.name] = count[series(entry)]
    return [entry.model_copy(update={"version": version.get((entry.sha256, entry.name), 0)}) for entry in new]


def _same_place(one: Receipt, other: Receipt) -> bool:
    return (one.form, one.quarter, one.region) == (other.form, other.quarter, other.region)


def _same_verdict(one: Receipt, other: Receipt) -> bool:
    return (one.form, one.quarter, one.refusal) == (other.form, other.quarter, other.refusal)


def _copied(first: Receipt) -> Refusal:
    return Refusal(
        code="same_bytes",
        zh=f"内容与已收到的“{first.name}”完全相同，但文件名所示的表或报告期不同；请核对是否放错了文件。",
        en=f"The content equals that of {first.name!r}, which was received for another form or period.",
    )


def _judge(workspace: Workspace, found: _Found, entry: Entry, now: dt.datetime) -> Receipt:
    """The receipt of one file: admitted, of no known form, or refused with the reason."""
    base = Receipt(
        sha256="",
        name=found.name,
        size=0,
        received_at=entry.received_at or now.date(),
        registered_at=now.isoformat(timespec="seconds"),
        reporter=entry.reporter,
        source=entry.source,
        region=entry.region,
        vintage=entry.vintage,
        status=entry.status,
        authority=entry.authority,
    )
    try:
        check_name(found.path)
        sha256, size = keep(workspace, found.path, found.name)
        base = base.model_copy(
            update={"sha256": sha256, "size": size, "path": stored_path(workspace, sha256, found.name)}
        )
        _check_entry(size, entry)
        form = form_of(base.file)
        if form is None:
            return base
        base = base.model_copy(update={"form": form.id})
        return base.model_copy(update=_period(workspace, form, base.file))
    except RefusalError as fault:
        refusal = Refusal(code=fault.fault.code, zh=fault.fault.zh, en=fault.fault.en)
        return base.model_copy(update={"refusal": refusal})


def _check_entry(size: int, entry: Entry) -> None:
    """Refuse an empty file, and one whose line in the register cannot be used."""
    if size == 0:
        raise RefusalError("empty_file", "文件是空的，请重新导出。", "The file is empty; export it again.")
    if entry.fault is not None:
        raise entry.fault


def form_of(file_name: str) -> Form | None:
    """The form whose pattern a file's name follows."""
    return next((form for form in forms().values() if stated(form, file_name)), None)


def _period(workspace: Workspace, form: Form, file_name: str) -> dict[str, object]:
    """Quarter and months of a file, if its form has one period per file.

    Raises:
        RefusalError: the span ends no quarter, or the quarter lies outside the workspace's range.
    """
    said = stated(form, file_name)
    period = said.quarter(form) if said else None
    if period is None:
        return {}
    quarter, months = period
    city = workspace.city
    if quarter not in city.quarters:
        raise RefusalError(
            "quarter_out_of_range",
            f"报告期 {quarter} 不在本工作区的范围 {city.first_quarter}—{city.last_quarter} 内；"
            "请核对文件名，或在 city.toml 中调整范围。",
            f"Quarter {quarter} lies outside this workspace's range {city.first_quarter} to {city.last_quarter}; "
            "check the file name or widen the range in city.toml.",
        )
    return {"quarter": str(quarter), "months": months}


def check_name(path: Path) -> None:
    """Refuse a name that a shell, a spreadsheet or a path could take for something else, and unread types.

    Raises:
        RefusalError: the name, or the kind of file it claims.
    """
    name = path.name
    strange = any(unicodedata.category(letter)[0] == "C" for letter in name)
    if strange or any(mark in name for mark in '\\:*?"<>|') or ".." in name or name[0] in "=+-@":
        raise RefusalError(
            "bad_name",
            "文件名含有控制字符、路径或公式符号，未收；请改用普通文件名。",
            "The file name holds control characters, parts of a path or a formula; rename the file.",
        )
    suffix = Path(name).suffix.lower()
    if suffix in {".xlsm", ".xltm", ".xlsb"}:
        raise RefusalError(
            "macros",
            "可能含有宏的工作簿不予收取；请另存为 .xlsx。",
            "A workbook that may hold macros; save it as .xlsx.",
        )
    if suffix not in SUFFIXES:
        raise RefusalError(
            "unsupported_type",
            "只收 .xlsx、.xls 和 .csv 文件。",
            "Only .xlsx, .xls and .csv files are received.",
        )


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A file from outside, opened without following a link or waiting on a pipe.

    Raises:
        RefusalError: it is a link, no ordinary file, cannot be opened, or is too large.
    """
    if path.is_symlink():
        raise RefusalError("symlink", "符号链接不予收取，请放入文件本身。", "A symbolic link; put the file there.")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise RefusalError(
            "cannot_open", "文件无法打开，请检查权限或是否被占用。", "The file cannot be opened; check its permissions."
        ) from None
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise RefusalError("not_a_file", "不是普通文件。", "Not an ordinary file.")
        if status.st_size > MAX_BYTES:
            raise RefusalError(
                "too_large",
                f"文件超过 {MAX_BYTES >> 20} MB，请拆分后报送。",
                f"The file exceeds {MAX_BYTES >> 20} MB; split it.",
            )
        yield stream


def keep(workspace: Workspace, path: Path, name: str) -> tuple[str, int]:
    """Hash a file; one that is not in the store yet is copied there, read-only, under the hash of what was copied.

    Raises:
        RefusalError: the file is a link, no ordinary file, cannot be opened, or is too large.
    """
    with opened(path) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = stream.tell()
        if size == 0 or stored_path(workspace, digest, name).exists():
            return digest, size
        stream.seek(0)
        return _copy(workspace, stream, name)


def _copy(workspace: Workspace, stream: BufferedReader, name: str) -> tuple[str, int]:
    """Copy a stream into the store under its own hash; written beside and renamed, read-only, on the disk."""
    store = workspace.home / STORE
    store.mkdir(parents=True, exist_ok=True)
    part = store / f".part-{os.getpid()}"
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as out:
            while block := stream.read(_BLOCK):
                digest.update(block)
                size += len(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        part.chmod(MODES["L3"].kept)
        part.replace(stored_path(workspace, digest.hexdigest(), name))
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest(), size


def _with_suggestions(new: list[Receipt]) -> list[Receipt]:
    """Files of no known form, with the form that their header resembles."""
    unknown = [receipt for receipt in new if receipt.form is None and receipt.refusal is None]
    answers = read_files([(receipt.path, "?", None) for receipt in unknown])
    found = {
        receipt.name: answer.suggestion or _by_name(receipt.file)
        for receipt, answer in zip(unknown, answers, strict=True)
    }
    return [receipt.model_copy(update={"suggestion": found.get(receipt.name) or None}) for receipt in new]


def _by_name(file_name: str) -> str:
    """The form whose code or title the name of a file holds."""
    return next((f.id for f in forms().values() if f.code in file_name or f.title in file_name), "")
