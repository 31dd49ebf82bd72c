"""The published order, and the split of a displayed figure."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.revision_steps import FEW, FEW_ZH, ROUNDING, fold_few, shown, split_displayed, states, steps


def test_the_order_is_the_published_one() -> None:
    causes = [step.cause for step in steps()]
    assert causes == ["revised", "late", "units", "recoded", "rates", "coefficients", "below", "benchmark", "rounding"]
    assert [step.number for step in steps()] == list(range(1, 10))


def test_every_step_has_inputs_and_a_definition_that_one_does_not_touch_says_why() -> None:
    assert all(bool(step.inputs) == (step.cause != ROUNDING) for step in steps())
    silent = {step.cause: sorted(step.absent_zh) for step in steps() if step.absent_zh}
    assert silent == {"below": ["benchmarked", "rate_method"], "benchmark": ["rate_method"]}


def test_each_state_has_all_inputs_of_the_steps_so_far() -> None:
    found = states()
    assert found[0] == frozenset()
    assert len(found) == len(steps())
    assert all(earlier <= later for earlier, later in pairwise(found))
    assert found[-1] == {name for step in steps() for name in step.inputs}


@given(st.lists(st.integers(-(10**13), 10**13), min_size=len(steps()), max_size=len(steps())))
def test_effects_sum_to_the_displayed_change_to_the_yuan(values: list[int]) -> None:
    found = split_displayed([float(value) for value in values], "亿元", 1)
    change = shown(float(values[-1]), "亿元", 1) - shown(float(values[0]), "亿元", 1)
    assert found.sum() == change
    assert found.drop(ROUNDING).tolist() == np.diff(values).tolist()


def test_a_rate_is_split_in_its_own_unit() -> None:
    values = [0.1204, *[0.1204] * 4, *[0.1256] * 4]
    found = split_displayed(values, "%", 1)
    assert found["rates"] == pytest.approx(0.0052)
    assert found.sum() == pytest.approx(0.126 - 0.120, abs=1e-15)


@pytest.mark.parametrize("values", [[1.0, 2.0], [1.0] * 8 + [float("nan")]])
def test_what_cannot_be_split_is_refused(values: list[float]) -> None:
    with pytest.raises(InputError, match="分解"):
        split_displayed(values, "亿元", 1)


def rows(*said: tuple[int, str, int | None, float]) -> list[dict[str, object]]:
    return [{"step": n, "cause": cause, "cause_zh": cause, "units": units, "effect": e} for n, cause, units, e in said]


def test_steps_that_rest_on_fewer_than_three_units_are_one() -> None:
    told = rows(
        (1, "revised", 3, 5.0),
        (2, "late", 2, 0.6),
        (3, "units", 0, 0.0),
        (4, "recoded", 1, -1.5),
        (5, "rates", None, 2),
    )
    found = fold_few(told)
    assert [(row["step"], row["cause"], row["effect"]) for row in found] == [
        (1, "revised", 5.0), (2, FEW, 0.6 - 1.5), (3, "units", 0.0), (5, "rates", 2),
    ]  # fmt: skip
    assert found[1]["cause_zh"] == FEW_ZH
    assert not any("units" in row for row in found)
    assert sum(row["effect"] for row in found) == sum(row["effect"] for row in told)  # type: ignore[misc]


def test_a_step_of_tables_or_of_three_units_stands_by_itself() -> None:
    told = rows((1, "revised", 3, 5.0), (2, "late", 0, 0.0), (5, "rates", None, 2.0))
    assert [row["cause"] for row in fold_few(told)] == ["revised", "late", "rates"]
