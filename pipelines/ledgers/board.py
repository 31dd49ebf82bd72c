"""The board of a day: everything that dispatch says of the ledgers as they were known then.

Belongs here: applying ``indicators.dispatch`` to the ledgers, cycle by cycle. Does not belong here: reckoning of its
own, tables, words of a report. The weekly, monthly and quarterly reports are written from boards.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from classification import future_industries
from indicators import dispatch
from indicators.dispatch.doubts import blocking, flagging
from indicators.dispatch.overdue import cycles as reporting
from indicators.dispatch.overdue import ordered, owners
from indicators.dispatch.schedule import Completion
from indicators.dispatch.standing import YEAR
from pipelines.ingest.forms.ledgers import Ledger, ledgers
from pipelines.ledgers.doubles import COLUMNS

FIVE: Final = ("firm", "project", "lead", "bond", "park")
# What an entry was called and where it was before, and what it had come to: by these a doubt is told.
_BEFORE: Final = {name: ("name", "county", *(("cum_year", "month_done") if name == "project" else ())) for name in FIVE}
# What of an entry counts once where another one certainly is the same.
COUNTED: Final[dict[str, tuple[str, ...]]] = {
    "project": ("year_plan", "cum_year"),
    "lead": ("signed_on",),
    "bond": ("issued", "arrived", "spent"),
}
_ABOUT: Final = frozenset({"entry", "reporter", "reported_at"})
LIT: Final = (
    "entry", "name", "county", "department", "cycle", "cut_off", "completion", "scheduled", "deviation", "basis",
    "start_overdue", "silent", "doubt", "light", "word", "symbol", "reason", "before", "changed",
)  # fmt: skip


def whose(rows: pd.DataFrame) -> pd.Series:
    """Whose each entry is: its investor's, else it stands for itself."""
    named = rows["investor"] if "investor" in rows else pd.Series("", index=rows.index)
    return named.where(named != "", rows["entry"])


