"""The split of a revision is exact; the triangle tells how figures move."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.revisions import FIRST_TO_LATEST, revision_summary, revision_triangle, shapley_revision, split_revision

OLD = {"returns": [100, 200], "rate": 0.25, "price": 1.0}
NEW = {"returns": [110, 200, 30], "rate": 0.3, "price": 1.02}
ORDER = ["returns", "rate", "price"]


def value_added(inputs: dict[str, Any]) -> float:
    inputs["returns"] = sum(inputs["returns"])  # what is handed over is the caller's to change
    return float(inputs["returns"] * inputs["rate"] / inputs["price"])


def test_each_step_has_one_more_new_input() -> None:
    found = split_revision(value_added, OLD, NEW, ORDER)
    assert found.to_dict() == pytest.approx({"returns": 10, "rate": 17, "price": 102 / 1.02 - 102})
    assert found.sum() == value_added(dict(NEW)) - value_added(dict(OLD))
    assert list(found.index) == ORDER
    assert OLD["returns"] == [100, 200]


def test_another_order_gives_other_effects_with_the_same_sum() -> None:
    found = split_revision(value_added, OLD, NEW, ORDER[::-1])
    assert found["rate"] != pytest.approx(17)
    assert found.sum() == value_added(dict(NEW)) - value_added(dict(OLD))


def test_shapley_is_the_mean_over_all_orders() -> None:
    from itertools import permutations

    orders = [split_revision(value_added, OLD, NEW, list(order)) for order in permutations(ORDER)]
    expected = pd.concat(orders, axis=1).mean(axis=1)
    assert shapley_revision(value_added, OLD, NEW, ORDER).to_dict() == pytest.approx(expected[ORDER].to_dict())


def test_nothing_to_split() -> None:
    assert split_revision(lambda _: 3.0, {}, {}, []).empty


pairs = st.lists(st.tuples(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12)), min_size=1, max_size=9)


@given(pairs, st.sampled_from([1, 1 / 3]))
def test_effects_sum_to_the_change(inputs: list[tuple[int, int]], unit: float) -> None:
    names = [f"input {i}" for i in range(len(inputs))]
    old, new = ({name: pair[side] for name, pair in zip(names, inputs, strict=True)} for side in (0, 1))

    def evaluate(given: dict[str, Any]) -> float:
        return float(sum(value * (i + 1) for i, value in enumerate(given.values())) * unit)

    found = split_revision(evaluate, old, new, names)
    change = evaluate(new) - evaluate(old)
    assert found.sum() == (change if unit == 1 else pytest.approx(change, rel=1e-15, abs=1e-3))
    assert all(effect == 0 for effect, (before, after) in zip(found, inputs, strict=True) if before == after)


@pytest.mark.parametrize(
    ("old", "new", "order", "words"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, ["a"], "b"),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, ["a"], "b"),
        ({"a": 1}, {"a": 1}, ["a", "c"], "c"),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, ["a", "b", "a"], "a"),
        ({"a": 1}, {"a": np.nan}, ["a"], "a"),
    ],
)
def test_bad_inputs_are_named(old: Any, new: Any, order: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        split_revision(lambda inputs: sum(inputs.values()), old, new, order)


VINTAGES = pd.DataFrame(
    [
        ("2022Q4", "2023-01-20", 100.0),
        ("2023Q1", "2023-04-20", 30.0),
        ("2022Q4", "2023-04-20", 104.0),
        ("2022Q4", "2023-07-20", 103.0),
        ("2023Q1", "2023-07-20", 28.0),
        ("2023Q2", "2023-07-20", 31.0),
    ],
    columns=["quarter", "known_from", "va"],
)


def test_triangle_and_its_summary() -> None:
    triangle = revision_triangle(VINTAGES.iloc[::-1], period="quarter", vintage="known_from", value="va")
    assert triangle.shape == (3, 3)
    assert np.isnan(triangle.loc["2023Q1", "2023-01-20"])
    found = revision_summary(triangle)
    assert list(found.index) == ["1 to 2", "2 to 3", FIRST_TO_LATEST]
    assert found["count"].tolist() == [2, 1, 2]
    assert found["mean_revision"].tolist() == pytest.approx([1, -1, 0.5])
    assert found["mean_absolute_revision"].tolist() == pytest.approx([3, 1, 2.5])
    assert found.loc[FIRST_TO_LATEST, "relative_absolute_revision"] == pytest.approx(5 / 131)


def test_named_vintages_are_in_the_order_of_accounts() -> None:
    frame = pd.DataFrame({"period": "2023", "vintage": ["census", "flash", "final"], "value": [3.0, 1, 0]})
    triangle = revision_triangle(frame)
    assert list(triangle) == ["flash", "final", "census"]
    assert revision_summary(triangle * 0)["relative_absolute_revision"].tolist() == [0, 0, 0]


def test_bad_triangles_are_named() -> None:
    with pytest.raises(InputError, match="va"):
        revision_triangle(VINTAGES.drop(columns="va"), period="quarter", vintage="known_from", value="va")
    with pytest.raises(InputError, match="2022Q4 2023-01-20"):
        revision_triangle(VINTAGES.iloc[[0, 0]], period="quarter", vintage="known_from", value="va")
    triangle = revision_triangle(VINTAGES, period="quarter", vintage="known_from", value="va")
    with pytest.raises(InputError, match="2022Q4 2023-04-20"):
        revision_summary(triangle.where(triangle != 104))
    with pytest.raises(InputError, match="2023Q2 2023-07-20"):
        revision_summary(triangle.where(triangle != 31, np.inf))
    with pytest.raises(InputError, match="两个版次"):
        revision_summary(triangle.iloc[-1:])
