"""The split of a unit over its digital classes: the right vector, exact to the yuan."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification import allocate
from classification.allocation import LADDER, CoefficientError
from classification.errors import InputError

DES = ("040501", "040502", "040503")


def units(*rows: tuple[Any, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["unit", "county", "gbt", "va"])
    return frame.astype({"va": "int64"}) if len(frame) else frame.astype({"va": "int64", "gbt": "str"})


def vector(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["gbt", "de", "level", "key", "k"])


def parts(result: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(result.itertuples(index=False, name=None))


def test_full_non_core_and_starred() -> None:
    result = allocate(
        units(("u1", "c1", "3911", 100), ("u2", "c1", "0111", -7), ("u3", "c1", "8610", 10)),
        vector(("8610", "030304", "nation", "*", 0.25)),
        value="va",
    )
    assert list(result.columns) == ["unit", "gbt", "de", "level_used", "va"]
    assert result["va"].dtype == "int64"
    assert parts(result) == [
        ("u1", "3911", "010101", "", 100),
        ("u2", "0111", "non_core", "", -7),
        ("u3", "8610", "030304", "nation", 3),  # 2.5 rounds away from zero
        ("u3", "8610", "non_core", "nation", 7),
    ]


@pytest.mark.parametrize(
    ("value", "expected"), [(3, [1, 1, 1, 0]), (-3, [-1, -1, -1, 0]), (1, [0, 1, 0, 0]), (-1, [0, -1, 0, 0])]
)
def test_three_yuan_in_three_parts(value: int, expected: list[int]) -> None:
    thirds = vector(*(("4910", de, "city", "*", k) for de, k in zip(DES, (0.333333, 0.333333, 0.333334), strict=True)))
    assert allocate(units(("u", "c", "4910", value)), thirds, value="va")["va"].tolist() == expected


def test_half_away_from_zero_for_negative_values() -> None:
    half = vector(("6429", "030304", "city", "*", 0.5))
    assert parts(allocate(units(("u", "c", "6429", -3)), half, value="va")) == [
        ("u", "6429", "030304", "city", -2),
        ("u", "6429", "030307", "city", 0),
        ("u", "6429", "non_core", "city", -1),
    ]


def test_the_whole_vector_comes_from_the_first_level_that_has_any_row() -> None:
    table = vector(
        ("6429", "030304", "nation", "*", 0.1),
        ("6429", "030307", "nation", "*", 0.2),
        ("6429", "030304", "province", "*", 0.3),
        ("6429", "030307", "city", "*", 0.4),
        ("6429", "030304", "county", "c1", 0.5),
        ("6429", "030307", "unit", "u1", 0.0),
    )
    ladder = {
        "unit": units(("u1", "c1", "6429", 100)),
        "county": units(("u2", "c1", "6429", 100)),
        "city": units(("u2", "c2", "6429", 100)),
        "province": units(("u2", "c2", "6429", 100)),
        "nation": units(("u2", None, "6429", 100)),
    }
    expected = {
        "unit": (0, 0, 100),
        "county": (50, 0, 50),
        "city": (0, 40, 60),
        "province": (30, 0, 70),
        "nation": (10, 20, 70),
    }
    for place, level in enumerate(LADDER):
        below = table[table["level"].isin(LADDER[place:])]
        result = allocate(ladder[level], below, value="va")
        assert set(result["level_used"]) == {level}
        assert tuple(result["va"]) == expected[level]


def test_a_coefficient_means_its_shortest_decimal_form() -> None:
    for k in (0.1, np.float32(0.1), Decimal("0.1"), "0.1", np.float64(0.1)):
        frame = vector(("8610", "030304", "nation", "*", 0)).assign(k=pd.Series([k]))
        assert allocate(units(("u", "c", "8610", 5)), frame, value="va")["va"].tolist() == [1, 4]
    whole = vector(("8610", "030304", "nation", "*", 1))
    assert allocate(units(("u", "c", "8610", 2**62 + 1)), whole, value="va")["va"].tolist() == [2**62 + 1, 0]


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 2**62 + 1, -(2**62) - 1])
def test_huge_values_stay_exact(value: int) -> None:
    table = vector(("6429", "030304", "city", "*", 0.123457), ("6429", "030307", "city", "*", 0.654321))
    result = allocate(units(("u", "c", "6429", value)), table, value="va")
    first = int((Decimal(value) * Decimal("0.123457")).to_integral_value(ROUND_HALF_UP))
    assert result["va"].iloc[0] == first
    assert sum(map(int, result["va"])) == value


def test_no_units_and_no_coefficients() -> None:
    result = allocate(units(), vector(), value="va")
    assert list(result.columns) == ["unit", "gbt", "de", "level_used", "va"]
    assert (len(result), result["va"].dtype) == (0, "int64")
    assert len(allocate(units(("u", "c", "3911", 1)), vector(), value="va")) == 1


def test_units_may_repeat_and_inputs_stay_as_they_are() -> None:
    frame = units(("u", "c", "3911", 1), ("u", "c", "0111", 2), ("u", "c", "3911", 3))
    table = vector(("8610", "030304", "city", "*", 0.5))
    before, before_table = frame.copy(deep=True), table.copy(deep=True)
    result = allocate(frame, table, value="va")
    assert result["va"].tolist() == [1, 2, 3]
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(table, before_table)


def test_no_vector_at_any_level_names_the_class() -> None:
    table = vector(("6429", "030304", "county", "c9", 0.5))
    with pytest.raises(CoefficientError, match="6429 互联网其他信息服务") as caught:
        allocate(units(("u", "c", "6429", 1), ("u", "c", "8610", 1)), table, value="va")
    assert "6429, 8610" in caught.value.en


def test_a_vector_above_one_names_class_level_and_key() -> None:
    table = vector(("6429", "030304", "county", "c1", 0.6), ("6429", "030307", "county", "c1", 0.400001))
    with pytest.raises(CoefficientError, match=r"6429 在层级 county、对象 c1 .*1\.000001"):
        allocate(units(), table, value="va")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("3911", "010101", "city", "*", 0.5), "带"),
        (("6429", "010101", "city", "*", 0.5), "带"),
        (("9999", "010101", "city", "*", 0.5), "带"),
        (("6429", "030304", "town", "*", 0.5), "层级"),
        (("6429", "030304", "city", "c1", 0.5), "适用对象"),
        (("6429", "030304", "county", "*", 0.5), "适用对象"),
        (("6429", "030304", "unit", None, 0.5), "适用对象"),
        (("6429", "030304", "unit", "", 0.5), "适用对象"),
        (("6429", "030304", "city", "*", 1.1), "0 到 1"),
        (("6429", "030304", "city", "*", -0.1), "0 到 1"),
        (("6429", "030304", "city", "*", float("nan")), "0 到 1"),
        (("6429", "030304", "city", "*", float("inf")), "0 到 1"),
        (("6429", "030304", "city", "*", "一半"), "0 到 1"),
        (("6429", "030304", "city", "*", None), "0 到 1"),
        (("6429", "030304", "city", "*", 0.1 + 0.2), "六位"),
        (("6429", "030304", "city", "*", 1e-7), "六位"),
        (("6429", "030307", "city", "*", 0.1), "重复"),
    ],
)
def test_a_bad_coefficient_names_its_row(row: tuple[Any, ...], said: str) -> None:
    with pytest.raises(CoefficientError, match=said) as caught:
        allocate(units(), vector(("6429", "030307", "city", "*", 0.1), row), value="va")
    assert "第 2 行" in caught.value.where


def test_bad_units() -> None:
    good = units(("u", "c", "3911", 1))
    with pytest.raises(InputError, match="county"):
        allocate(good.drop(columns="county"), vector(), value="va")
    with pytest.raises(InputError, match="coefficients 缺少列：k"):
        allocate(good, vector().drop(columns="k"), value="va")
    with pytest.raises(InputError, match="整数"):
        allocate(good.astype({"va": "float64"}), vector(), value="va")
    with pytest.raises(InputError, match="整数"):
        allocate(good.assign(va=pd.array([None], dtype="Int64")), vector(), value="va")
    with pytest.raises(InputError, match="64位"):
        allocate(good.assign(va=np.array([2**63], dtype="uint64")), vector(), value="va")
    for code in ("391", "", None, 3911, "9999"):
        with pytest.raises(InputError, match="第 1 行"):
            allocate(good.astype({"gbt": "object"}).assign(gbt=[code]), vector(), value="va")
    assert allocate(good.assign(va=pd.array([1], dtype="Int64")), vector(), value="va")["va"].tolist() == [1]


SHARES = st.lists(st.integers(0, 10**6), min_size=3, max_size=3).filter(lambda ks: sum(ks) <= 10**6)
MONEY = st.integers(-(2**62), 2**62) | st.integers(-50, 50)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(MONEY, SHARES), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_money_is_conserved_and_order_does_not_matter(rows: list[tuple[int, list[int]]], random: Any) -> None:
    frame = units(*((f"u{n}", "c", "4910", value) for n, (value, _) in enumerate(rows)))
    table = vector(
        *(
            ("4910", de, "unit", f"u{n}", Decimal(k).scaleb(-6))
            for n, (_, shares) in enumerate(rows)
            for de, k in zip(DES, shares, strict=True)
        )
    )
    result = allocate(frame, table, value="va")
    assert result["unit"].tolist() == [f"u{n}" for n in range(len(rows)) for _ in range(4)]
    for n, (value, shares) in enumerate(rows):
        got = [int(one) for one in result["va"].iloc[4 * n : 4 * n + 4]]
        bounds = [Decimal(sum(shares[:c])).scaleb(-6) for c in range(4)]
        rounded = [int((value * bound).to_integral_value(ROUND_HALF_UP)) for bound in bounds]
        assert got[:3] == [b - a for a, b in pairwise(rounded)]
        assert sum(got) == value
    shuffled = table.sample(frac=1, random_state=random.randrange(2**31))
    pd.testing.assert_frame_equal(allocate(frame, shuffled, value="va"), result)
    order = list(range(len(rows)))
    random.shuffle(order)
    mixed = allocate(frame.iloc[order], table, value="va")
    pd.testing.assert_frame_equal(
        mixed.sort_values(["unit", "de"], ignore_index=True), result.sort_values(["unit", "de"], ignore_index=True)
    )
