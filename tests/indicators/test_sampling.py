"""Weights of a sample and winsorised returns: by hand, in any order, and what is refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.estimation import horvitz_thompson, winsorise

SAMPLE = pd.DataFrame({
    "unit": ["甲", "乙", "丙", "丁"], "stratum": ["小", "小", "大", "大"], "y": [10.0, 100.0, 50.0, 60.0],
    "a": [5.0, 5.0, 1.0, 1.0], "g": [1.0, 1.0, 1.0, 0.9], "x": [1.0, 1.0, 2.0, 2.0], "L": [40.0, 40.0, 40.0, 40.0],
}, index=list("wxyz"))  # fmt: skip
WINSOR: dict[str, Any] = {"value": "y", "design": "a", "cutoff": "L", "by": "stratum"}


def test_a_large_return_counts_in_full_for_itself_alone() -> None:
    found = winsorise(SAMPLE, **WINSOR)
    cut = 55 + 40 / 4
    assert found["outlier_weight"].tolist() == pytest.approx([1, (100 / 5 + cut * 4 / 5) / 100, 1, 1])
    assert found["marker"].tolist() == ["W", "W", "NW_FE", "NW_FE"]
    assert list(found.index) == list("wxyz")
    assert "marker" not in SAMPLE
    rated = winsorise(SAMPLE, calibration="g", auxiliary="x", **WINSOR)
    assert rated["marker"].tolist() == ["W", "W", "NW_FE", "NW_AG"]
    assert rated["outlier_weight"].tolist() == pytest.approx(found["outlier_weight"].tolist())


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(1, 100), st.booleans()), min_size=1, max_size=12), st.floats(0, 1e6)
)
def test_weights_lie_between_the_inverse_design_weight_and_one(
    rows: list[tuple[float, float, bool]], cutoff: float
) -> None:
    frame = pd.DataFrame(rows, columns=["y", "a", "stratum"]).assign(L=cutoff)
    found = winsorise(frame, **WINSOR)
    assert (found["outlier_weight"] <= 1 + 1e-12).all()
    assert (found["outlier_weight"] >= 1 / frame["a"] - 1e-12).all()
    again = winsorise(frame.iloc[::-1], **WINSOR)
    pd.testing.assert_frame_equal(again.sort_index(), found)


POPULATION = pd.DataFrame({
    "stratum": ["a"] * 4 + ["b"] * 2,
    "asked": [True, True, False, False, True, True],
    "marker": ["I", "D", "I", "I", "I", "I"],
    "h": [True] * 4 + [False] * 2,
    "x": [10.0, 20.0, 30.0, 60.0, 5.0, 5.0],
    "y": [3.0, 0.0, np.nan, np.nan, 7.0, 8.0],
    "group": ["G"] * 6,
})  # fmt: skip
ASK: dict[str, Any] = {"by": "stratum", "sampled": "asked"}


def test_expansion_is_the_value_over_the_chance_of_being_asked() -> None:
    found = horvitz_thompson(POPULATION.sample(frac=1, random_state=1), value="y", **ASK)
    assert found["stratum"].tolist() == ["a", "b"]
    assert found[["population", "sample"]].to_numpy().tolist() == [[4, 2], [2, 2]]
    assert found["design_weight"].tolist() == [2.0, 1.0]
    assert found["estimate"].tolist() == [6.0, 15.0]


def test_births_make_up_for_deaths() -> None:
    found = horvitz_thompson(POPULATION, adjustment="marker", h="h", value="y", **ASK)
    assert found["unadjusted_design_weight"].tolist() == [2.0, 1.0]
    assert found["design_weight"].tolist() == [4.0, 1.0]
    assert found["estimate"].tolist() == [12.0, 15.0]
    half = horvitz_thompson(POPULATION.assign(h=0.5), adjustment="marker", h="h", **ASK)
    assert half["design_weight"].tolist() == [3.0, 1.0]
    nobody = POPULATION.assign(marker=["D", "D", "I", "I", "I", "I"], h=0)
    assert horvitz_thompson(nobody, adjustment="marker", h="h", value="y", **ASK)["estimate"].tolist() == [0.0, 15.0]


def test_a_ratio_makes_the_sample_as_large_as_the_population() -> None:
    separate = horvitz_thompson(POPULATION, auxiliary="x", value="x", **ASK)
    assert separate["calibration_factor"].tolist() == [2.0, 1.0]
    assert separate["estimate"].tolist() == [120.0, 10.0]
    combined = horvitz_thompson(POPULATION, auxiliary="x", calibration_group="group", value="x", **ASK)
    assert combined["calibration_factor"].tolist() == pytest.approx([130 / 70] * 2)
    assert combined["estimate"].sum() == pytest.approx(130)
    assert combined["group"].tolist() == ["G", "G"]
    two = pd.concat([POPULATION.assign(quarter="Q1"), POPULATION.assign(quarter="Q2", x=POPULATION["x"] * 3)])
    apart = horvitz_thompson(two, period="quarter", auxiliary="x", calibration_group="group", **ASK)
    assert apart["quarter"].tolist() == ["Q1", "Q1", "Q2", "Q2"]
    assert apart["calibration_factor"].tolist() == pytest.approx([130 / 70] * 4)
    asked = POPULATION.assign(asked=POPULATION["asked"].astype("int64"))
    assert horvitz_thompson(asked, **ASK)["sample"].tolist() == [2, 2]


def dead(**columns: Any) -> pd.DataFrame:
    return horvitz_thompson(POPULATION.assign(**columns), adjustment="marker", h="h", **ASK)


@pytest.mark.parametrize(
    ("run", "named"),
    [
        (lambda: winsorise(SAMPLE.drop(columns="L"), **WINSOR), "L"),
        (lambda: winsorise(SAMPLE.assign(y=[1, None, 1, 1]), **WINSOR), "行 x.*列 y 未填"),
        (lambda: winsorise(SAMPLE.assign(y=[1, "多", 1, 1]), **WINSOR), "行 x.*不是数"),
        (lambda: winsorise(SAMPLE.assign(stratum=["a", None, "a", "a"]), **WINSOR), "行 x"),
        (lambda: winsorise(SAMPLE.assign(a=[1, 0.5, 1, 1]), **WINSOR), "行 x.*小于 1"),
        (lambda: winsorise(SAMPLE.assign(g=[1, 0, 1, 1]), calibration="g", **WINSOR), "行 x.*列 g 不为正"),
        (lambda: winsorise(SAMPLE.assign(L=-1.0), **WINSOR), "行 w.*为负"),
        (lambda: winsorise(SAMPLE.assign(L=[1, 2, 3, 3]), **WINSOR), "行 w、x.*不唯一"),
        (lambda: winsorise(SAMPLE.assign(x=0.0), auxiliary="x", **WINSOR), "行 w、x.*列 x"),
        (lambda: horvitz_thompson(POPULATION, h="h", **ASK), "同时给出"),
        (lambda: horvitz_thompson(POPULATION, out_of_scope_full=True, **ASK), "out_of_scope_full"),
        (lambda: horvitz_thompson(POPULATION, calibration_group="group", **ASK), "auxiliary"),
        (lambda: horvitz_thompson(POPULATION.assign(asked="是"), **ASK), "真或假"),
        (
            lambda: horvitz_thompson(
                POPULATION.assign(asked=POPULATION["asked"].astype("boolean").mask([True] + [False] * 5)), **ASK
            ),
            "未填",
        ),
        (lambda: horvitz_thompson(POPULATION.assign(asked=[False] * 4 + [True] * 2), **ASK), "行 0、1、2、3.*没有样本"),
        (lambda: dead(marker=["I", "O", "I", "I", "I", "I"]), "行 1.*只能是 I、D"),
        (lambda: dead(marker=["I", "I", "D", "I", "I", "I"]), "行 2.*样本外"),
        (lambda: dead(marker=["D", "D", "I", "I", "I", "I"]), "没有存活"),
        (lambda: dead(h=-1), "为负"),
        (lambda: dead(h=[0, 1, 1, 1, 1, 1]), "行 0、1、2、3.*不唯一"),
        (lambda: horvitz_thompson(POPULATION.assign(x=[0.0, 0, 1, 1, 1, 1]), auxiliary="x", **ASK), "样本合计"),
        (
            lambda: horvitz_thompson(
                POPULATION.assign(group=list("GGGHHH")), auxiliary="x", calibration_group="group", **ASK
            ),
            "行 0、1、2、3.*两个校准组",
        ),
        (lambda: horvitz_thompson(POPULATION.assign(y=np.nan), value="y", **ASK), "列 y 未填"),
    ],
)
def test_what_does_not_hold_is_named(run: Any, named: str) -> None:
    with pytest.raises(InputError, match=f"(?s){named}"):
        run()
