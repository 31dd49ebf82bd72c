"""The task force's reports: gathered from ledgers and, of a quarter, its release; written whole or not at all.

Belongs here: which board and which release a report rests on, its folder. Does not belong here: what it says (reports).
A report is a function of its period and the day of knowledge: the same bytes, whatever came later.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow.compute as pc

from classification.errors import InputError
from indicators.dispatch.thresholds import thresholds
from pipelines import clock
from pipelines.lake import Lake
from pipelines.levels import MODES
from pipelines.reports.periods import TITLES, Kind, Period, period
from pipelines.review.identifiers import LOOKS_LIKE
from pipelines.steps.exported import export
from pipelines.steps.ledgers import board
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.release.figures import Figures
    from pipelines.reports.paper import Edition, Paper

_BUILDING: Final = ".building-"
_CODE: Final = re.compile(rf"(?<![0-9A-Za-z]){LOOKS_LIKE}(?![0-9A-Za-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Written:
    """A report that was written: its folder, its headline, the day of its knowledge."""

    folder: Path
    headline: str
    as_of: dt.date


def report(
    workspace: Workspace,
    kind: Kind,
    text: str = "",
    as_of: dt.date | None = None,
    today: dt.date | None = None,
    *,
    internal: bool = False,
) -> Written:
    """Write the report of a period.

    Args:
        workspace: whose; its ledgers have been taken in.
        kind: weekly, monthly or quarterly.
        text: the period, a day in it, or '' for the latest.
        as_of: the day of knowledge; default the one on which the report is due, today at the latest.
        today: default the clock's.
        internal: of a quarter: the house's own (L2), with all that its release says, in a folder of its own.

    Raises:
        InputError: no ledger had come by then, the period cannot be told on that day, or nothing of the quarter has
            been released.
    """
    from pipelines.reports.paper import edition

    now = today or clock.today()
    about = _period(workspace, kind, text, now)
    day = about.known_on(as_of or min(about.due, now))
    of = edition(about, day, "L2" if internal else "L1")
    said = _said(workspace, about, of)
    return Written(_write(workspace, about, said, of), said.headline, day)


def _period(workspace: Workspace, kind: Kind, text: str, today: dt.date) -> Period:
    received = Lake(workspace.lake).read("core_ledger")["known_from"]
    if not len(received):
        raise InputError(
            f"还没有收到台账。请把清单（TZ01—TZ08、TZ00）放入 {workspace.inbox} 后重试。",
            "No ledger was received: put the files into the inbox.",
        )
    return period(kind, text, workspace.city, thresholds(), last=pc.max(received).as_py(), today=today)


def _said(workspace: Workspace, about: Period, of: Edition) -> Paper:
    from pipelines.reports.monthly import monthly
    from pipelines.reports.quarterly import quarterly
    from pipelines.reports.weekly import weekly

    city = workspace.city
    # A quarter's ledgers are those of its cut-off, whatever its release knows.
    found = board(workspace, about.first if about.kind == "quarterly" else of.as_of)
    if not (found.history["known_from"] <= found.day).any():
        raise InputError(
            f"截至 {found.day} 没有收到台账，写不出{about.label}的{TITLES[about.kind]}。",
            f"No ledger was received by {found.day}.",
            where=about.name,
        )
    if about.kind == "quarterly":
        return quarterly(found, _figures(workspace, about.name, of), about, city, of)
    return (weekly if about.kind == "weekly" else monthly)(found, about, city, of)


def _figures(workspace: Workspace, quarter: str, of: Edition) -> Figures:
    """What of the quarter's release may be seen: of the task force's edition the copy that passed the gate.

    The first copy is kept to, whatever the lake holds by now; one is made where there is none.

    Raises:
        InputError: nothing of the quarter had been released for that day.
    """
    from pipelines.release.copies import copy_of
    from pipelines.release.read import figures, released_of

    release = released_of(workspace, quarter, of.as_of)
    if release is None:
        raise InputError(
            f"截至 {of.as_of} 还没有 {quarter} 的发布包，季总结无从引用核心产业数。请先运行 shuce run {quarter}。",
            f"Nothing of {quarter} had been released by {of.as_of}; run `shuce run {quarter}` first.",
            where=quarter,
        )
    if of.level != "L1":
        return figures(release)
    purpose = f"{TITLES['quarterly']} {quarter}"
    copy = copy_of(workspace, release, "L1") or export(workspace, release, "L1", purpose=purpose).folder
    return figures(release, copy)


def _write(workspace: Workspace, about: Period, said: Paper, of: Edition) -> Path:
    """Lay the report out beside its place; what was there of the period is replaced whole.

    Raises:
        InputError: what looks like a credit code stands in it; nothing is written.
    """
    from pipelines.release import document
    from pipelines.reports import book
    from pipelines.reports.paper import render

    name = about.name if of.level == "L1" else f"{about.name}_{of.level}"
    folder = workspace.reports / about.kind / name
    building = folder.with_name(f"{_BUILDING}{name}-{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        page = render(said, of)
        _refuse_codes(said, of)
        (building / f"{of.name}.html").write_text(page, encoding="utf-8")
        document.write(said, of, document.template(workspace), building / f"{of.name}.docx",
                       sheet=about.kind == "weekly")  # fmt: skip
        book.write(said, of, building / f"{of.name}.xlsx")
        for path in building.iterdir():
            path.chmod(MODES[of.level].kept)
        building.chmod(MODES[of.level].folder)
        building.parent.chmod(MODES["L1"].folder)
        old = folder.with_name(f"{_BUILDING}{name}-{os.getpid()}-old")
        if folder.exists():
            folder.rename(old)
        building.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return folder


def _refuse_codes(said: Paper, of: Edition) -> None:
    """Texts of ledgers are free: a code written into a name or a note goes no further, not into the refusal either."""
    for name, table in said.sheets.items():
        for number, row in enumerate(table.rows, start=1):
            texts = [row.label, *(cell for cell in row.cells if isinstance(cell, str))]
            if any(_CODE.search(text) for text in texts):
                entry = _CODE.sub("…", row.label.split()[0])
                raise InputError(
                    f"{name}表第{number}行“{entry}”的文字中有统一社会信用代码，未写出。请在台账中改正该条的名称或说明。",
                    f"A credit code stands in a text of row {number} ({entry}); nothing was written.",
                    where=of.name,
                )
