"""Facts: what the report on a quarter's data says, as plain counts and rates.

Belongs here: the facts as values and what follows from them alone. Does not belong here: gathering them from the lake
(steps.quality), or saying them (sentences, tables, exhibits).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from indicators.quarter import Quarter
from pipelines.checking.outcomes import Outcome
from pipelines.workspace import City

COVERAGE_RULE: Final = "D02"
CLASSED: Final = ("assigned", "unmatched", "ambiguous")


@dataclass(frozen=True)
class FormFacts:
    """The files of one form and their rows; None where nobody counted them."""

    code: str
    title: str
    quarterly: bool
    files: int
    corrections: int
    refused: int
    waiting: int
    rows: int
    accepted: int | None
    set_aside: int | None


@dataclass(frozen=True)
class LostFile:
    """A file that was refused or belongs to no form."""

    received_at: dt.date
    name: str
    form: str
    state: str
    reason: str


@dataclass(frozen=True)
class DayFacts:
    """The rows that came on one day, and how many of them after the deadline of their form."""

    day: dt.date
    rows: int
    late: int


@dataclass(frozen=True)
class RuleFacts:
    """A rule of review: the rows that it set aside, or the queries that it raised and what became of them."""

    rule: str
    message: str
    rows: int
    impact: float = 0.0
    by_status: tuple[tuple[str, int], ...] = ()

    def of(self, status: str) -> int:
        """The queries of a status."""
        return dict(self.by_status).get(status, 0)


@dataclass(frozen=True)
class Share:
    """How much of last year's revenue has been reported; '' stands for all surveys or the whole place."""

    survey: str
    county: str
    due: float
    reported: float

    @property
    def rate(self) -> float:
        """Reported over due."""
        return self.reported / self.due


@dataclass(frozen=True)
class Finding:
    """A rule over totals that is broken."""

    rule: str
    blocking: bool
    subject: str
    message: str


@dataclass(frozen=True)
class Facts:
    """All that the report says of one quarter, as known on a day.

    Attributes:
        forms: by form, quarterly ones first.
        lost: refused and unrecognised files.
        states: what became of the firm rows: set_aside, superseded, assigned, unmatched, ambiguous → rows.
        days: firm rows by day received.
        deadlines: the last day in time of each survey.
        set_aside: by rule, most rows first.
        queries: by rule, most queries first.
        open_impact: share of all queries' possible impact that open ones have, None where none has any.
        open_of_total: that impact over the quarter's core value added, None where this is not known.
        shares: coverage by survey and county, the wholes among them.
        outcomes: of holding tables to their laws; None where that was never done or rows changed since.
        findings: rules over totals that are broken.
        lacking: required forms that have not come.
    """

    city: City
    quarter: Quarter
    as_of: dt.date
    forms: tuple[FormFacts, ...]
    lost: tuple[LostFile, ...]
    states: dict[str, int]
    days: tuple[DayFacts, ...]
    deadlines: tuple[tuple[str, dt.date], ...]
    set_aside: tuple[RuleFacts, ...]
    queries: tuple[RuleFacts, ...]
    open_impact: float | None
    open_of_total: float | None
    shares: tuple[Share, ...]
    outcomes: tuple[Outcome, ...] | None
    findings: tuple[Finding, ...]
    lacking: tuple[str, ...]

    @property
    def received(self) -> int:
        """The firm rows that were read."""
        return sum(self.states.values())

    @property
    def valid(self) -> int:
        """The firm rows that count: neither set aside nor replaced by a correction."""
        return sum(self.states.get(state, 0) for state in CLASSED)

    @property
    def conserved(self) -> bool | None:
        """Whether every row and yuan is where it should be; None where that was not looked at."""
        laws = [outcome for outcome in self.outcomes or () if outcome.expectation == "conservation"]
        return all(law.met for law in laws) if laws else None

    @property
    def unmet(self) -> list[Outcome]:
        """The laws that are not kept, broken contracts first."""
        found = [outcome for outcome in self.outcomes or () if not outcome.met]
        return sorted(found, key=lambda o: (o.severity != "error", o.table, -o.unexpected, o.column))

    @property
    def coverage(self) -> Share | None:
        """The coverage of all surveys in the whole place."""
        return self.share("", "")

    def share(self, survey: str, county: str) -> Share | None:
        """The coverage of a survey in a county, None where nothing is due."""
        return next((s for s in self.shares if (s.survey, s.county) == (survey, county) and s.due > 0), None)

    @property
    def obstacles(self) -> list[str]:
        """What must be solved before the quarter can be released, in the order in which it stops."""
        found = {
            "必报报表未齐": bool(self.lacking),
            "企业报表覆盖率不足": any(finding.rule == COVERAGE_RULE for finding in self.findings),
            "数据表不符合契约或不守恒": any(outcome.severity == "error" for outcome in self.unmet),
            "汇总数不平或标识不全": any(f.blocking and f.rule != COVERAGE_RULE for f in self.findings),
        }
        return [what for what, there in found.items() if there]

    @property
    def queries_open(self) -> int:
        """Queries that nobody has answered."""
        return sum(rule.of("open") for rule in self.queries)
