"""A report of the task force as values, and as a page.

Belongs here: what every such report has, whatever it is printed on. Does not belong here: what it says (weekly,
monthly, quarterly), the frames of page and document (release).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from indicators.quarter import Quarter
from pipelines.release import pages
from pipelines.release.bulletin import Section
from pipelines.release.issue import FIGURE, STAMPS, Issue
from pipelines.release.sentences import KeyFigure
from pipelines.release.tables import Table
from pipelines.reports.periods import TITLES, Period
from pipelines.workspace import City

LEVEL: Final = "L1"
_LEDGERS: Final = "专班台账数"


@dataclass(frozen=True)
class Edition(Issue):
    """What a report is called: as a release is, but of a period of its own, and without a vintage of accounts."""

    label: str = ""
    kind: str = ""

    @property
    def vintage_zh(self) -> str:
        """周汇报, 月调度 or 季总结: a ledger has no vintage."""
        return TITLES[self.kind]

    @property
    def period(self) -> str:
        """The period's name as it stands in a title."""
        return self.label


@dataclass(frozen=True)
class Paper:
    """What a report says.

    Attributes:
        title: without the period.
        place: whose.
        headline: the finding, one sentence.
        keys: the few large numbers.
        sections: sentences, charts and tables of the page and the document.
        notes: pairs of a heading and its text.
        synthetic: what is said of a made-up city, or ''.
        cite: how it is quoted.
        sheets: sheet → table of the workbook, which has room for all.
        leaders: none; the leaders have a page in the bulletin.
        page: what the page says where it has more room than the document; None: the same.
    """

    title: str
    place: str
    headline: str
    keys: tuple[KeyFigure, ...]
    sections: tuple[Section, ...]
    notes: tuple[tuple[str, str], ...]
    synthetic: str
    cite: tuple[str, ...]
    sheets: dict[str, Table]
    leaders: None = None
    page: Paper | None = None


def edition(period: Period, day: dt.date, level: str = LEVEL) -> Edition:
    """What the report of a period, as known on a day, is called; the house's own names its level."""
    quarter = Quarter(period.until.year, (period.until.month + 2) // 3)
    name = f"{period.kind}_{period.name}_{day}{'' if level == LEVEL else f'_{level}'}"
    figure = f"{FIGURE}、{_LEDGERS}" if period.kind == "quarterly" else _LEDGERS
    return Edition(
        name, quarter, day, level=level, stamp=STAMPS[level], figure=figure, label=period.label, kind=period.kind
    )


def quoted(city: City, of: Edition) -> str:
    """How a report is quoted."""
    return (
        f"引用格式：《{city.name}未来产业及数字经济工作专班{TITLES[of.kind]}（{of.label}）》，"
        f"数据截止 {of.as_of}，{of.level}（{of.stamp}）。"
    )


def render(said: Paper, of: Edition) -> str:
    """The report as one self-contained page; a week's is set for one sheet."""
    template = "week.html.j2" if of.kind == "weekly" else "ledger.html.j2"
    told = vars(said.page or said) | {"title": f"{said.title}（{of.label}）", "name": said.title}
    return pages.render(template, issue=of, **told)
