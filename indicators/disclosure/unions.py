"""Unions of hidden cells whose sum the relations give away although no single one of them is.

Belongs here: finding such unions by algebra. Does not belong here: whether a union breaks a primary rule (holdings) and
how closely its sum is known (audit).

A set of cells has a known sum exactly when its indicator, 1 on its cells and 0 elsewhere, is a combination of the
equalities. A combination is settled by what it is on as many independent cells as there are independent equalities, so
that all sets are found by trying 0 and 1 on these few. Where they are too many the sets are: each relation's hidden
cells; what is left of two relations when a cell that they share cancels; and every single cell and pair, found by a few
drawn vectors that the equalities allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from indicators.disclosure.system import Floats, Indices, System

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Union = frozenset[int]
# Up to this many independent equalities on a part's hidden cells, every set is found.
ALL_SETS: Final = 14
# Beyond, a part is not even looked at for how many are independent.
LARGE: Final = 60
_DRAWS: Final = 3
_ZERO: Final = 1e-7


def determined(
    system: System, hidden: Indices, nothing: Callable[[Iterable[int]], bool] = lambda _: False
) -> list[Union]:
    """Unions of hidden cells with a known sum, none of which holds another, by columns of ``system``.

    Args:
        system: what is known.
        hidden: columns of cells that are neither published nor known by a rounded figure of their own.
        nothing: whether what a union adds up to is nothing that anybody has; it is left out before larger ones are.
    """
    exact = np.flatnonzero(system.low == system.high)
    touched = exact[np.diff(system.matrix[exact][:, hidden].indptr) > 0]
    withheld = system.part(touched, hidden)
    found: list[Union] = []
    for rows, columns in withheld.parts():
        part = withheld.matrix[rows][:, columns]
        sets = _some_sets(part) if (settled := _settled(part)) is None else _all_sets(*settled)
        unions = (frozenset(hidden[columns[list(one)]].tolist()) for one in sets)
        found += smallest(union for union in unions if not nothing(union))
    return found


def smallest(sets: Iterable[Union]) -> list[Union]:
    """Those that hold no other, small ones first."""
    kept: list[Union] = []
    holding: dict[int, list[Union]] = {}
    for one in sorted(set(sets), key=lambda one: (len(one), sorted(one))):
        if not any(other <= one for member in one for other in holding.get(member, ())):
            kept.append(one)
            holding.setdefault(min(one), []).append(one)
    return kept


def _settled(matrix: csr_array) -> tuple[Indices, Floats] | None:
    """Independent columns first, then the others, and what one unit of the first adds to these; None for too many."""
    from scipy.linalg import qr

    if min(matrix.shape) > LARGE:
        return None
    triangle, order = qr(matrix.toarray(), mode="r", pivoting=True)
    rank = int((np.abs(np.diag(triangle)) > _ZERO).sum())
    if rank > ALL_SETS:
        return None
    return order.astype("int64"), np.linalg.solve(triangle[:rank, :rank], triangle[:rank, rank:])


def _all_sets(order: Indices, added: Floats) -> Iterator[Union]:
    """Every choice of 0 and 1 on the independent columns that gives 0 and 1 on the others, and holds no smaller one."""
    rank = len(added)
    chosen = ((np.arange(1, 2**rank)[:, None] >> np.arange(rank)) & 1).astype("float64")
    others = chosen @ added
    whole = np.rint(others)
    known = ((np.abs(others - whole) < _ZERO) & (whole >= 0) & (whole <= 1)).all(axis=1)
    masks = np.hstack([chosen[known], whole[known]]) > 0
    masks = masks[np.argsort(masks.sum(axis=1), kind="stable")]
    while len(masks):
        smallest_left = masks[0]
        yield frozenset(order[smallest_left].tolist())
        masks = masks[~masks[:, smallest_left].all(axis=1)]


def _some_sets(matrix: csr_array) -> Iterator[Union]:
    rows = [
        dict(zip(matrix.indices[start:stop].tolist(), matrix.data[start:stop].tolist(), strict=True))
        for start, stop in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)
    ]
    yield from (frozenset(row) for row in rows if _one_sign(row))
    yield from (frozenset(left) for left in _cancelled(rows, matrix.shape[1]) if left and _one_sign(left))
    yield from _small_sets(_free_vectors(matrix))


def _cancelled(rows: list[dict[int, float]], columns: int) -> Iterator[dict[int, float]]:
    """What is left of two rows when one column that they share cancels."""
    holding: list[list[int]] = [[] for _ in range(columns)]
    for number, row in enumerate(rows):
        for column in row:
            holding[column].append(number)
    for column, numbers in enumerate(holding):
        for first, second in combinations(numbers, 2):
            ratio = rows[first][column] / rows[second][column]
            left = {
                other: rows[first].get(other, 0.0) - ratio * rows[second].get(other, 0.0)
                for other in {*rows[first], *rows[second]}
            }
            yield {other: coefficient for other, coefficient in left.items() if abs(coefficient) > _ZERO}


def _one_sign(row: dict[int, float]) -> bool:
    first, *others = row.values()
    return all(abs(coefficient - first) < _ZERO for coefficient in others)


def _free_vectors(matrix: csr_array) -> Floats:
    """A few drawn vectors that the rows allow: columns × draws, the same on every run."""
    from scipy.sparse.linalg import lsqr

    drawn = np.random.Generator(np.random.PCG64(0)).standard_normal((matrix.shape[1], _DRAWS))
    fitted = [
        lsqr(matrix.T, draw, atol=1e-14, btol=1e-14, conlim=0, iter_lim=20 * sum(matrix.shape))[0] for draw in drawn.T
    ]
    return np.asarray(drawn - matrix.T @ np.array(fitted).T)


def _small_sets(free: Floats) -> Iterator[Union]:
    """Single cells and pairs over which all drawn vectors cancel."""
    still = (np.abs(free) < _ZERO).all(axis=1)
    yield from (frozenset({column}) for column in np.flatnonzero(still).tolist())
    moving = np.flatnonzero(~still)
    order = moving[np.argsort(free[moving, 0], kind="stable")]
    sorted_free = free[order, 0]
    starts = np.searchsorted(sorted_free, -free[moving, 0] - _ZERO)
    ends = np.searchsorted(sorted_free, -free[moving, 0] + _ZERO)
    for column, start, end in zip(moving.tolist(), starts.tolist(), ends.tolist(), strict=True):
        for other in order[start:end].tolist():
            if other > column and (np.abs(free[column] + free[other]) < _ZERO).all():
                yield frozenset({column, other})
