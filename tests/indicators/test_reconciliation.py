"""Raking: the formula, the shapes of constraints, and what cannot be met."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.reconciliation import factors, rake

VALUES = pd.Series({"a1": 12.0, "a2": 14.0, "b1": 20.0, "b2": -4.0}, name="va")
MATRIX = pd.DataFrame(
    [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]], index=["a", "b", "one"], columns=["a1", "a2", "b1", "b2"]
)
TOTALS = pd.Series({"a": 30.0, "b": 15.0, "one": 36.0})


def formula(s: Any, a: Any, g: Any, c: Any) -> Any:
    v = np.diag(c * np.abs(s))
    return s + v @ a.T @ np.linalg.pinv(a @ v @ a.T) @ (g - a @ s)


SHAPES = {
    "wide frame": MATRIX.assign(target=TOTALS),
    "wide frame without zeros": MATRIX.where(MATRIX != 0).assign(target=TOTALS),
    "pair of frame and series": (MATRIX, TOTALS.iloc[::-1]),
    "pair of arrays": (MATRIX.to_numpy(), TOTALS.to_numpy()),
    "pair of lists": (MATRIX.to_numpy().tolist(), TOTALS.tolist()),
    "list of pairs": [(dict(row[row != 0]), TOTALS[name]) for name, row in MATRIX.iterrows()],
    "mapping of cells": {"a": (["a1", "a2"], 30), "b": (["b1", "b2"], 15), "one": (("a1", "b1"), 36)},
    "mapping of series": {name: (row, TOTALS[name]) for name, row in MATRIX.iterrows()},
    "long frame": MATRIX.rename_axis("constraint")
    .reset_index()
    .melt("constraint", var_name="cell", value_name="coefficient")
    .assign(total=lambda rows: rows["constraint"].map(TOTALS)),
}


@pytest.mark.parametrize("shape", list(SHAPES))
def test_every_shape_gives_the_formula(shape: str) -> None:
    found = rake(VALUES, SHAPES[shape], alterability={"a2": 0.5})
    expected = formula(VALUES.to_numpy(), MATRIX.to_numpy(), TOTALS.to_numpy(), np.array([1, 0.5, 1, 1]))
    assert found.to_numpy() == pytest.approx(expected)
    assert found.index.equals(VALUES.index)
    assert found.name == "va"


def test_cells_may_name_their_totals() -> None:
    values = {"x": 10, "y": 30, "all": 50}
    metadata = pd.DataFrame({"cell": ["x", "y"], "total1": ["all", "all"]})
    assert rake(pd.Series(values), metadata).to_dict() == pytest.approx({"x": 12.5, "y": 37.5, "all": 50})
    freed = rake(values, metadata, alterability={"all": 1})
    assert freed["x"] + freed["y"] == pytest.approx(freed["all"])
    assert 40 < freed["all"] < 50


def test_long_frame_without_coefficients_and_labels_that_are_tuples() -> None:
    values = pd.Series([1.0, 3.0], index=pd.MultiIndex.from_tuples([("01", "440106"), ("01", "440111")]))
    assert rake(values, [([("01", "440106"), ("01", "440111")], 8)]).tolist() == pytest.approx([2, 6])
    assert rake(values, [(("01", "440111"), 5)]).tolist() == pytest.approx([1, 5])
    assert rake({"a": 1, "b": 3}, [("a", 2)]).tolist() == pytest.approx([2, 3])
    long = pd.DataFrame({"constraint": 1, "cell": ["a", "b"], "total": 8})
    assert rake({"a": 1, "b": 3}, long).tolist() == pytest.approx([2, 6])


def test_one_total_prorates_and_factors_show_it() -> None:
    found = rake({"a": 1, "b": 3, "c": 0}, [(["a", "b", "c"], 6)])
    assert factors(pd.Series({"c": 0, "b": 3, "a": 1}), found).to_dict() == pytest.approx({"a": 1.5, "b": 1.5, "c": 1})
    with pytest.raises(InputError, match="c"):
        factors(pd.Series({"a": 1}), pd.Series({"a": 1, "c": 2}))


def test_one_alterability_for_all_and_what_is_fixed_stays() -> None:
    plain = rake(VALUES, (MATRIX, TOTALS))
    assert rake(VALUES, (MATRIX, TOTALS), alterability=3.0).to_numpy() == pytest.approx(plain.to_numpy())
    held = rake(VALUES, [(["a1", "a2", "b1"], 60)], alterability=pd.Series({"b1": 0}))
    assert held["b1"] == 20
    assert held["a1"] + held["a2"] == pytest.approx(40)


def test_large_and_small_totals_are_both_met() -> None:
    values = pd.Series({"big": 1e15, "rest": 3e15, "tiny": 2.0, "left": 1.0})
    found = rake(values, [(["big", "rest"], 4.4e15), (["tiny", "left"], 6)])
    assert found.to_dict() == pytest.approx({"big": 1.1e15, "rest": 3.3e15, "tiny": 4, "left": 2})


numbers = st.floats(0.01, 1e6)


@given(st.lists(numbers, min_size=12, max_size=12), st.lists(numbers, min_size=12, max_size=12))
def test_margins_of_a_table_are_met(cells: list[float], truth: list[float]) -> None:
    rows, columns = np.indices((3, 4)).reshape(2, -1)
    values = pd.Series(cells, index=[f"{row}{column}" for row, column in zip(rows, columns, strict=True)])
    table = np.array(truth).reshape(3, 4)
    margins = [(values.index[rows == row], total) for row, total in enumerate(table.sum(axis=1))]
    margins += [(values.index[columns == column], total) for column, total in enumerate(table.sum(axis=0))]
    found = rake(values, margins).to_numpy().reshape(3, 4)
    assert found.sum(axis=1) == pytest.approx(table.sum(axis=1), rel=1e-9, abs=1e-9 * sum(cells))
    assert found.sum(axis=0) == pytest.approx(table.sum(axis=0), rel=1e-9, abs=1e-9 * sum(cells))


@pytest.mark.parametrize(
    ("values", "constraints", "alterability", "words"),
    [
        (VALUES, {"甲": (["a1", "a2"], 30), "乙": (["a1", "a2"], 31)}, None, "甲、乙"),
        (VALUES, {"甲": (["a1"], 13)}, {"a1": 0}, "甲"),
        ({"a": 0, "b": 1}, {"甲": (["a"], 13), "乙": (["b"], 2)}, None, "甲；"),
        (VALUES, [(["a1", "c9"], 30)], None, "c9"),
        (VALUES, [(["a1"], 30)], {"c9": 1}, "c9"),
        (VALUES, [(["a1"], 30)], {"a1": -1}, "a1"),
        (VALUES, [(["a1"], 30)], {"a1": np.nan}, "a1"),
        (VALUES, [(["a1"], 30)], -1.0, "a1"),
        (VALUES, [(["a1"], np.nan)], None, "1"),
        (VALUES, [({"a1": np.inf}, 3.0)], None, "a1"),
        (VALUES, [], None, "没有约束"),
        (VALUES, pd.DataFrame(columns=["cell", "total1"]), None, "没有约束"),
        (VALUES, MATRIX, None, "无"),
        (VALUES, MATRIX.assign(total=1, note="x"), None, "total、note"),
        (VALUES, (MATRIX, [1.0, 2.0]), None, "2 个"),
        (VALUES, (MATRIX, pd.Series({"a": 1.0, "b": 1, "two": 1})), None, "3 行"),
        (VALUES, (np.ones((1, 3)), [1.0]), None, "3 列"),
        (VALUES, pd.DataFrame({"cell": ["a1"], "total1": ["all"]}), None, "all"),
        (VALUES, pd.DataFrame({"constraint": "甲", "cell": ["a1", "a2"], "total": [1, 2]}), None, "甲"),
        (VALUES.where(VALUES.index != "b1"), [(["a1"], 30)], None, "b1"),
        (pd.concat([VALUES, VALUES.iloc[:1]]), [(["a1"], 30)], None, "a1"),
    ],
)
def test_what_is_wrong_is_named(values: Any, constraints: Any, alterability: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        rake(values, constraints, alterability=alterability)
