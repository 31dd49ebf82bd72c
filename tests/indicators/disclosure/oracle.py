"""The audit written out the slow way: one scipy programme for all questions, every union tried.

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
from scipy.sparse import eye_array, kron

from indicators.disclosure import Relation

Cell = Any
Bounds = Mapping[Cell, tuple[float | None, float | None]]
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Question:
    """What somebody who knows bounds of hidden cells can tell of one, and how far it must be from the truth."""

    cell: Cell
    bounds: Bounds
    down: float
    up: float
    strict: bool = True


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
        wrong = self.derivable() | failing
        return {cell: (*self.interval(cell), cell not in wrong) for cell in self.hidden}

    def derivable(self) -> set[Cell]:
        """Hidden cells that a reader or a single respondent knows closer than their protection."""
        asked = [self._reader(cell) for cell in self.hidden]
        listed = [cell for cell in self.hidden if cell in self.protection or unsafe(self.held([cell]))]
        for who in sorted({unit for _, unit, _ in self.rows}):
            mine = self._respondent(who)
            alone = {cell for cell in self.hidden if set(self.held([cell])) == {who}}
            asked += [Question(cell, mine, *self._owed(who, cell)) for cell in listed if cell not in alone]
        ends = self._within_reach(asked)
        return {question.cell for question, found in zip(asked, ends, strict=True) if not self._far(question, found)}

    def interval(self, target: Cell) -> tuple[float, float]:
        """Least and greatest value of a hidden cell as a reader sees it; ±inf where nothing holds it."""
        rows, most = self._known()
        box = [(0.0 if self.nonnegative else None, None)] * len(self.hidden)
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(
                [sign * (cell == target) for cell in self.hidden], A_ub=rows or None, b_ub=most or None, bounds=box
            )
            assert found.status in {0, 3}
            ends.append(-math.inf * sign if found.status == 3 else found.fun * sign)
        return ends[0], ends[1]

    def _within_reach(self, questions: Sequence[Question]) -> list[tuple[float, float]]:
        """The ends of each question's cell, as far as a hundred times all values: one programme for all of them."""
        if not questions:
            return []
        rows, most = self._known()
        far, copies = 100.0 * sum(map(abs, self.values.values())), 2 * len(questions)
        box = [
            (-far if low is None else low, far if high is None else high)
            for question in questions
            for _ in range(2)
            for low, high in (question.bounds[cell] for cell in self.hidden)
        ]
        costs = [
            sign * (cell == question.cell) for question in questions for sign in (1.0, -1.0) for cell in self.hidden
        ]
        blocks = kron(eye_array(copies), np.array(rows)) if rows else None
        found = linprog(costs, A_ub=blocks, b_ub=np.tile(most, copies) if rows else None, bounds=box)
        assert found.status == 0
        values = (found.x * np.array(costs)).reshape(len(questions), 2, len(self.hidden)).sum(axis=2)
        return [(low, -high) for low, high in values.tolist()]

    def _known(self) -> tuple[list[list[float]], list[float]]:
        """What the relations say of hidden cells: ``rows·cells ≤ most``."""
        rows, most = [], []
        for relation in self.relations:
            row = [relation.terms.get(cell, 0.0) for cell in self.hidden]
            shown = sum(c * self.values[cell] for cell, c in relation.terms.items() if cell not in self.hidden)
            for sign, end in ((1.0, relation.high), (-1.0, relation.low)):
                if math.isfinite(end):
                    rows.append([sign * x for x in row])
                    most.append(sign * (end - shown) + 1e-9)
        return rows, most

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

    def _reader(self, cell: Cell) -> Question:
        need = self.protection.get(cell, 0.0)
        strict = cell in self.protection or unsafe(self.held([cell]))
        return Question(cell, dict.fromkeys(self.hidden, (0.0 if self.nonnegative else None, None)), need, need, strict)

    def _respondent(self, who: str) -> Bounds:
        """A respondent knows his own part of every cell, and a cell that is all his."""
        mine = {}
        for cell in self.hidden:
            held = self.held([cell])
            own = float(held[who])
            mine[cell] = (own, own if set(held) == {who} else None)
        return mine

    def _owed(self, who: str, cell: Cell) -> tuple[float, float]:
        """What is owed to a respondent's curiosity, downwards and upwards: he takes off what is his."""
        held = self.held([cell])
        own, others = held[who], sorted(held[unit] for unit in held if unit != who)
        need = self.protection.get(cell, 0.0)
        if own and own >= max(others):
            need = min(need, max(0.0, 0.1 * others[-1] - sum(others[:-1])))
        return min(need, self.values[cell] - own), need

    def _far(self, question: Question, ends: tuple[float, float]) -> bool:
        (low, high), value = ends, self.values[question.cell]
        slack = TOLERANCE * max(1.0, abs(value))
        enough = high >= value + question.up - slack and low <= value - question.down + slack
        return enough and (not question.strict or high - low > slack)


def unsafe(held: Mapping[str, int]) -> bool:
    """The primary rules at their defaults on one union."""
    x = sorted(map(abs, held.values()), reverse=True)
    rest = sum(x[2:])
    return bool(x) and (len(x) < 3 or 100 * x[0] >= 85 * sum(x) or 10 * sum(x[:2]) >= 9 * sum(x) or 10 * rest < x[0])
