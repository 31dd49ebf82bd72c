"""What is hidden passes the audit, and nothing smaller does."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from classification.errors import InputError
from indicators.disclosure import Relation, audit, protect, published_relation
from tests.indicators.disclosure.tables import Table, tables

SUM = Relation({"T": 1, "a": -1, "b": -1}, 0, 0)
VALUES = {"T": 30, "a": 10, "b": 20}


def test_of_equally_many_cells_the_least_value() -> None:
    assert protect(VALUES, [SUM], {"a": 1}) == {"a", "b"}
    assert protect(VALUES, [SUM], {"a": 1}, frozen=["b"]) == {"a", "T"}


def test_nothing_sensitive_nothing_hidden() -> None:
    assert protect(VALUES, [SUM], {}) == set()
    assert protect({}, [], {}) == set()
    assert protect({"a": 1}, [], ["a"]) == {"a"}


def test_a_figure_can_be_hidden_too() -> None:
    figure = published_relation("level", 10, "a", decimals=0, label="a, rounded")
    assert protect(VALUES, [SUM, *figure], {"a": 1}) == {"a", "b", "a, rounded"}
    said = published_relation("level", 10, "a", decimals=0)
    with pytest.raises(InputError, match="【a】无论隐藏什么"):
        protect(VALUES, [SUM, *said], {"a": 1})
    with pytest.raises(InputError, match="【a】无论隐藏什么"):
        protect(VALUES, [SUM, *figure], {"a": 1}, frozen=["a, rounded"])


def test_cells_never_published_are_not_hidden_again() -> None:
    assert protect(VALUES, [SUM], {"a": 1}, unpublished=["b"]) == {"a"}


def test_zeros_hide_nothing() -> None:
    values = {"T": 10, "a": 10, "z": 0, "S": 30, "b": 20}
    relations = [Relation({"T": 1, "a": -1, "z": -1}, 0, 0), Relation({"S": 1, "T": -1, "b": -1}, 0, 0)]
    assert protect(values, relations, {"a": 1}) == {"a", "T", "b"}
    # Profits that cancel are no zeros that everybody knows.
    assert protect(values, relations, {"a": 1}, nonnegative=False) == {"a", "z"}


def test_respondents_need_more_hidden() -> None:
    rows = pd.DataFrame([("a", "p", 10), ("b", "q", 5), ("c", "r", 40)], columns=["cell", "unit", "value"])
    values = {"T": 55, "a": 10, "b": 5, "c": 40}
    relations = [Relation({"T": 1, "a": -1, "b": -1, "c": -1}, 0, 0)]
    count = {"dominance": None, "p_percent": None}
    assert protect(values, relations, {"a": 1}, frozen=["T"]) == {"a", "b"}
    # a + b has two respondents: each of them would know the other.
    assert protect(values, relations, {"a": 1}, frozen=["T"], contributions=rows, **count) == {"a", "b", "c"}


@pytest.mark.parametrize("exact", [80, 0])
@pytest.mark.parametrize(
    ("sensitive", "frozen", "said"),
    [
        ({"a": 1}, ["a"], "【a】要保护的单元格已经公布"),
        ({"a": 1}, ["b", "T"], "【a】无论隐藏什么"),
        ({"a": 31}, [], "无论隐藏什么"),
        ({"z": 1}, [], "没有数值"),
        ({"a": 1}, ["z"], "没有这些单元格"),
    ],
)
def test_refusals(exact: int, sensitive: dict[str, float], frozen: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        protect(VALUES, [SUM], sensitive, frozen=frozen, exact=exact)


def test_values_that_miss_a_relation_are_refused() -> None:
    with pytest.raises(InputError, match="互相矛盾"):
        protect(VALUES | {"T": 31}, [SUM], {"a": 1})


def test_an_empty_row_of_zeros_cannot_be_protected() -> None:
    with pytest.raises(InputError, match="无论隐藏什么"):
        protect(dict.fromkeys(VALUES, 0), [SUM], ["a"])


def passes(table: Table, hidden: Any, contributions: pd.DataFrame | None) -> bool:
    found = audit(table.values, table.relations, hidden, protection=table.needs, contributions=contributions)
    return bool(found["safe"].all())


@given(tables(3, 3, units=5))
@settings(max_examples=10, deadline=None)
def test_what_is_hidden_passes_the_audit(table: Table) -> None:
    for contributions in (None, table.contributions):
        fewest = protect(table.values, table.relations, table.needs, contributions=contributions)
        quick = protect(table.values, table.relations, table.needs, contributions=contributions, exact=0)
        assert passes(table, fewest, contributions)
        assert passes(table, quick, contributions)
        assert set(table.needs) <= fewest
        assert len(fewest) <= len(quick)


@given(tables(2, 2, units=6).filter(lambda table: 0 < len(table.needs) < 5))
@settings(max_examples=4, deadline=None)
def test_nothing_smaller_passes(table: Table) -> None:
    others = sorted(set(table.values) - set(table.needs))
    for contributions in (None, table.contributions):
        found = protect(table.values, table.relations, table.needs, contributions=contributions)
        enough = (
            sum(table.values[cell] for cell in more)
            for more in combinations(others, len(found) - len(table.needs))
            if passes(table, [*table.needs, *more], contributions)
        )
        assert sum(table.values[cell] for cell in found - set(table.needs)) == min(enough)
        fewer = combinations(others, max(len(found) - len(table.needs) - 1, 0))
        small = [more for more in fewer if passes(table, [*table.needs, *more], contributions)]
        assert not small or len(found) == len(table.needs)
