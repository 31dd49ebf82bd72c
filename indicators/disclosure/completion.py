"""What to hide in a large table: one duty after another, each met by hiding the fewest further cells.

Belongs here: the heuristic and its linear programme. Does not belong here: small tables (optimum), and the audit that
every choice has to pass (inspection).

For each duty a deviation of all cells is sought that meets it and moves as few shown cells as possible (the sum of
absolute deviations stands for their number; in a table the two are mostly the same). What it moves is hidden. A
deviation that was found also serves every other cell it moves far enough, and, where it can be turned round, the other
side. A second pass over the same duties, last first and within what the first has hidden, drops what was not needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from indicators.disclosure.attack import Cheapest, Contradiction, Problem
from indicators.disclosure.choice import Choice, Impossible
from indicators.disclosure.inspection import Duty, duties
from indicators.disclosure.system import SAME, Floats

# How far a cell that must merely not be known exactly is moved, in units of a usual cell.
_STEP: Final = 100 * SAME
# A deviation below this, or below this share of what is needed, is the solver's noise.
_NOISE: Final = 1e-9
_SHARE: Final = 1e-6


def completion(choice: Choice) -> set[int]:
    """Optional cells and figures to hide, few though not provably the fewest.

    Raises:
        Impossible: no choice is enough.
    """
    known = choice.known
    asked = [
        duty for column, need in known.needs.items() for duty in duties((column,), need, known.system.same(column))
    ]
    asked.sort(key=lambda duty: (-duty.need, duty.columns))
    first = _pass(choice, asked, choice.optional)
    second = _pass(choice, asked[::-1], sorted(first))
    return min(first, second, key=lambda hidden: (len(hidden), float(choice.sizes[list(hidden)].sum())))


def _pass(choice: Choice, asked: Iterable[Duty], allowed: Sequence[int]) -> set[int]:
    cover = Cover(choice, allowed)
    for duty in asked:
        if not cover.met(duty):
            cover.meet(duty)
    settled: set[int] = set()
    while broken := choice.broken(cover.hidden, settled):
        before = len(cover.hidden)
        settled = set(choice.known.needs) - {duty.columns[0] for duty in broken if len(duty.columns) == 1}
        for duty in broken:
            cover.meet(duty)
        if len(cover.hidden) == before:
            raise Impossible(broken[0].columns)
    return cover.hidden


class Cover:
    """The linear programme: deviations of all cells, free of cost where hidden, at a cost where they can be.

    Columns are the upward deviations of all cells, then the downward ones, then both ways in which the row of a figure
    may be missed.

    Args:
        choice: the part.
        allowed: what may be hidden.
    """

    def __init__(self, choice: Choice, allowed: Sequence[int]) -> None:
        from scipy.sparse import csr_array, hstack

        system = choice.known.system
        self.choice, self.system, self.size = choice, system, len(system.cells)
        self.hidden: set[int] = set()
        self.above, self.below = np.zeros(self.size), np.zeros(self.size)
        figures = [(item, row) for item, rows in choice.figure_rows.items() for row in rows if item in set(allowed)]
        self.misses = np.array([item for item, _ in figures], dtype="int64")
        rows = np.array([row for _, row in figures], dtype="int64")
        missing = csr_array((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(len(system.low), len(rows)))
        matrix = csr_array(hstack([system.matrix, -system.matrix, missing, -missing]))
        movable = np.isin(np.arange(self.size), [*allowed, *choice.forced])
        self.upper = np.concatenate(
            [np.where(movable, np.inf, 0.0), np.where(movable, -system.floor, 0.0), np.full(2 * len(rows), np.inf)]
        )
        # Among as many cells those of less value, by a little.
        price = 1.0 + 0.01 * choice.sizes / max(float(choice.sizes.max()), 1.0)
        price[list(choice.forced)] = 0.0
        costs = np.concatenate([np.tile(price[: self.size], 2), np.tile(price[self.misses], 2)])
        self.programme = Cheapest(Problem(matrix, system.low, system.high, 0 * costs, self.upper, costs))

    def met(self, duty: Duty) -> bool:
        """Whether a deviation that was found shows that a duty is met."""
        (column,) = duty.columns
        far = {True: self.above[column], False: self.below[column]}
        return max(far.values()) > self.system.same(column) if duty.up is None else bool(far[duty.up] >= duty.need)

    def meet(self, duty: Duty) -> None:
        """Hides what a duty needs.

        Raises:
            Impossible: nothing does.
        """
        for up in (True, False) if duty.up is None else (duty.up,):
            try:
                self._hide(self._deviation(duty, up), duty)
            except Contradiction:
                continue
            return
        raise Impossible(duty.columns)

    def _deviation(self, duty: Duty, up: bool) -> Floats:
        """The cheapest deviation of all columns that moves the cells of a duty far enough."""
        need = duty.need if duty.up is not None else _STEP
        columns = np.array(duty.columns, dtype="int64")
        own, lower, upper = self.choice.known.own(duty.who)
        at_most = self.upper.copy()
        at_most[own], at_most[own + self.size] = upper, np.minimum(-lower, at_most[own + self.size])
        changed = np.concatenate([own, own + self.size])
        with self.programme.knowing(changed, np.zeros(len(changed)), at_most[changed]):
            signs = np.repeat([1.0, -1.0] if up else [-1.0, 1.0], len(columns))
            return self.programme.point(np.concatenate([columns, columns + self.size]), signs, need)

    def _hide(self, point: Floats, duty: Duty) -> None:
        net = point[: self.size] - point[self.size : 2 * self.size]
        missed = point[2 * self.size :].reshape(2, -1)
        least = max(_NOISE, _SHARE * duty.need)
        moved = set(np.flatnonzero(np.abs(net) > least).tolist())
        moved |= set(self.misses[np.abs(missed[0] - missed[1]) > least].tolist())
        new = np.array(sorted(moved - self.hidden - self.choice.forced), dtype="int64")
        self.hidden |= set(new.tolist())
        gaps = np.flatnonzero(np.isin(self.misses, new)) + 2 * self.size
        cells = new[new < self.size]
        self.programme.price(np.concatenate([cells, cells + self.size, gaps, gaps + len(self.misses)]), 0.0)
        if duty.who is None:
            self._note(net)
            sums = self.system.matrix @ net
            turned = (-net >= self.system.floor - _NOISE).all() and not missed.any()
            if turned and ((-sums >= self.system.low - _NOISE) & (-sums <= self.system.high + _NOISE)).all():
                self._note(-net)

    def _note(self, net: Floats) -> None:
        self.above, self.below = np.maximum(self.above, net), np.maximum(self.below, -net)
