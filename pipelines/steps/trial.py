"""A trial (预检): what would happen to one file, found out by the steps themselves, and nothing of it kept.

Belongs here: a scratch workspace that knows all that the real one received, and what the steps say there about the
file. Does not belong here: rules and readers of its own; a trial has none. The real workspace is only read.

Cost: the file's own form is read for its quarter; other raw tables are taken as they lie in the lake where fresh.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from classification.errors import InputError
from pipelines.ingest.faults import Fault, RefusalError
from pipelines.ingest.forms import forms
from pipelines.ingest.forms.ledgers import LEDGER_FORMS
from pipelines.ingest.landing import opened, register
from pipelines.ingest.ledgers import UNTOLD
from pipelines.ingest.mapping import FOLDER
from pipelines.ingest.receipts import STORE, Receipt, log_path, receipts
from pipelines.ingest.register import REGISTER
from pipelines.ingest.tables import UNREAD
from pipelines.journal import Journal
from pipelines.lake import ALL, Lake
from pipelines.steps import annual, claims, ledgers
from pipelines.steps import register as registers
from pipelines.steps.arrivals import SHA, set_aside_rows
from pipelines.steps.asides import unclassed
from pipelines.steps.classified import class_return
from pipelines.steps.core import (
    FIRM_FORMS,
    SMALL_TABLES,
    core_return,
    core_small,
    ledger_set_aside,
    reference_set_aside,
)
from pipelines.steps.lines import lines_partition
from pipelines.steps.raw import raw
from pipelines.workspace import SETTINGS, Workspace

# What was read, and as numbers what earlier quarters are compared by; never what a review made of it.
_TAKEN: Final = ("raw_", "refused_", "notice_", "core_history")
_REFERENCE: Final = ("annual", "digital_use", *(form for needed in SMALL_TABLES.values() for form in needed))


@dataclass(frozen=True)
class Finding:
    """One thing to be said about a row: set aside (``hard``) or a query; the value itself is not repeated."""

    hard: bool
    fault: Fault


@dataclass(frozen=True)
class Trial:
    """What would happen to a file.

    Attributes:
        receipt: the entry that registering would make; None where the file would not even be opened.
        known: the same bytes were received before.
        refusal: why the whole file would be refused; for a file of no known form ``receipt.suggestion`` says what it
            resembles.
        rows: rows found in the file.
        set_aside: rows that would be set aside.
        findings: every rule that fires and every row refused, in the order of the file.
        unread: columns that the form does not have, or that a ledger's sheet had before, by sheet.
    """

    receipt: Receipt | None
    known: bool = False
    refusal: Fault | None = None
    rows: int = 0
    set_aside: int = 0
    findings: tuple[Finding, ...] = ()
    unread: tuple[Fault, ...] = ()

    @property
    def code(self) -> int:
        """0 clean; 1 rows set aside or queries; 2 refused."""
        return 2 if self.refusal else int(bool(self.findings))


def trial(workspace: Workspace, file: Path) -> Trial:
    """Register, read and review a file in a scratch copy of the workspace's history.

    Raises:
        InputError: there is no such file, it is a folder, or the workspace itself is wrong.
    """
    if not file.is_symlink() and not file.exists():
        raise InputError("没有这个文件。", "There is no such file.", where=str(file))
    if not file.is_symlink() and file.is_dir():
        raise InputError(
            "这是文件夹；请一次给一个文件。", "This is a folder; give one file at a time.", where=str(file)
        )
    _ = workspace.city
    with _scratch(workspace) as scratch:
        name = _name_in(workspace, file)
        try:
            sha256 = _put(file, scratch.inbox / name)
        except RefusalError as refused:
            return Trial(None, refusal=refused.fault)
        before = {entry.sha256 for entry in receipts(workspace) if entry.accepted}
        register(scratch)
        found = [r for r in receipts(scratch, refused=True) if r.sha256 == sha256 or r.name == name]
        receipt = max(found, key=lambda r: (r.name == name, r.sha256 == sha256, r.accepted))
        if fault := _landing_fault(receipt):
            return Trial(receipt, refusal=fault)
        return _reviewed(scratch, receipt, known=sha256 in before)


def _name_in(workspace: Workspace, file: Path) -> str:
    """The name under which the file would be registered: with its folder where it lies in one of the inbox."""
    place = file.parent.absolute()
    inside = place.parent == workspace.inbox.absolute()
    return f"{place.name}/{file.name}" if inside else file.name


def _put(file: Path, target: Path) -> str:
    """Copy the file into the scratch inbox, opened as the landing opens it; gives its hash."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened(file) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        with target.open("wb") as out:
            shutil.copyfileobj(stream, out)
    return digest


