"""Unions whose sum the relations give away: all of them in parts of few independent equalities, against every set."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.linalg import null_space

from indicators.disclosure import Relation, unions
from indicators.disclosure.system import Floats, system

SHAPES = st.tuples(st.integers(1, 7), st.integers(1, 8))
MATRICES = SHAPES.flatmap(lambda shape: arrays("float64", shape, elements=st.sampled_from([0.0, 0.0, 1.0, -1.0, 0.5])))


def found(matrix: Floats) -> set[frozenset[int]]:
    """Unions among cells of which each row is known exactly."""
    rows = [Relation(dict(enumerate(row.tolist())), 0.0, 0.0) for row in matrix]
    known = system(dict.fromkeys(range(matrix.shape[1]), 0.0), rows, nonnegative=())
    return set(unions.determined(known, np.arange(matrix.shape[1])))


@given(MATRICES)
@settings(max_examples=150, deadline=None)
def test_as_trying_every_set_says(matrix: Floats) -> None:
    free = null_space(matrix)
    expected: list[frozenset[int]] = []
    for count in range(1, matrix.shape[1] + 1):
        for some in map(frozenset, combinations(range(matrix.shape[1]), count)):
            known = (np.abs(free[sorted(some)].sum(axis=0)) < 1e-7).all()
            if known and not any(one <= some for one in expected):
                expected.append(some)
    assert found(matrix) == set(expected)


@pytest.mark.parametrize(("all_sets", "seen"), [(14, True), (3, False)])
def test_three_relations_together_give_three_cells_away(
    all_sets: int, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 18 cells ``0 + 1 + 2 + (3…6) + (7…10)``, where both brackets are known: no two of the rows are enough."""
    monkeypatch.setattr(unions, "ALL_SETS", all_sets)
    matrix = np.zeros((4, 18))
    matrix[0, :11] = matrix[1, 3:7] = matrix[2, 7:11] = 1
    matrix[3, 10:] = 1
    assert (frozenset({0, 1, 2}) in found(matrix)) is seen


@pytest.mark.parametrize("all_sets", [14, 0])
def test_no_equality_gives_nothing_away(all_sets: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unions, "ALL_SETS", all_sets)
    known = system({"a": 1.0, "b": 2.0}, [Relation({"a": 1.0, "b": 1.0}, 0, 4)], nonnegative=())
    assert unions.determined(known, np.arange(2)) == []
