"""Penetration by definition, and the guard between definitions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.penetration import adoption, efficiency_va, one_definition

DIVISIONS = pd.DataFrame({
    "division": ["39", "38", "11", "65", "51"],
    "sector": ["secondary", "secondary", "tertiary", "tertiary", "tertiary"],
    "va": [50.0, 100.0, 10.0, 40.0, 50.0],
    "core_va": [50.0, 20.0, 0.0, 40.0, 5.0],
    "d": [np.nan, 0.1, 0.2, None, 0.3],
})  # fmt: skip


def test_efficiency_value_added_over_the_whole_sector() -> None:
    found = efficiency_va(DIVISIONS)
    assert list(found.columns) == ["sector", "va", "core_va", "efficiency_va", "rate_efficiency_va", "core_share"]
    assert found.loc["secondary", "efficiency_va"] == pytest.approx(8)
    assert found.loc["secondary", "rate_efficiency_va"] == pytest.approx(8 / 150)
    assert found.loc["tertiary", "efficiency_va"] == pytest.approx(2 + 13.5)
    assert found.loc["tertiary", "core_share"] == pytest.approx(0.45)
    renamed = DIVISIONS.rename(columns={"sector": "part"})
    assert efficiency_va(renamed, sector="part")["part"].tolist() == ["secondary", "tertiary"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"d": None}, "38"),
        ({"d": 1.2}, "38"),
        ({"core_va": 120.0}, "38"),
        ({"va": None}, "38"),
        ({"division": "39"}, "39"),
        ({"sector": None}, "38"),
    ],
)
def test_a_division_that_does_not_hold_is_named(changes: dict[str, object], named: str) -> None:
    broken = DIVISIONS.astype({"d": "float64"})
    for column, value in changes.items():
        broken.loc[1, column] = value
    with pytest.raises(InputError, match=named):
        efficiency_va(broken)


def test_columns_and_sector_totals_are_needed() -> None:
    with pytest.raises(InputError, match="core_va"):
        efficiency_va(DIVISIONS.drop(columns="core_va"))
    empty = pd.DataFrame({"division": ["12"], "sector": ["industry"], "va": [0.0], "core_va": [0.0], "d": [0.1]})
    with pytest.raises(InputError, match="industry"):
        efficiency_va(empty)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_core_share_and_rate_never_exceed_one(rows: list[tuple[int, float, float]]) -> None:
    frame = pd.DataFrame({
        "division": [f"{n:02d}" for n in range(len(rows))],
        "sector": "all",
        "va": [value + 1.0 for value, _, _ in rows],
        "core_va": [value * share for value, share, _ in rows],
        "d": [d for _, _, d in rows],
    })  # fmt: skip
    found = efficiency_va(frame).loc["all"]
    assert found["core_share"] + found["rate_efficiency_va"] <= 1 + 1e-12


def test_adoption_over_firms_surveyed() -> None:
    survey = pd.DataFrame({"sector": ["all", "all", "none"], "surveyed": [60, 40, 0], "using": [30, 17, 0]})
    found = adoption(survey)
    assert found.loc["all", "rate_adoption"] == pytest.approx(0.47)
    assert list(found["sector"]) == ["all"]
    with pytest.raises(InputError, match="all"):
        adoption(survey.assign(using=[61, 0, 0]))


def test_series_never_join_across_definitions() -> None:
    ours = pd.DataFrame(
        {"indicator": "digital_penetration", "definition_id": "efficiency_va", "authority": "监测测算"}, [0]
    )
    with pytest.raises(InputError, match="external"):
        one_definition(ours, ours.assign(definition_id="external"))
    with pytest.raises(InputError, match="发布机关"):
        one_definition(ours, ours.assign(authority="信通院"))
    assert len(one_definition(ours, ours)) == 2
