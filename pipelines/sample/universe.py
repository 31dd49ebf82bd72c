"""The city's units as they report: values by quarter, and the events of single units (recodes, moves, a merger).

Belongs here: what each unit would report for a quarter if it made no mistake. Does not belong here: mistakes (planted),
forms (firm_files).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from indicators.quarter import Quarter
from pipelines.sample.economy import MONTHS, YEARS, Units
from pipelines.sample.profile import Floats, Ints, classes

FIRST: Final = Quarter(2020, 1)
LAGGED_FROM: Final = Quarter(2021, 1)
SERVICE: Final = 1
TRADE: Final = 2
# What a turning point may change: all that a unit makes and takes in, or only what it is owed.
Turned = Literal["flows", "receivables"]


@dataclass(frozen=True)
class Change:
    """From ``quarter`` on the unit at ``place`` has another class or county (rows of ``classes()``, ``COUNTIES``)."""

    place: int
    quarter: Quarter
    klass: int | None = None
    county: int | None = None


@dataclass(frozen=True)
class Merger:
    """From ``quarter`` on the heir reports for both; its 上年同期 is restated."""

    heir: int
    absorbed: int
    quarter: Quarter


@dataclass(frozen=True)
class Turn:
    """From quarter ``first`` to ``last`` the ``item`` of the units at ``places`` is ``factor`` of what it would be."""

    places: Ints
    first: Quarter
    last: Quarter
    factor: float
    item: Turned = "flows"


@dataclass(frozen=True)
class Universe:
    """Units, the calibration factor of each group and year, and what happened to single units."""

    units: Units
    factors: Floats
    changes: tuple[Change, ...] = ()
    mergers: tuple[Merger, ...] = ()
    turns: tuple[Turn, ...] = ()

    def klass(self, quarter: Quarter) -> Ints:
        """The class of each unit in a quarter."""
        return self._changed(self.units.klass, quarter, "klass")

    def county(self, quarter: Quarter) -> Ints:
        """The county of each unit in a quarter."""
        return self._changed(self.units.county, quarter, "county")

    def reporting(self, quarter: Quarter) -> npt.NDArray[np.bool_]:
        """Which units report for a quarter."""
        number = position(quarter)
        there = (self.units.entry <= number) & (self.units.exit > number)
        for merger in self.mergers:
            there[merger.absorbed] &= quarter < merger.quarter
        return there

    def survey(self) -> Ints:
        """The survey of each unit; recodes never change it."""
        return classes().survey[self.units.klass]

    def output(self, year: int, months: int, *, on: Quarter) -> Ints:
        """Cumulative output in 千元 of a year's first months, as stated on a return of quarter ``on``.

        Args:
            year: 2019 to 2023.
            months: one of ``MONTHS``.
            on: the return's quarter; it tells which mergers the unit restates.

        Returns:
            Output by unit: gross output, revenue (services) or margin (trade), whole thousands of yuan.
        """
        at = YEARS.index(year)
        table = classes()
        mean = table.va / table.rate / table.units * 1e5
        annual = mean[self.units.klass] * self.units.level[:, at] * self.factors[self.units.klass, at]
        value: Ints = np.rint(annual * self._season(year, months)).astype(np.int64)
        for merger in self.mergers:
            if on >= merger.quarter and year >= merger.quarter.year - 1:
                value[merger.heir] += value[merger.absorbed]
        return value

    def owed(self, quarter: Quarter) -> Floats:
        """What of its usual receivables each unit has at the end of a quarter, as turning points leave it."""
        share = np.ones(len(self.units.index))
        for turn in self._turning("receivables"):
            share[turn.places] *= turn.factor if turn.first <= quarter <= turn.last else 1.0
        return share

    def _turning(self, item: Turned) -> list[Turn]:
        return [turn for turn in self.turns if turn.item == item]

    def _season(self, year: int, months: int) -> npt.NDArray[np.float32]:
        """Share of a year's output by the end of a month, as turning points leave it."""
        at, until = YEARS.index(year), MONTHS.index(months) + 1
        share = self.units.season[:, at, until - 1].copy()
        for turn in self._turning("flows"):
            ends = MONTHS[:until]
            hit = [turn.first <= Quarter(year, (end + 2) // 3) <= turn.last for end in ends]
            pieces = np.diff(self.units.season[turn.places, at, :until], axis=1, prepend=0)
            share[turn.places] -= (pieces * np.where(hit, 1 - turn.factor, 0)).sum(axis=1)
        return share

    def _changed(self, start: Ints, quarter: Quarter, what: str) -> Ints:
        now = start.copy()
        for change in self.changes:
            new = getattr(change, what)
            if new is not None and quarter >= change.quarter:
                now[change.place] = new
        return now


@dataclass(frozen=True)
class Flows:
    """What units report for a quarter, 千元, arrays of one length; ``months`` is what the values cover, by unit."""

    output: Ints
    output_base: Ints
    revenue: Ints
    revenue_base: Ints
    cost: Ints
    cost_base: Ints
    tax: Ints
    profit: Ints
    wages: Ints
    vat: Ints
    staff: Ints


def position(quarter: Quarter) -> int:
    """Quarters since 2020Q1."""
    return (quarter.year - FIRST.year) * 4 + quarter.number - FIRST.number


def months_covered(survey: int, quarter: Quarter) -> int:
    """Months since January that a survey's return covers: services report a month late from 2021 on."""
    return quarter.number * 3 - int(survey == SERVICE and quarter >= LAGGED_FROM)


def outputs(universe: Universe, year: int, quarter: Quarter) -> Ints:
    """Output of ``year`` over the months that each unit's return of ``quarter`` covers, 千元."""
    full = universe.output(year, quarter.number * 3, on=quarter)
    if quarter < LAGGED_FROM:
        return full
    lagged = universe.output(year, quarter.number * 3 - 1, on=quarter)
    return np.where(universe.survey() == SERVICE, lagged, full)


def flows(universe: Universe, quarter: Quarter) -> Flows:
    """What every unit reports for a quarter: values of the year so far and of the same months of the year before."""
    output, base = outputs(universe, quarter.year, quarter), outputs(universe, quarter.year - 1, quarter)
    units, survey = universe.units, universe.survey()
    trade = survey == TRADE
    factor = np.where(trade, 1 / units.ratio, units.ratio)
    revenue, revenue_base = (np.rint(value * factor).astype(np.int64) for value in (output, base))
    cost_share = 1 - np.where(survey == SERVICE, 0.32, 0.15) - units.profit / 4
    cost, cost_base = (
        np.where(trade, income - margin, np.rint(income * cost_share).astype(np.int64))
        for income, margin in ((revenue, output), (revenue_base, base))
    )
    months = quarter.number * 3
    wages = np.rint(revenue * units.wage)
    staff = np.maximum(np.rint(wages / units.pay / months * 12), 1)
    return Flows(
        output=output,
        output_base=base,
        revenue=revenue,
        revenue_base=revenue_base,
        cost=cost,
        cost_base=cost_base,
        tax=np.rint(revenue * 0.006).astype(np.int64),
        profit=np.rint(revenue * units.profit).astype(np.int64),
        wages=wages.astype(np.int64),
        vat=np.rint(revenue * 0.021 * (units.pay / 72.0).clip(0.5, 2.0)).astype(np.int64),
        staff=staff.astype(np.int64),
    )
