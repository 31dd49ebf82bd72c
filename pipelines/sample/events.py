"""What happens to units: recodes (two across the border of the core), moves between counties, mergers, turning points.

Belongs here: choosing the units, by rank among settled ones, so that any size of city has them. Does not belong here:
entries and exits, which are drawn (economy).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, cast

import numpy as np

from indicators.quarter import Quarter
from pipelines.sample.economy import NEVER, YEARS, Units
from pipelines.sample.profile import STARRED, SURVEYS, Floats, Ints, classes, rows
from pipelines.sample.universe import Change, Merger, Turn, Turned

CORE: Final = ("01", "01_chain", "02", "03", "04")
# Survey, from a core class, rank, to class, from quarter: across the border of the core, inwards and outwards. The
# review is to find them, so each is of a unit that is still there.
_CROSSINGS: Final = (("industry", False, 50, "3824", "2022Q1"), ("service", True, 51, "7516", "2023Q1"))
# The same within the core or outside it, ranks from 52 on.
_RECODES: Final = (
    ("industry", False, "1393", "2021Q2"),
    ("industry", False, "2924", "2021Q4"),
    ("industry", False, "3359", "2022Q1"),
    ("industry", False, "3381", "2022Q3"),
    ("industry", False, "3575", "2023Q2"),
    ("trade", False, "5128", "2022Q3"),
    ("service", False, "7229", "2021Q3"),
    ("construction", False, "4852", "2023Q1"),
    ("service", True, "6550", "2023Q2"),
    ("service", True, "6550", "2023Q3"),
    ("service", True, "6550", "2023Q4"),
)
# Survey, whether it is a core unit, its rank, the county it moves to, from quarter. Of the core there are enough in the
# last year to be told as a row of their own.
_MOVES: Final = (
    ("industry", False, 31, 3, "2021Q3"),
    ("service", False, 33, 0, "2022Q1"),
    ("trade", False, 35, 8, "2022Q4"),
    ("industry", False, 37, 1, "2023Q2"),
    ("industry", True, 71, 1, "2023Q2"),
    ("industry", True, 72, 4, "2023Q3"),
    ("industry", True, 73, 6, "2023Q4"),
)
# Survey, whether they are core units, the ranks of heir and absorbed, from quarter.
_MERGERS: Final = (("industry", False, 41, 43, "2022Q1"), ("service", True, 74, 75, "2023Q2"))


def settled(units: Units, survey: str, *, core: bool) -> Ints:
    """Places of lasting units of a survey by code: smaller ones outside core and chains, or unstarred core ones.

    Smaller means below the median, so that a mistake in one of them hardly moves a total.
    """
    table = classes()
    there = (units.entry < 0) & (units.exit == NEVER) & (table.survey[units.klass] == SURVEYS.index(survey))
    fit = np.isin(table.group, CORE if core else SURVEYS) & ~np.isin(table.gbt, STARRED)
    mine = there & fit[units.klass]
    size = _output(units)
    places = np.flatnonzero(mine & (size <= float(np.median(size[mine]))))
    return np.asarray(places[np.argsort(units.code[places], kind="stable")], dtype=np.int64)


def ranked(units: Units, survey: str, rank: int, *, core: bool = False) -> Ints:
    """All settled units, from the ``rank``-th on as ``pick`` counts them."""
    places = settled(units, survey, core=core)
    return np.roll(places, -(rank * 7 % len(places)))


def pick(units: Units, survey: str, rank: int, *, core: bool = False) -> int:
    """The ``rank``-th settled unit, spread over the codes; the same unit may come twice in a very small city."""
    return int(ranked(units, survey, rank, core=core)[0])


def upper(units: Units, survey: str, rank: int) -> Ints:
    """The settled units of a survey outside core and chains from the ``rank``-th largest of the smaller half on."""
    places = settled(units, survey, core=False)
    order = places[np.argsort(-_output(units)[places], kind="stable")]
    return np.roll(order, -(rank % len(order)))


def first_there(units: Units, places: Ints, quarter: Quarter) -> int:
    """The first of some units that no merger has ended by a quarter: in a very small city it may be the same one."""
    ended = {merger.absorbed for merger in mergers(units) if merger.quarter <= quarter}
    return int(next(place for place in places.tolist() if place not in ended))


def biggest(units: Units) -> int:
    """The largest settled industrial unit outside core and chains, by output of 2022."""
    table = classes()
    mine = (units.entry < 0) & (units.exit == NEVER) & (table.group == "industry")[units.klass]
    return int(np.argmax(np.where(mine, _output(units), -1.0)))


def _output(units: Units) -> Floats:
    table = classes()
    mean = table.va / table.rate / table.units
    return np.asarray(mean[units.klass] * units.level[:, YEARS.index(2022)])


def recodes(units: Units) -> tuple[Change, ...]:
    """Recodes and moves, each of a settled unit."""
    codes = classes().gbt.tolist()
    found = []
    for survey, core, rank, new, quarter in _CROSSINGS:
        since = Quarter.parse(quarter)
        place = first_there(units, ranked(units, survey, rank, core=core), since)
        found.append(Change(place, since, klass=codes.index(new)))
    for rank, (survey, core, new, quarter) in enumerate(_RECODES, start=52):
        found.append(Change(pick(units, survey, rank, core=core), Quarter.parse(quarter), klass=codes.index(new)))
    for survey, core, rank, county, quarter in _MOVES:
        found.append(Change(pick(units, survey, rank, core=core), Quarter.parse(quarter), county=county))
    return tuple(found)


def mergers(units: Units) -> tuple[Merger, ...]:
    """The mergers, each of two units."""
    found = []
    for survey, core, heir, absorbed, quarter in _MERGERS:
        first = pick(units, survey, heir, core=core)
        others = (place for place in ranked(units, survey, absorbed, core=core).tolist() if place != first)
        found.append(Merger(first, next(others), Quarter.parse(quarter)))
    return tuple(found)


@dataclass(frozen=True)
class TurningPoint:
    """A downturn planted on purpose (``turning.csv``): whose, when, to what, and what should give a signal.

    ``item`` is what changes: flows fall, receivables swell. ``gbt`` is the beginning of the GB/T codes concerned,
    ``rank`` one unit among them by size (blank: all of them). ``subjects`` are ``level:class``
    separated by ``;``, or ``firm``.
    """

    id: str
    gbt: str
    rank: str
    first: Quarter
    last: Quarter
    factor: float
    item: Turned
    subjects: tuple[str, ...]
    what: str

    def places(self, units: Units) -> Ints:
        """The places of its units: lasting ones where a single one is meant; none in a city that has none."""
        mine = np.char.startswith(classes().gbt, self.gbt)[units.klass]
        if not self.rank:
            return np.flatnonzero(mine).astype(np.int64)
        lasting = np.flatnonzero(mine & (units.entry < 0) & (units.exit == NEVER))
        order = lasting[np.argsort(-_output(units)[lasting], kind="stable")]
        return np.asarray(order[int(self.rank) : int(self.rank) + 1], dtype=np.int64)


@cache
def turning_points() -> tuple[TurningPoint, ...]:
    """The planted downturns."""
    return tuple(
        TurningPoint(
            id=row["id"],
            gbt=row["gbt"],
            rank=row["rank"],
            first=Quarter.parse(row["from"]),
            last=Quarter.parse(row["to"]),
            factor=float(row["factor"]),
            item=cast("Turned", row["item"]),
            subjects=tuple(row["subjects"].split(";")),
            what=row["what"],
        )
        for row in rows("turning.csv")
    )


def turns(units: Units) -> tuple[Turn, ...]:
    """What the planted downturns do to units."""
    return tuple(Turn(at.places(units), at.first, at.last, at.factor, at.item) for at in turning_points())