@contextmanager
def _scratch(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace of its own that knows what the real one received; for this user's eyes only, and removed after."""
    with tempfile.TemporaryDirectory(prefix="shuce-") as folder:
        home = Path(folder)
        scratch = Workspace(home)
        shutil.copyfile(workspace.home / SETTINGS, home / SETTINGS)
        for place in (scratch.inbox, scratch.log, scratch.lake, home / STORE):
            place.mkdir()
        if (workspace.inbox / REGISTER).is_file():
            shutil.copyfile(workspace.inbox / REGISTER, scratch.inbox / REGISTER)
        Journal(log_path(scratch)).append(Journal(log_path(workspace)).read())
        _link(workspace.home / STORE, home / STORE)
        if (workspace.home / FOLDER).is_dir():
            (home / FOLDER).symlink_to((workspace.home / FOLDER).absolute())
        for table in workspace.lake.glob("*"):
            if table.name.startswith(_TAKEN):
                (scratch.lake / table.name).mkdir()
                _share(table, scratch.lake / table.name)
        yield scratch


def _link(source: Path, target: Path) -> None:
    for path in source.glob("[!.]*"):
        (target / path.name).symlink_to(path.absolute())


def _share(source: Path, target: Path) -> None:
    """Have the files of a table in the scratch lake too, where an engine may read them: it follows no link out of it.

    The lake replaces what it writes by a rename, which leaves a file that goes by two names alone.
    """
    for path in source.glob("[!.]*"):
        try:
            os.link(path, target / path.name)
        except OSError:  # another disk
            shutil.copyfile(path, target / path.name)


def _landing_fault(receipt: Receipt) -> Fault | None:
    if receipt.refusal is not None:
        return Fault(receipt.refusal.code, receipt.refusal.zh, receipt.refusal.en)
    if receipt.form is not None:
        return None
    like = forms().get(receipt.suggestion or "")
    hint_zh = f"；内容最像 {like.code}《{like.title}》，请按该表规定的文件名改名" if like else ""
    hint_en = f"; it resembles form {like.code} most: name it as that form's files are named" if like else ""
    return Fault(
        "unknown_form",
        f"文件名不属于任何一张表{hint_zh}。",
        f"The file's name is that of no form{hint_en}.",
    )


def _reviewed(scratch: Workspace, receipt: Receipt, *, known: bool) -> Trial:
    """What the steps say about the file in the scratch workspace."""
    form, lake = receipt.form or "", Lake(scratch.lake)
    partition = receipt.quarter or ALL
    for name in _read_with(form):
        raw(scratch, name, partition)
    refused = _of_file(lake.read(f"refused_{form}", [partition]), receipt).to_pylist()
    read = _of_file(lake.read(f"raw_{form}", [partition]).select(["file_sha"]), receipt).num_rows
    if refused and not read:
        # Nothing of the file was read: it is refused as a whole, whatever line the reason points at.
        return Trial(receipt, known, _fault(refused[0], "code"))
    rows = read + len({(row["sheet"], row["row"]) for row in refused})
    _review(scratch, form, partition)
    lines = lines_partition(form, partition)
    mine = _of_rows(lake.read("core_set_aside", [lines]), receipt)
    queries = _queries(lake, lines, receipt) if lake.note("core_finding", lines) else []
    if form in FIRM_FORMS:
        queries += _unclassed(scratch, partition, receipt)
    if form in LEDGER_FORMS:
        queries += [Finding(False, _fault(row, "rule")) for row in ledgers.doubts_of(scratch, receipt.sha256)]
    found = [Finding(True, _fault(row, "rule")) for row in mine.to_pylist()] + queries
    found.sort(key=lambda item: (item.fault.sheet, item.fault.row, not item.hard, item.fault.code))
    notices = _of_file(lake.read(f"notice_{form}", [partition]), receipt).to_pylist()
    if form in LEDGER_FORMS:
        notices = [row for row in ledgers.unread(scratch) if row["file_sha"] == receipt.sha256]
    unread = tuple(_fault(row, "code") for row in notices if row["code"] in {UNREAD, UNTOLD})
    return Trial(receipt, known, None, rows, len(set_aside_rows(mine)), tuple(found), unread)


def _read_with(form: str) -> tuple[str, ...]:
    """The forms that are read for a form's review: those whose rows share the table of what is set aside."""
    together = lines_partition(form)
    return tuple(name for name in forms() if lines_partition(name) == together)


def _review(scratch: Workspace, form: str, partition: str) -> None:
    if form in LEDGER_FORMS:
        ledger_set_aside(scratch)
        core_small(scratch, "core_ledger_history")
    elif form in _REFERENCE:
        reference_set_aside(scratch)
        if form == annual.FORM:
            annual.core_annual(scratch)
    elif form in FIRM_FORMS:
        core_return(scratch, partition)
        class_return(scratch, partition)
    elif form == registers.FORM:
        registers.core_register(scratch, partition)
    else:
        claims.class_check(scratch, partition)


def _of_file(table: pa.Table, receipt: Receipt) -> pa.Table:
    return table.filter(pc.equal(table["file_sha"], receipt.sha256))


def _fault(row: dict[str, Any], code: str) -> Fault:
    return Fault(row[code], row["reason_zh"], row["reason_en"], row["sheet"], row["row"], row["column"])


def _queries(lake: Lake, partition: str, receipt: Receipt) -> list[Finding]:
    """The queries that the review raises about the file's rows."""
    table = _of_rows(lake.read("core_finding", [partition]), receipt)
    named = {"message_zh": "reason_zh", "message_en": "reason_en"}
    rows = table.rename_columns([named.get(name, name) for name in table.column_names]).to_pylist()
    return [Finding(False, _fault(row, "rule")) for row in rows]


def _unclassed(scratch: Workspace, partition: str, receipt: Receipt) -> list[Finding]:
    """The file's rows whose industry code gives no class: they would be accepted and yet count nowhere."""
    faults = [_fault(row, "rule") for row in _of_rows(unclassed(scratch, partition), receipt).to_pylist()]
    until = "；更正之前本行不计入任何行业，请更正行业代码后重报。", " Until it is mended the row counts nowhere."
    return [Finding(False, replace(fault, zh=fault.zh + until[0], en=fault.en + until[1])) for fault in faults]


def _of_rows(table: pa.Table, receipt: Receipt) -> pa.Table:
    """The rows of one file in a table that knows files by their row ids alone."""
    return table.filter(pc.equal(pc.utf8_slice_codeunits(table["row_id"], 0, SHA), receipt.sha256[:SHA]))
