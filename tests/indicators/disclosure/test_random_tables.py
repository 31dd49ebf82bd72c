"""On 500 random tables, hierarchical and linked, nobody can derive what was hidden: said by another programme."""

from __future__ import annotations

import itertools
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from indicators.disclosure import Relation, primary, protect
from tests.indicators.disclosure.oracle import Scene

FIRMS: Final = 6
ROWS: Final = {"T": ["r0", "r1"]}
# Parent → children; a second tree over the same columns makes linked tables.
HIERARCHICAL: Final = [{"T": ["G", "c"], "G": ["a", "b"]}]
LINKED: Final = [*HIERARCHICAL, {"T": ["H", "b"], "H": ["a", "c"]}]
ABOVE: Final = {"a": "aGHT", "b": "bGT", "c": "cHT"}
TABLES: Final = 500
PARTS: Final = 10
# The first of each part are solved exactly, the others by what large tables get.
EXACT: Final = 1


def scenes(seeds: range) -> list[Scene]:
    """Tables of firms with heavy tails, each in many cells; some cells are empty. Nothing is hidden yet."""
    rows = [(seed, *row) for seed in seeds for row in _contributions(seed)]
    frame = pd.DataFrame(rows, columns=["seed", "cell", "unit", "value"])
    judged = primary(frame, by=["seed", "cell"], unit="unit", value="value")
    found = []
    for seed, table in judged.groupby("seed"):
        values = dict(zip(table["cell"], table["value"].tolist(), strict=True))
        unsafe = table[table["unsafe"]]
        needs = dict(zip(unsafe["cell"], unsafe["protection"].tolist(), strict=True))
        own = [row[1:] for row in rows if row[0] == seed]
        found.append(Scene(values, _relations(values, HIERARCHICAL if seed % 2 else LINKED), (), needs, own))
    return found


def _contributions(seed: int) -> list[tuple[Any, str, int]]:
    random = np.random.default_rng(seed)
    firms = [
        (row, column, f"f{firm}", int(random.lognormal(3, 1.3)))
        for row, column in itertools.product(ROWS["T"], ABOVE)
        for firm in random.choice(FIRMS, random.integers(0, 6), replace=False)
    ]
    return [
        (cell, firm, value)
        for row, column, firm, value in firms
        for cell in itertools.product([row, "T"], ABOVE[column].replace("H", "H" * (1 - seed % 2)))
    ]


def _relations(values: Any, trees: list[dict[str, list[str]]]) -> list[Relation]:
    """Every total is the sum of its parts, those that are there."""
    families = [
        *(((row, p), [(row, c) for c in tree[p]]) for row in ["T", *ROWS["T"]] for tree in trees for p in tree),
        *((("T", column), [(row, column) for row in ROWS["T"]]) for column in "TGHabc"),
    ]
    return [
        Relation({total: 1.0} | {part: -1.0 for part in parts if part in values}, 0.0, 0.0)
        for total, parts in families
        if total in values
    ]


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_derives_what_was_hidden(part: int) -> None:
    for number, table in enumerate(scenes(range(part, TABLES, PARTS))):
        rows = pd.DataFrame(table.rows, columns=["cell", "unit", "value"])
        exact = 80 if number < EXACT else 0
        hidden = protect(table.values, table.relations, table.protection, contributions=rows, exact=exact)
        assert set(table.protection) <= hidden
        found = Scene(table.values, table.relations, sorted(hidden), table.protection, table.rows)
        assert not found.derivable(), PARTS * number + part


def test_the_other_programme_derives_what_is_not_protected() -> None:
    only_unsafe = [
        Scene(table.values, table.relations, sorted(table.protection), table.protection, table.rows)
        for table in scenes(range(20))
    ]
    assert sum(bool(table.derivable()) for table in only_unsafe) > 10