@dataclass(frozen=True, order=True)
class Cycle:
    """One month of dispatch."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"

    @property
    def last_day(self) -> dt.date:
        """The last day of the month."""
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def cut_off(self, limits: Mapping[str, float]) -> dt.date:
        """The last day on which a report counts for the month."""
        return self.last_day + dt.timedelta(days=int(limits["cut_off_days"]))

    @property
    def next(self) -> Cycle:
        """The month after."""
        return Cycle(self.year + self.month // 12, self.month % 12 + 1)


def kinds(ledger: Ledger) -> dict[str, str]:
    """The columns of a ledger that say something of an entry → their kind."""
    private = ledger.private  # whether something was given is a text
    said = {name: column.kind for name, column in ledger.columns.items() if name not in _ABOUT}
    return {name: "text" if name in private else kind for name, kind in said.items()}


def no_pairs(day: dt.date) -> pd.DataFrame:  # noqa: ARG001 - whatever the day
    """No pair of entries that may be one."""
    return pd.DataFrame(columns=list(COLUMNS))


@dataclass(frozen=True)
class Board:
    """The ledgers as known on a day.

    Attributes:
        history: rows of ``core_ledger`` (or of ``core_ledger_history``), whatever else was received later.
        day: the day of knowledge.
        limits: thresholds by name.
        kept: rows of ``core_dispatch``; lights are read there where they have been made up to the last cycle. In a
            month in which nobody reports none are made, but it is dispatched all the same.
        pairs: the entries that may be one, as known on a day: rows of ``core_ledger_duplicate``.
    """

    history: pd.DataFrame
    day: dt.date
    limits: Mapping[str, float] = field(default_factory=dispatch.thresholds)
    kept: pd.DataFrame | None = None
    pairs: Callable[[dt.date], pd.DataFrame] = no_pairs

    def ever(self, ledger: str, day: dt.date | None = None, year: int | None = None) -> pd.DataFrame:
        """Every entry that a ledger had by a day (default: the board's), those that left included.

        Where a year is dispatched, plans of later ones do not count.
        """
        key = (ledger, day or self.day, year)
        if key not in self._read:
            terms, before = kinds(ledgers()[ledger]), _BEFORE.get(ledger, ())
            self._read[key] = dispatch.entries(self._of(ledger), key[1], terms, before=before, year=year)
        return self._read[key]

    @cached_property
    def _read(self) -> dict[tuple[str, dt.date, int | None], pd.DataFrame]:
        """What was read of the history so far; nobody changes it."""
        return {}

    def of(self, ledger: str) -> pd.DataFrame:
        """The entries on a ledger's list on the day."""
        return dispatch.on_list(self.ever(ledger), self.day)

    def doubts(self, ledger: str) -> pd.DataFrame:
        """What is doubtful about the entries on a list: what ``dispatch.doubts`` gives."""
        if ledger not in self._doubts:
            there = dispatch.on_list(self.ever(ledger, year=self.year), self.day)
            self._doubts[ledger] = dispatch.doubts(ledger, there, self.day, self.year, self.limits)
        return self._doubts[ledger]

    @cached_property
    def _doubts(self) -> dict[str, pd.DataFrame]:
        """The doubts looked at so far; nobody changes them."""
        return {}

    @cached_property
    def doubtful(self) -> pd.DataFrame:
        """All doubts of all ledgers, by owner, the oldest first.

        Returns:
            ``owner, ledger, entry, name, rule, fields, zh, since`` (the day on which the last of what contradicts
            itself was received)``, days``.
        """
        parts = [self._doubtful(name) for name in ledgers() if len(self.doubts(name))]
        columns = ["owner", "ledger", "entry", "name", "rule", "fields", "zh", "since", "days"]
        return ordered(pd.concat(parts, ignore_index=True)[columns]) if parts else pd.DataFrame(columns=columns)

    def _doubtful(self, ledger: str) -> pd.DataFrame:
        found, there = self.doubts(ledger), self.of(ledger)
        about = there.assign(owner=owners(there))[["entry", "name", "owner", "first_known"]]
        rows = found.merge(about, on="entry", validate="many_to_one")
        held = dispatch.held_since(self._of(ledger), self.day).to_dict()
        known = zip(rows["entry"], rows["fields"], rows["first_known"], strict=True)
        # What is of another year was of this one until the year turned.
        turned = {YEAR: pd.Timestamp(self.year, 1, 1)}
        since = [
            max(max(held.get((entry, name), first), turned.get(name, first)) for name in fields)
            for entry, fields, first in known
        ]
        rows = rows.assign(ledger=ledger, since=pd.to_datetime(pd.Series(since, index=rows.index)))
        return rows.assign(days=(pd.Timestamp(self.day) - rows["since"]).dt.days)

    def new_doubts(self, since: dt.date) -> pd.DataFrame:
        """The doubts that did not hold on an earlier day: rows of ``doubtful``."""
        then = replace(self, day=since)
        before = {
            (name, *pair)
            for name in ledgers()
            for pair in then.doubts(name)[["entry", "rule"]].itertuples(index=False, name=None)
        }
        rows = self.doubtful
        new = [key not in before for key in zip(rows["ledger"], rows["entry"], rows["rule"], strict=True)]
        return rows[np.array(new, dtype="bool")].reset_index(drop=True)

    def twins(self, ledger: str) -> pd.DataFrame:
        """The undeclared pairs within a list, both of which are on it."""
        rows, there = self._pairs, set(self.of(ledger)["entry"])
        mine = (rows["ledger"] == ledger) & (rows["other_ledger"] == ledger) & ~rows["declared"].astype(bool)
        return rows[mine & rows["entry"].isin(there) & rows["other"].isin(there)]

    @cached_property
    def _pairs(self) -> pd.DataFrame:
        return self.pairs(self.day)

    def counted_once(self, ledger: str) -> set[str]:
        """The entries that certainly are another one of the list, which counts for both."""
        rows = self.twins(ledger)
        return set(rows.loc[rows["certain"].astype(bool), "other"])

    def left_out(self, ledger: str) -> set[str]:
        """The entries of a list of which something is in doubt that sums and rates therefore leave out."""
        found = self.doubts(ledger)
        return set(found.loc[found["drops"].map(len) > 0, "entry"])

    def counting(self, ledger: str) -> pd.DataFrame:
        """The entries on a list as sums and rates take them: without what is in doubt, and nothing twice."""
        return self._counting(ledger, self.of(ledger), self.doubts(ledger))

    def _counting(self, ledger: str, there: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
        once = [(entry, COUNTED[ledger]) for entry in sorted(self.counted_once(ledger))]
        return dispatch.counting(there, [*zip(found["entry"], found["drops"], strict=True), *once])

    def changes(self, since: dt.date) -> pd.DataFrame:
        """The cells that changed after a day, of all ledgers: ``ledger`` and what ``changed_fields`` gives."""
        parts = [
            dispatch.changed_fields(self._of(name), since, self.day).assign(ledger=name)
            for name in ledgers()
            if len(self._of(name))
        ]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many entries stand on each ledger."""
        return {name: len(self.of(name)) for name in ledgers()}

    @cached_property
    def cycles(self) -> list[Cycle]:
        """The months that had been cut off by the day, from the first in which a project was known."""
        known = self._of("project")
        if known.empty:
            return []
        first = pd.Timestamp(known["known_from"].min())
        cycle, found = Cycle(first.year, first.month), []
        while cycle.cut_off(self.limits) <= self.day:
            found.append(cycle)
            cycle = cycle.next
        return found

    @property
    def year(self) -> int:
        """The year that is dispatched: that of the last month cut off."""
        return self.cycles[-1].year if self.cycles else self.day.year

    @cached_property
    def lights(self) -> pd.DataFrame:
        """The light of each project in each cycle (``LIT``), each as known when the cycle was cut off."""
        if self.kept is not None and {str(cycle) for cycle in self.cycles[-1:]} <= set(self.kept["cycle"]):
            return self.kept[self.kept["cut_off"] <= self.day].reset_index(drop=True)
        parts = [self._measured(cycle, self.cycles[: number + 1]) for number, cycle in enumerate(self.cycles)]
        parts = [part for part in parts if len(part)]
        if not parts:
            return pd.DataFrame(columns=list(LIT))
        return dispatch.lights(pd.concat(parts, ignore_index=True), self.limits)[list(LIT)]

    def _measured(self, cycle: Cycle, until: list[Cycle]) -> pd.DataFrame:
        """Progress, starts, silence and doubts of the projects of one cycle."""
        cut, there = cycle.cut_off(self.limits), self._projects(cycle)
        found = dispatch.doubts("project", there, cut, cycle.year, self.limits)
        # What is in doubt is as little in a light as it is in a sum.
        sound = dispatch.counting(there, zip(found["entry"], found["drops"], strict=True))
        told = dispatch.progress(dispatch.of_year(sound, cycle.year), cycle.year, cycle.month)
        doubt, flag = blocking(found), flagging(found)
        return told.assign(
            name=there["name"],
            county=there["county"],
            department=there["department"],
            cycle=str(cycle),
            cut_off=cut,
            start_overdue=dispatch.start_overdue(there, cycle.last_day),
            silent=told["entry"].map(self._silent(until)).fillna(0).astype("int64"),
            doubt=[doubt.get(entry, "") for entry in told["entry"]],
            flag=[flag.get(entry, "") for entry in told["entry"]],
        )

    def _projects(self, cycle: Cycle) -> pd.DataFrame:
        """The projects on the list at the end of a month, as known at its cut-off, with what its year planned."""
        ever = self.ever("project", cycle.cut_off(self.limits), cycle.year)
        return dispatch.on_list(ever, cycle.last_day)

    def _silent(self, cycles: list[Cycle]) -> pd.Series:
        """By project the cycles up to the last one in which nothing was heard of it."""
        cuts = np.array([np.datetime64(cycle.cut_off(self.limits)) for cycle in cycles])
        known = self._of("project")
        heard = np.searchsorted(cuts, pd.to_datetime(known["known_from"]).to_numpy().astype("datetime64[D]"))
        there = heard < len(cuts)
        last = pd.Series(heard[there], index=known["entry"][there]).groupby(level=0).max()
        return len(cuts) - 1 - last

    @cached_property
    def lit(self) -> pd.DataFrame:
        """The lights of the last cycle cut off."""
        return self.lights[self.lights["cycle"].isin([str(cycle) for cycle in self.cycles[-1:]])]

    @cached_property
    def completion(self) -> Completion | None:
        """Investment done and planned in the last cycle cut off, of projects with a plan; None where none has one."""
        planned = self.planned
        if planned.empty:
            return None
        month = self.cycles[-1].month
        return dispatch.completion(float(planned["cum_year"].sum()), float(planned["year_plan"].sum()), month)

    @cached_property
    def planned(self) -> pd.DataFrame:
        """The projects of the last cycle cut off whose plan of its year counts."""
        if not self.cycles:
            return self.of("project")[:0]
        cycle = self.cycles[-1]
        there = self._projects(cycle)
        found = dispatch.doubts("project", there, cycle.cut_off(self.limits), cycle.year, self.limits)
        counted = dispatch.of_year(self._counting("project", there, found), cycle.year)
        return counted[counted["year_plan"] > 0].reset_index(drop=True)

    @cached_property
    def starts(self) -> tuple[int, int]:
        """Projects that were due to start by the day, and those of them that have."""
        return self.started_by(self.day)

    def started_by(self, day: dt.date) -> tuple[int, int]:
        """The same of an earlier day, as known on the board's."""
        return dispatch.start_rate(dispatch.on_list(self.ever("project"), day), day)

    @cached_property
    def problems(self) -> pd.DataFrame:
        """The problems with state, age and who is to push."""
        return dispatch.problem_status(self.of("problem"), self.day, self.limits)

    @cached_property
    def measures(self) -> pd.DataFrame:
        """The work plan as a checklist."""
        return dispatch.measure_progress(self.of("measure"), self.day)

    @cached_property
    def funnel(self) -> pd.DataFrame:
        """The funnel of 三个一批 by batch."""
        return dispatch.funnel(self._leads, self.day)

    def signings(self, since: dt.date) -> pd.DataFrame:
        """The signings from a day on, each with what it counts for."""
        return dispatch.signings(self._leads, since, self.day)

    @cached_property
    def _leads(self) -> pd.DataFrame:
        """Every lead that there was, as counts take it: a contract of one that has left its list was signed, too."""
        ever = self.ever("lead")
        return self._counting("lead", ever, dispatch.doubts("lead", ever, self.day, self.year, self.limits))

    @cached_property
    def bonds(self) -> pd.DataFrame:
        """Special bonds as reported, with spending progress and idleness of what is not in doubt."""
        there, counted, told = self.of("bond"), self.counting("bond"), self._of("bond")
        told = told[(told["field"] == "spent") & (pd.to_datetime(told["known_from"]) <= pd.Timestamp(self.day))]
        spent = told.assign(spent=pd.to_numeric(told["value"]).fillna(0.0))[["entry", "reported_at", "spent"]]
        measured = dispatch.spending(counted, spent, self.day, self.limits)
        return there.merge(measured, on="entry", validate="one_to_one")

    @cached_property
    def parks(self) -> pd.DataFrame:
        """Parks as reported, with their indicators of what is not in doubt."""
        measured = dispatch.park_indicators(self.counting("park"))
        return self.of("park").merge(measured, on="entry", validate="one_to_one")

    def futures(self, day: dt.date | None = None) -> pd.DataFrame:
        """The six future industries by a day (default: the board's): what stands on the lists, and what was invested.

        Returns:
            ``id, name_zh, future_firms, future_projects, future_invested`` (yuan of the year that is dispatched)``,
            future_investors`` (how many invested it), all six, in order.
        """
        there = {
            name: dispatch.on_list(self.ever(name, year=self.year), day or self.day) for name in ("firm", "project")
        }
        doubted = dispatch.doubts("project", there["project"], self.day, self.year, self.limits)
        invested = dispatch.of_year(self._counting("project", there["project"], doubted), self.year)
        found = future_industries()[["id", "name_zh"]].drop_duplicates(ignore_index=True)
        by = {name: rows.groupby("future_industry") for name, rows in there.items()}
        told = {
            "future_firms": by["firm"].size(),
            "future_projects": by["project"].size(),
            "future_invested": invested.groupby("future_industry")["cum_year"].sum(),
            "future_investors": whose(invested[invested["cum_year"] > 0])
            .groupby(invested["future_industry"])
            .nunique(),
        }
        return found.assign(**{name: found["name_zh"].map(values).fillna(0) for name, values in told.items()})

    @cached_property
    def late(self) -> pd.DataFrame:
        """Everything past due, by owner."""
        return dispatch.late_by_owner(self.of("project"), self.problems, self.measures, self.day)

    @cached_property
    def quiet(self) -> pd.DataFrame:
        """The entries of which nothing was heard for longer than the cycle of their ledger, by owner."""
        parts = [dispatch.not_reported(name, self.of(name), self.day) for name in reporting().index]
        return ordered(pd.concat(parts, ignore_index=True))

    def _of(self, ledger: str) -> pd.DataFrame:
        return self.history[self.history["ledger"] == ledger]
