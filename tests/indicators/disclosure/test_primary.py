"""The primary rules: each at its limit, exactly, whatever the numbers are written in."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.disclosure import primary
from tests.indicators.disclosure.oracle import unsafe

OFF: dict[str, Any] = {"min_count": None, "dominance": None, "p_percent": None}


def cell(*values: Any, **rules: Any) -> pd.Series:
    """The verdict on one cell of units with these values."""
    frame = pd.DataFrame({"cell": "a", "unit": range(len(values)), "value": values})
    return primary(frame, by="cell", unit="unit", value="value", **rules).loc["a"]


@pytest.mark.parametrize(
    ("values", "rule", "unsafe", "protection"),
    [
        ((5, 5), {"min_count": 3}, True, 0),
        ((5, 5, 0), {"min_count": 3}, False, 0),
        ((85, 10, 5), {"dominance": [(1, 0.85)]}, True, 0),
        ((84, 11, 5), {"dominance": [(1, 0.85)]}, False, 0),
        ((90, 10), {"dominance": [(1, 0.8)]}, True, 12.5),
        ((60, 30, 10), {"dominance": [(2, 0.9)]}, True, 0),
        ((10, 9, 1), {"p_percent": 0.1}, False, 0),
        ((10, 9, 0.9), {"p_percent": 0.1}, True, 0.1),
        ((0, 0, 0), {"dominance": [(1, 0.85)]}, True, 0),
        ((0, 0, 0), {"p_percent": 0.1}, False, 0),
        ((-90, 5, 5), {"dominance": [(1, 0.85)]}, True, 90 / 0.85 - 100),
    ],
)
def test_each_rule_at_its_limit(values: Any, rule: dict[str, Any], unsafe: bool, protection: float) -> None:
    found = cell(*values, **OFF | rule)
    assert found["unsafe"] == unsafe
    assert found["protection"] == pytest.approx(protection, abs=1e-12)


@pytest.mark.parametrize("of", [float, Decimal, Fraction])
def test_no_binary_fraction_decides_at_the_limit(of: Any) -> None:
    # 0.1·1.1 is 0.11000000000000001 in floats, and 3·0.1 is not 0.3.
    at = [of(x) for x in ("1.1", "0.4", "0.11")]
    assert not cell(*at, **OFF | {"p_percent": 0.1})["unsafe"]
    just = [of(x) for x in ("0.3", "0.1", "0.1", "0.1")]
    assert cell(*just, **OFF | {"dominance": [(1, 0.5)]})["unsafe"]


@pytest.mark.parametrize("of", [int, float, Decimal])
def test_large_numbers_stay_exact(of: Any) -> None:
    size = 10**20
    assert cell(of(85 * size), of(10 * size), of(5 * size), **OFF | {"dominance": [(1, 0.85)]})["unsafe"]
    if of is not float:
        assert not cell(of(85 * size), of(10 * size), of(5 * size + 1), **OFF | {"dominance": [(1, 0.85)]})["unsafe"]


def test_largest_protection_holds_and_every_reason_is_given() -> None:
    found = cell(100, 1)
    assert found["reason"] == "count+dominance_1+dominance_2+p_percent"
    assert found["protection"] == pytest.approx(max(10.1, 100 / 0.85 - 101, 101 / 0.9 - 101, 10))


def test_contributions_are_summed_per_group_then_measured_in_size() -> None:
    frame = pd.DataFrame(
        [("x", "G", 50), ("y", "G", -50), ("z", None, 10), ("z", None, 5), ("w", None, -7)],
        columns=["unit", "group", "value"],
    ).assign(cell="a")
    found = primary(frame, by="cell", unit="unit", value="value", group="group", **OFF | {"min_count": 3}).loc["a"]
    assert (found["value"], found["count"], found["unsafe"]) == (8, 3, False)
    alone = primary(frame, by="cell", unit="unit", value="value", **OFF | {"min_count": 4}).loc["a"]
    assert (alone["count"], alone["unsafe"]) == (4, False)


def test_only_what_was_measured_counts() -> None:
    frame = pd.DataFrame(
        [("a", "x", 5, "measured"), ("a", "y", 5, "imputed"), ("a", None, 90, "allocated"), ("b", "y", 5, None)],
        columns=["cell", "unit", "value", "kind"],
    )
    found = primary(frame, by="cell", unit="unit", value="value", kind="kind")
    assert found.loc["a", ["value", "count", "unsafe"]].tolist() == [5, 1, True]
    assert found.loc["b", ["value", "count", "unsafe"]].tolist() == [0, 0, False]


def test_cell_without_units_is_a_structural_zero() -> None:
    frame = pd.DataFrame({"cell": ["a", "b"], "unit": [None, None], "value": [0.0, None]})
    found = primary(frame, by="cell", unit="unit", value="value")
    assert not found["unsafe"].any()
    assert found["reason"].tolist() == ["", ""]


def test_cells_are_labelled_by_their_columns() -> None:
    frame = pd.DataFrame({"county": ["乙", "甲"], "class": ["01", "01"], "unit": ["x", "y"], "value": [1, 2]})
    found = primary(frame, by=["county", "class"], unit="unit", value="value")
    assert found.loc[("甲", "01"), "value"] == 2
    assert list(found) == ["county", "class", "value", "count", "unsafe", "reason", "protection"]
    assert found["value"].dtype == "int64"


def test_no_contributions_no_cells() -> None:
    found = primary(pd.DataFrame({"cell": [], "unit": [], "value": []}), by="cell", unit="unit", value="value")
    assert found.empty
    assert found["unsafe"].dtype == bool


@pytest.mark.parametrize(
    ("frame", "rules", "said"),
    [
        ({"cell": [None], "unit": ["x"], "value": [1]}, {}, "【第 0 行】单元格的标识缺失"),
        ({"cell": ["a"], "unit": [None], "value": [1]}, {}, "有数值而无单位"),
        ({"cell": ["a"], "unit": ["x"], "value": [None]}, {}, "数值缺失"),
        ({"cell": ["a"], "unit": ["x"], "value": ["many"]}, {}, "数值缺失"),
        ({"cell": ["a"], "unit": ["x"], "value": [np.inf]}, {}, "不是有限"),
        ({"cell": ["a"], "unit": ["x"]}, {}, "缺少列：value"),
        ({"cell": ["a"], "unit": ["x"], "value": [1]}, {"min_count": 0}, "判定规则"),
        ({"cell": ["a"], "unit": ["x"], "value": [1]}, {"dominance": [(0, 0.5)]}, "判定规则"),
        ({"cell": ["a"], "unit": ["x"], "value": [1]}, {"dominance": [(1, 1.5)]}, "判定规则"),
        ({"cell": ["a"], "unit": ["x"], "value": [1]}, {"p_percent": -0.1}, "判定规则"),
        ({"cell": ["a"], "unit": ["x"], "value": [1]}, {"p_percent": float("nan")}, "不是有限"),
    ],
)
def test_refusals(frame: dict[str, list[Any]], rules: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        primary(pd.DataFrame(frame), by="cell", unit="unit", value="value", **rules)


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=6), st.sampled_from([1, 10, 1000, 7]))
def test_as_the_rules_say(sizes: list[int], divisor: int) -> None:
    found = cell(*(Fraction(size, divisor) for size in sizes))
    assert found["unsafe"] == unsafe(dict(enumerate(sizes)))
    assert found["value"] == pytest.approx(sum(sizes) / divisor)
