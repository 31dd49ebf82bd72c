"""The attack itself: every hidden cell, by any reader, by every respondent, and every union the relations give away.

Belongs here: which questions are asked, and which answers are too close. Does not belong here: what is told about it
(audit) and what is done about it (protect).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from classification.errors import InputError
from indicators.disclosure.attack import Attack, Cheapest, Contradiction, Problem, Reach
from indicators.disclosure.exact import named
from indicators.disclosure.holdings import Holdings
from indicators.disclosure.knowledge import Knowledge
from indicators.disclosure.system import SAME, Floats, Indices, System
from indicators.disclosure.unions import determined

# How far a cell that must merely not be known exactly is moved to see who can tell, in units of a usual cell.
_STEP: Final = 100 * SAME


@dataclass(frozen=True, slots=True)
class Duty:
    """What somebody must be unable to rule out: that a sum of cells is so far from its true value.

    Attributes:
        columns: the cells.
        up: above (True), below (False), or, when None, anywhere but at its true value.
        need: how far, in units of the system's scale.
        who: the respondent who rules it out; None for any reader.
    """

    columns: tuple[int, ...]
    up: bool | None
    need: float
    who: Hashable | None = None


@dataclass(frozen=True, eq=False)
class Inspection:
    """What came out.

    Attributes:
        low: least deviation of each hidden cell that was asked for, as any reader sees it.
        high: greatest deviation.
        broken: what somebody can rule out and must not.
    """

    low: dict[int, float]
    high: dict[int, float]
    broken: list[Duty]


class Room:
    """Hidden cells that hang together, and the attack on them.

    Args:
        system: these cells only.
        columns: their columns in the whole system.
        holdings: contributions, to the whole system.

    Raises:
        InputError: what is known about them contradicts itself; cells are named.
    """

    def __init__(self, system: System, columns: Indices, holdings: Holdings | None) -> None:
        self.columns, self.system, self.holdings = columns, system, holdings
        self.place = {column: position for position, column in enumerate(columns.tolist())}
        try:
            self.attack = Attack(system, system.floor, np.full(len(columns), np.inf))
        except Contradiction:
            raise contradiction(system.cells) from None

    @cached_property
    def quietly(self) -> Cheapest:
        """Deviations that as few respondents as possible can refute: three columns for each cell, up, down, down more.

        What the largest contributor of a cell cannot tell costs nothing.
        """
        from scipy.sparse import csr_array, hstack

        system, size = self.system, len(self.columns)
        below = np.full(size, np.inf) if self.holdings is None else self.holdings.room_below(self.columns)
        free = np.minimum(below, -system.floor)
        with np.errstate(invalid="ignore"):
            more = np.where(np.isfinite(system.floor), -system.floor - free, np.where(np.isfinite(free), np.inf, 0.0))
        matrix = csr_array(hstack([system.matrix, -system.matrix, -system.matrix]))
        upper = np.concatenate([np.full(size, np.inf), free, more])
        costs = np.concatenate([(below == 0).astype("float64"), np.zeros(size), np.ones(size)])
        return Cheapest(Problem(matrix, system.low, system.high, np.zeros(3 * size), upper, costs))

    def positions(self, duty: Duty) -> Indices:
        """Where the cells of a duty are in this room."""
        return np.array([self.place[column] for column in duty.columns], dtype="int64")

    def same(self, duty: Duty) -> float:
        """The amount below which a deviation is none."""
        return max(self.system.same(position) for position in self.positions(duty).tolist())

    def short(self, duty: Duty) -> bool:
        """Whether a duty is broken, as far as what is known goes."""
        sides = (True, False) if duty.up is None else (duty.up,)
        reached = {up: self.attack.reach(self.positions(duty), up=up) for up in sides}
        return short(duty, reached, self.same(duty))

    def point(self, duty: Duty, up: bool, need: float) -> Floats:
        """Deviations of all cells that move those of a duty far enough, and that few can refute."""
        place, size = self.positions(duty), len(self.columns)
        columns = np.concatenate([place, place + size, place + 2 * size])
        signs = np.repeat([1.0, -1.0, -1.0] if up else [-1.0, 1.0, 1.0], len(place))
        above, below, more = self.quietly.point(columns, signs, need).reshape(3, -1)
        return above - below - more


def inspect(known: Knowledge, hidden: Indices, *, intervals: bool = True, settled: Collection[int] = ()) -> Inspection:
    """Asks everything about hidden cells.

    Args:
        known: what is known; figures that are withheld are left out of it.
        hidden: columns of the hidden cells, in order.
        intervals: whether intervals are also asked for where no protection is needed.
        settled: columns that are known to be safe by themselves.

    Raises:
        InputError: what is known contradicts itself; cells are named.
    """
    found = Inspection({}, {}, [])
    needs = {column: 0.0 for column in hidden.tolist() if known.unsafe(column)} | known.needs
    home: dict[int, Room] = {}
    for room in _rooms(known.system, hidden, known.holdings):
        home |= dict.fromkeys(room.columns.tolist(), room)
        for column in room.columns.tolist():
            if column not in settled and (intervals or column in needs):
                found.broken.extend(_asked(found, room, column, needs.get(column)))
    if known.holdings is not None:
        for union in determined(known.system, _withheld(known.system, hidden), known.holdings.cancels):
            found.broken.extend(_union(home[min(union)], tuple(sorted(union)), known.holdings))
    return found


def duties(columns: tuple[int, ...], need: float, same: float) -> list[Duty]:
    """What no reader may rule out about a cell or union that needs protection."""
    if need <= same:
        return [Duty(columns, None, 0.0)]
    return [Duty(columns, True, need), Duty(columns, False, need)]


def short(duty: Duty, reached: dict[bool, Reach], same: float) -> bool:
    """Whether what can be reached falls short of a duty."""
    far = [reach.value if up else -reach.value for up, reach in reached.items() if duty.up in {None, up}]
    return not max(far) > same if duty.up is None else far[0] < duty.need - same


def contradiction(cells: list[Hashable]) -> InputError:
    """The error that says that what is published cannot be true."""
    return InputError(
        "关系式互相矛盾，或与未隐藏的数值矛盾：请核对数值、关系式与早先公布的数。",
        "The relations contradict each other or what is not hidden: check values, relations and earlier releases.",
        where=named(cells),
    )


def _rooms(system: System, hidden: Indices, holdings: Holdings | None) -> Iterator[Room]:
    inside = np.diff(system.matrix[:, hidden].indptr) > 0
    if (wrong := system.contradicted() & ~inside).any():
        columns, _ = system.row(int(np.flatnonzero(wrong)[0]))
        raise contradiction([system.cells[column] for column in columns])
    open_part = system.part(np.flatnonzero(inside), hidden)
    for rows, columns in open_part.parts():
        yield Room(open_part.part(rows, columns), hidden[columns], holdings)


def _withheld(system: System, hidden: Indices) -> Indices:
    """Hidden cells that no rounded figure of their own gives."""
    alone = (np.diff(system.matrix.indptr) == 1) & np.isfinite(system.low) & np.isfinite(system.high)
    rounded = np.flatnonzero(alone & (system.low < system.high))
    return np.setdiff1d(hidden, system.matrix[rounded].indices)


def _asked(found: Inspection, room: Room, column: int, need: float | None) -> Iterator[Duty]:
    """Notes the interval of a cell; what is broken about it."""
    place, same = room.place[column], room.system.same(room.place[column])
    reached = {up: room.attack.reach(np.array([place]), up=up) for up in (True, False)}
    found.low[column], found.high[column] = reached[False].value, reached[True].value
    if need is None:
        if max(-reached[True].value, reached[False].value) > same:
            yield Duty((column,), None, 0.0)
        return
    for duty in duties((column,), need, same):
        if short(duty, reached, same):
            yield duty
        elif room.holdings is not None:
            yield from _respondents(room, duty, room.holdings, reached)


def _union(room: Room, union: tuple[int, ...], holdings: Holdings) -> Iterator[Duty]:
    verdict = holdings.verdict(union)
    if verdict.unsafe and len(union) > 1:
        still = Duty(union, None, 0.0)
        asked = duties(union, verdict.protection, room.same(still))
        yield from [still] if room.short(still) else [duty for duty in asked if room.short(duty)]


def _respondents(room: Room, duty: Duty, holdings: Holdings, reached: dict[bool, Reach]) -> Iterator[Duty]:
    """The first respondent, if any, who rules out what a reader cannot.

    A point that shows a reader that the duty is met shows it to every respondent who cannot refute it; only the others
    are asked. What somebody has in the cell itself refutes nothing: it is taken off what is owed to him.
    """
    (column,) = duty.columns
    up = duty.up if duty.up is not None else reached[True].value >= -reached[False].value
    point = room.point(duty, up, min(duty.need or _STEP, abs(reached[up].value)))
    point[room.place[column]] = 0.0
    for who in holdings.refuted_by(room.columns, point):
        if holdings.sole[column] == who:
            continue
        asked = _of_respondent(duty, who, holdings, room)
        with room.attack.knowing(*holdings.knowledge(who, room.place)):
            if room.short(asked):
                yield asked
                return


def _of_respondent(duty: Duty, who: Hashable, holdings: Holdings, room: Room) -> Duty:
    """What is owed against one respondent; downward never more than what is not his own."""
    (column,) = duty.columns
    need = holdings.owed(column, who, duty.need)
    place = room.place[column]
    if duty.up is False and math.isfinite(room.system.floor[place]):
        need = min(need, float(room.system.values[place]) - holdings.own(who, column))
    return Duty(duty.columns, None if need <= room.system.same(place) else duty.up, need, who)
