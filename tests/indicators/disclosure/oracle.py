"""The audit written out the slow way: one scipy programme per question, every union tried.

Belongs here: what the product's answers are compared with on tiny tables. It shares no code with the product.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import linprog

from indicators.disclosure import Relation

Cell = Any
Bounds = Mapping[Cell, tuple[float | None, float | None]]
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Scene:
    """What is true, what is published, what is hidden, who contributes."""

    values: Mapping[Cell, float]
    relations: Sequence[Relation]
    hidden: Sequence[Cell]
    protection: Mapping[Cell, float]
    rows: Sequence[tuple[Cell, str, int]] = ()
    nonnegative: bool = True

    def answers(self) -> dict[Cell, tuple[float, float, bool]]:
        """``low, high, safe`` of every hidden cell."""
        failing = {cell for union in self.determined() if unsafe(self.held(union)) for cell in union}
        return {cell: self._answer(cell, failing) for cell in self.hidden}

    def _answer(self, cell: Cell, failing: Collection[Cell]) -> tuple[float, float, bool]:
        low, high = self.interval(cell, dict.fromkeys(self.hidden, (0.0 if self.nonnegative else None, None)))
        listed = cell in self.protection or unsafe(self.held([cell]))
        need = self.protection.get(cell, 0.0)
        safe = self._far(cell, (low, high), (need, need), strict=listed)
        respondents = {unit for _, unit, _ in self.rows} if listed else set()
        return low, high, safe and cell not in failing and all(self._kept_from(who, cell) for who in respondents)

    def interval(self, target: Cell, bounds: Bounds) -> tuple[float, float]:
        """Least and greatest value of a hidden cell for somebody who knows ``bounds`` of hidden cells."""
        rows, most = [], []
        for relation in self.relations:
            row = [relation.terms.get(cell, 0.0) for cell in self.hidden]
            shown = sum(c * self.values[cell] for cell, c in relation.terms.items() if cell not in self.hidden)
            for sign, end in ((1.0, relation.high), (-1.0, relation.low)):
                if math.isfinite(end):
                    rows.append([sign * x for x in row])
                    most.append(sign * (end - shown) + 1e-9)
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(
                [sign * (cell == target) for cell in self.hidden],
                A_ub=rows or None,
                b_ub=most or None,
                bounds=[bounds[cell] for cell in self.hidden],
            )
            assert found.status in {0, 3}
            ends.append(-math.inf * sign if found.status == 3 else found.fun * sign)
        return ends[0], ends[1]

    def held(self, cells: Collection[Cell]) -> Counter[str]:
        """Who has how much in a union of cells."""
        total: Counter[str] = Counter()
        for cell, unit, value in self.rows:
            if cell in cells:
                total[unit] += value
        return total

    def determined(self) -> list[tuple[Cell, ...]]:
        """Least sets of hidden cells whose sum the equalities fix."""
        exact = [relation for relation in self.relations if relation.low == relation.high]
        size = len(self.hidden)
        matrix = [[relation.terms.get(cell, 0.0) for cell in self.hidden] for relation in exact]
        free = null_space(np.array(matrix).reshape(len(exact), size)) if exact else np.eye(size)
        found: list[set[int]] = []
        for count in range(1, size + 1):
            for places in combinations(range(size), count):
                least = not any(one <= set(places) for one in found)
                if least and (np.abs(free[list(places)].sum(axis=0)) < TOLERANCE).all():
                    found.append(set(places))
        return [tuple(self.hidden[place] for place in union) for union in found]

    def _kept_from(self, who: str, cell: Cell) -> bool:
        """Whether a respondent, who takes off what is his, is kept from the rest of a cell."""
        alone = {other for other in self.hidden if set(self.held([other])) == {who}}
        if cell in alone:
            return True
        bounds = {other: (float(self.held([other])[who]), None) for other in self.hidden}
        bounds |= {other: (self.values[other], self.values[other]) for other in alone}
        own, others = self.held([cell])[who], sorted((self.held([cell]) - Counter({who: 10**9})).values())
        need = self.protection.get(cell, 0.0)
        if own and own >= max(others):
            need = min(need, max(0.0, 0.1 * others[-1] - sum(others[:-1])))
        return self._far(cell, self.interval(cell, bounds), (min(need, self.values[cell] - own), need), strict=True)

    def _far(self, cell: Cell, ends: tuple[float, float], needs: tuple[float, float], *, strict: bool) -> bool:
        (low, high), (down, up), value = ends, needs, self.values[cell]
        slack = TOLERANCE * max(1.0, abs(value))
        return high >= value + up - slack and low <= value - down + slack and (not strict or high - low > slack)


def unsafe(held: Mapping[str, int]) -> bool:
    """The primary rules at their defaults on one union."""
    x = sorted(map(abs, held.values()), reverse=True)
    rest = sum(x[2:])
    return bool(x) and (len(x) < 3 or 100 * x[0] >= 85 * sum(x) or 10 * sum(x[:2]) >= 9 * sum(x) or 10 * rest < x[0])
