"""The audit and the choice written out the slow way: one scipy programme per question, every set tried.

Belongs here: what the product's answers are compared with on tiny tables. It shares no code with the product.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import null_space
from scipy.optimize import linprog

from indicators.disclosure import Relation

Cell = Any
Rows = Sequence[tuple[Cell, str, int]]
TOLERANCE = 1e-6
MIN_COUNT, DOMINANCE, P = 3, ((1, 0.85), (2, 0.90)), 0.10


def interval(
    values: Mapping[Cell, float],
    relations: Sequence[Relation],
    hidden: Sequence[Cell],
    target: Cell,
    bounds: Mapping[Cell, tuple[float, float]],
) -> tuple[float, float]:
    """Least and greatest value of a hidden cell for somebody who knows ``bounds`` of hidden cells."""
    upper, most = [], []
    for relation in relations:
        row = [relation.terms.get(cell, 0.0) for cell in hidden]
        shown = sum(c * values[cell] for cell, c in relation.terms.items() if cell not in hidden)
        for sign, end in ((1.0, relation.high), (-1.0, relation.low)):
            if math.isfinite(end):
                upper.append([sign * x for x in row])
                most.append(sign * (end - shown) + 1e-9)
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(
            [sign * (cell == target) for cell in hidden],
            A_ub=np.array(upper).reshape(-1, len(hidden)) if upper else None,
            b_ub=most or None,
            bounds=[bounds[cell] for cell in hidden],
        )
        if found.status == 2:
            raise ValueError("infeasible")
        ends.append(-math.inf * sign if found.status == 3 else found.fun * sign)
    return ends[0], ends[1]


def held(rows: Rows, cells: Collection[Cell]) -> dict[str, int]:
    """Who has how much in a union of cells."""
    total: dict[str, int] = defaultdict(int)
    for cell, unit, value in rows:
        if cell in cells:
            total[unit] += value
    return total


def unsafe(sizes: Sequence[int]) -> bool:
    """The primary rules on one union."""
    x = sorted((abs(size) for size in sizes), reverse=True)
    if not x:
        return False
    total = sum(x)
    dominated = any(100 * sum(x[:n]) >= round(100 * k) * total for n, k in DOMINANCE)
    return len(x) < MIN_COUNT or dominated or 10 * (total - sum(x[:2])) < x[0]


def safe_cells(
    values: Mapping[Cell, float],
    relations: Sequence[Relation],
    hidden: Sequence[Cell],
    protection: Mapping[Cell, float],
    rows: Rows = (),
) -> dict[Cell, tuple[float, float, bool]]:
    """``low, high, safe`` of every hidden cell."""
    hidden = list(hidden)
    outside = dict.fromkeys(hidden, (0.0, None))
    needs = {cell: 0.0 for cell in hidden if rows and unsafe(list(held(rows, [cell]).values()))} | dict(protection)
    found = {}
    for cell in hidden:
        low, high = interval(values, relations, hidden, cell, outside)
        found[cell] = [low, high, _far(values[cell], low, high, needs.get(cell))]
        for who in {unit for _, unit, _ in rows}:
            if cell in needs and found[cell][2]:
                found[cell][2] = _kept_from(who, cell, values, relations, hidden, needs[cell], rows)
    if rows:
        for union in determined(relations, hidden):
            if unsafe(list(held(rows, union).values())):
                for cell in union:
                    found[cell][2] = False
    return {cell: tuple(answer) for cell, answer in found.items()}


def determined(relations: Sequence[Relation], hidden: Sequence[Cell]) -> list[tuple[Cell, ...]]:
    """Least sets of hidden cells whose sum the equalities fix."""
    exact = [relation for relation in relations if relation.low == relation.high]
    matrix = np.array([[relation.terms.get(cell, 0.0) for cell in hidden] for relation in exact])
    free = null_space(matrix.reshape(len(exact), len(hidden))) if exact else np.eye(len(hidden))
    found: list[frozenset[int]] = []
    for size in range(1, len(hidden) + 1):
        for places in combinations(range(len(hidden)), size):
            held_by = any(one <= set(places) for one in found)
            if not held_by and (np.abs(free[list(places)].sum(axis=0)) < TOLERANCE).all():
                found.append(frozenset(places))
    return [tuple(hidden[place] for place in union) for union in found]


def _far(value: float, low: float, high: float, need: float | None) -> bool:
    if need is None:
        return high >= value - TOLERANCE and low <= value + TOLERANCE
    return high >= value + need - TOLERANCE and low <= value - need + TOLERANCE and high - low > TOLERANCE


def _kept_from(
    who: str,
    cell: Cell,
    values: Mapping[Cell, float],
    relations: Sequence[Relation],
    hidden: Sequence[Cell],
    need: float,
    rows: Rows,
) -> bool:
    """Whether a respondent, who takes off what is his, is kept from the rest of a cell."""
    mine = {other: held(rows, [other]).get(who, 0) for other in hidden}
    alone = {other for other in hidden if set(held(rows, [other])) == {who}}
    if cell in alone:
        return True
    bounds = {other: (float(mine[other]), None) for other in hidden}
    bounds |= {other: (values[other], values[other]) for other in alone}
    low, high = interval(values, relations, hidden, cell, bounds)
    x = sorted(((size, unit) for unit, size in held(rows, [cell]).items()), reverse=True)
    if x and mine[cell] == x[0][0]:
        others = sorted((size for size, unit in x if unit != who), reverse=True)
        need = min(need, max(0.0, P * others[0] - sum(others[1:])))
    down = min(need, values[cell] - mine[cell])
    return _far(values[cell], values[cell], high, None) and high >= values[cell] + need - TOLERANCE and (
        low <= values[cell] - down + TOLERANCE and high - low > TOLERANCE
    )
