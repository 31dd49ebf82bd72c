"""Numbers become text once, from the unrounded value."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.rounding import (
    difference,
    display,
    from_unit,
    in_unit,
    round_half_away,
    round_parts,
    whole,
)


def test_half_goes_away_from_zero_on_the_decimal_value() -> None:
    assert round_half_away(0.125, 2) == Decimal("0.13")
    assert round_half_away(-0.125, 2) == Decimal("-0.13")
    assert round_half_away(2.675, 2) == Decimal("2.68")  # the nearest double lies below
    assert round_half_away(25) == 25
    assert str(round_half_away(-0.004, 2)) == "0.00"


def test_display_of_stored_units() -> None:
    assert display(12755500000000, "亿元", 0) == "127555"
    assert display(31.9 / 2580.6, "%", 2) == "1.24"
    assert display(31.9 / 2580.6, "%", 1) == "1.2"
    assert display(906, "个", 0) == "906"
    assert display(2.44e9, "亿条", 1) == "24.4"


def test_differences_come_from_unrounded_rates() -> None:
    done, due = 629.0 / 647.4, 10 / 12
    assert display(done, "%", 1) == "97.2"
    assert display(due, "%", 1) == "83.3"
    assert display(difference(done, due), "百分点", 1) == "13.8"


def test_units_convert_exactly_both_ways() -> None:
    assert from_unit(25.3, "亿元") == 2530000000
    assert in_unit(from_unit(11.2, "%"), "%") == Decimal("11.2")


def test_what_is_not_finite_is_not_shown() -> None:
    with pytest.raises(InputError):
        display(float("nan"), "%", 1)


def test_whole_yuan() -> None:
    found = whole([0.5, -0.5, 2.4, -2.6, -0.2])
    assert found.tolist() == [1.0, -1.0, 2.0, -3.0, 0.0]
    assert not np.signbit(found[-1])


def test_tail_policies() -> None:
    parts = [0.333, 0.333, 0.334]
    thirds = [1 / 3, 1 / 3, 1 / 3]
    assert [str(v) for v in round_parts(thirds, "%", 1)] == ["33.3", "33.3", "33.3"]
    assert [str(v) for v in round_parts(thirds, "%", 1, tail="largest_remainder")] == ["33.4", "33.3", "33.3"]
    assert sum(round_parts(parts, "%", 0, tail="largest_remainder")) == 100
    # Chengdu 2021: shares that a bureau forced to 100.
    chengdu = [35.94, 55.16, 1.24, 7.66]
    assert sum(round_parts(chengdu, "", 1, tail="largest_remainder", total=100)) == 100


def test_a_total_out_of_reach_is_refused() -> None:
    with pytest.raises(InputError, match="合计"):
        round_parts([0.2, 0.3], "%", 1, tail="largest_remainder", total=0.9)


@given(st.lists(st.decimals(min_value=-1000, max_value=1000, places=4), min_size=1, max_size=12), st.integers(0, 3))
def test_largest_remainder_always_meets_the_rounded_total(values: list[Decimal], places: int) -> None:
    parts = round_parts(values, "", places, tail="largest_remainder")
    assert sum(parts) == round_half_away(sum(values, Decimal(0)), places)
    assert all(abs(part - value) <= Decimal(1).scaleb(-places) for part, value in zip(parts, values, strict=True))
