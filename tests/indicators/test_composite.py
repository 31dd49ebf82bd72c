"""Composite index: scales, outliers, weights, levels, and what is refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from classification.errors import InputError
from indicators.composite import (
    aggregate,
    build_index,
    entropy_weights,
    freeze_scheme,
    normalise,
    sensitivity,
    treat_outliers,
    with_leaf_weights,
)

FRAME = pd.DataFrame(
    {"基站": [10.0, 20, 40], "能耗": [3.0, 1, 2], "上云": [0.5, np.nan, 0.9]}, index=["甲县", "乙县", "丙县"]
)
STRUCTURE = pd.DataFrame({
    "code": ["指数", "设施", "应用", "基站", "能耗", "上云"],
    "parent": [None, "指数", "指数", "设施", "设施", "应用"],
    "weight": [None, 0.6, 0.4, 3, 1, 1],
})  # fmt: skip
DIRECTION = {"能耗": -1}


# ── scales


def test_minmax_turns_round_what_is_better_small() -> None:
    found = normalise(FRAME, direction=DIRECTION, bounds=(1, 100))
    assert found["基站"].tolist() == pytest.approx([1, 34, 100])
    assert found["能耗"].tolist() == pytest.approx([1, 100, 50.5])
    assert np.isnan(found.loc["乙县", "上云"])


def test_goalposts_cut_what_lies_beyond() -> None:
    posts = {"基站": (0, 20), "能耗": (1, 3), "上云": (0, 1)}
    found = normalise(FRAME, method="goalposts", goalposts=posts, direction=DIRECTION)
    assert found["基站"].tolist() == [0.5, 1.0, 1.0]
    assert found["能耗"].tolist() == [0.0, 1.0, 0.5]


def test_scores_and_ranks() -> None:
    z = normalise(FRAME, method="zscore", direction=DIRECTION)
    assert z["能耗"].tolist() == [-1.0, 1.0, 0.0]
    assert normalise(FRAME, method="rank", direction=DIRECTION)["能耗"].tolist() == [1, 3, 2]
    ties = pd.DataFrame({"a": [1.0, 1.0, 5.0]})
    assert normalise(ties, method="rank")["a"].tolist() == [1, 1, 3]


@settings(deadline=None)
@given(arrays.arrays(float, (5, 2), elements=st.integers(-1000, 1000).map(float)), st.permutations(range(5)))
def test_a_scale_knows_no_order_of_rows_and_keeps_that_of_values(values: np.ndarray, order: list[int]) -> None:
    frame = pd.DataFrame(values, columns=["a", "b"])
    if (frame.nunique() < 2).any():
        return
    for method in ("minmax", "zscore", "rank"):
        found = normalise(frame, method=method)
        assert (found.rank(method="min") == frame.rank(method="min")).all().all()
        again = normalise(frame.iloc[list(order)], method=method)
        pd.testing.assert_frame_equal(again.sort_index(), found)


# ── outliers


def test_a_few_extreme_points_are_moved_one_by_one() -> None:
    column = pd.Series([*range(1, 21), 100, 200], index=[f"单位{n}" for n in range(22)], dtype=float)
    frame = pd.DataFrame({"x": column, "minus": -column})
    before = frame.copy()
    found = treat_outliers(frame)
    assert found["x"].tolist() == [*range(1, 21), 20.0, 20.0]
    assert found["minus"].tolist() == [-value for value in found["x"]]
    treatment = found.attrs["treatments"][0]
    assert (treatment.code, treatment.how, treatment.units) == ("x", "winsorised", ("单位20", "单位21"))
    assert treatment.within
    pd.testing.assert_frame_equal(frame, before)


def test_one_statistic_within_its_limit_is_enough() -> None:
    column = pd.DataFrame({"x": [0.0] * 10 + [1.0] * 2})
    assert 0 < column["x"].kurt() < 3.5
    found = treat_outliers(column, skew=1.0)
    assert found["x"].tolist() == column["x"].tolist()
    assert found.attrs["treatments"][0].how == "none"


def test_too_many_extreme_points_are_logged_from_what_was_received() -> None:
    column = pd.DataFrame({"x": [*range(1, 21), 100.0, 200.0]})
    found = treat_outliers(column, max_winsorise=1)
    expected = np.log(column["x"] - 1 + 0.01 * 199)
    assert found["x"].tolist() == pytest.approx(expected.tolist())
    assert found.attrs["treatments"][0].how == "log"


def test_three_values_are_no_distribution() -> None:
    column = pd.DataFrame({"x": [0.0, 0.0, 1e9, np.nan]})
    assert treat_outliers(column)["x"].tolist()[:3] == [0.0, 0.0, 1e9]


# ── weights and means


def test_entropy_weights_with_a_nought() -> None:
    found = entropy_weights(pd.DataFrame({"flat": [1.0, 1.0], "all": [0.0, 4.0], "half": [1.0, 3.0]}))
    divergence = {"flat": 0.0, "all": 1.0, "half": 1 + (0.25 * np.log(0.25) + 0.75 * np.log(0.75)) / np.log(2)}
    assert found.to_dict() == pytest.approx({k: v / sum(divergence.values()) for k, v in divergence.items()})


def test_means_skip_what_is_missing() -> None:
    weights = {"上云": 2.0, "基站": 1.0, "能耗": 1.0}
    found = aggregate(FRAME, weights)
    assert found["乙县"] == pytest.approx((20 + 1) / 2)
    assert found["甲县"] == pytest.approx((10 + 3 + 2 * 0.5) / 4)
    assert aggregate(FRAME, pd.Series(weights), how="geometric")["乙县"] == pytest.approx(20**0.5)
    assert np.isnan(aggregate(FRAME[["上云"]], {"上云": 1.0})["乙县"])


def test_a_nought_that_weighs_nothing_does_no_harm() -> None:
    frame = pd.DataFrame({"a": [0.0, 2.0], "b": [3.0, 4.0]})
    assert aggregate(frame, {"a": 0.0, "b": 1.0}, how="geometric").tolist() == pytest.approx([3.0, 4.0])


@settings(deadline=None)
@given(arrays.arrays(float, (4, 3), elements=st.floats(0.01, 100)), st.lists(st.floats(0.1, 5), min_size=3, max_size=3))
def test_a_mean_lies_between_and_geometric_below_arithmetic(values: np.ndarray, weights: list[float]) -> None:
    frame = pd.DataFrame(values, columns=list("abc"))
    given_weights = dict(zip("abc", weights, strict=True))
    arithmetic, geometric = (aggregate(frame, given_weights, how=how) for how in ("arithmetic", "geometric"))
    assert (arithmetic <= frame.max(axis=1) * (1 + 1e-9)).all()
    assert (geometric >= frame.min(axis=1) * (1 - 1e-9)).all()
    assert (geometric <= arithmetic * (1 + 1e-9)).all()


# ── the index


def test_an_index_from_the_bottom_to_the_top() -> None:
    scaled = normalise(FRAME, direction=DIRECTION)
    index = build_index(scaled, STRUCTURE.sample(frac=1, random_state=3))
    assert index.root == "指数"
    facilities = (3 * scaled["基站"] + scaled["能耗"]) / 4
    assert index.scores["设施"].tolist() == pytest.approx(facilities.tolist())
    assert index.scores.loc["甲县", "指数"] == pytest.approx(0.6 * facilities["甲县"])
    assert index.scores.loc["乙县", "指数"] == pytest.approx(facilities["乙县"])
    assert index.coverage.loc["乙县", "指数"] == pytest.approx(0.6)
    assert index.ranks().to_dict() == {"丙县": 1, "乙县": 2, "甲县": 3}
    assert index.ranks("设施").loc["丙县"] == 1
    assert index.weights.loc["基站", ["weight", "effective"]].tolist() == pytest.approx([0.75, 0.45])
    assert [step.name for step in index.steps] == ["normalised", "aggregated"]


def test_a_mean_for_each_node() -> None:
    scaled = normalise(FRAME, bounds=(1, 100))
    index = build_index(scaled, STRUCTURE, how={"指数": "geometric"})
    row = index.scores.loc["丙县"]
    assert row["设施"] == pytest.approx((3 * scaled.loc["丙县", "基站"] + scaled.loc["丙县", "能耗"]) / 4)
    assert row["指数"] == pytest.approx(row["设施"] ** 0.6 * row["应用"] ** 0.4)


def test_weights_of_leaves_make_those_above() -> None:
    found = with_leaf_weights(STRUCTURE, pd.Series({"基站": 0.5, "能耗": 0.2, "上云": 0.3}))
    assert build_index(normalise(FRAME), found).weights["effective"].to_dict() == pytest.approx(
        {"指数": 1.0, "设施": 0.7, "应用": 0.3, "基站": 0.5, "能耗": 0.2, "上云": 0.3}
    )


def changed(**columns: list[Any]) -> pd.DataFrame:
    return STRUCTURE.assign(**columns)


@pytest.mark.parametrize(
    ("run", "named"),
    [
        (lambda: normalise(FRAME.iloc[:0]), "为空"),
        (lambda: normalise(pd.concat([FRAME, FRAME.iloc[:1]])), "甲县"),
        (lambda: normalise(FRAME.set_axis(["a", "a", "b"], axis=1)), "a"),
        (lambda: normalise(FRAME.assign(基站="多")), "基站"),
        (lambda: normalise(FRAME.assign(基站=np.inf)), "基站"),
        (lambda: normalise(FRAME.assign(基站=np.nan)), "基站"),
        (lambda: normalise(FRAME.assign(基站=1.0)), "基站"),
        (lambda: normalise(FRAME.iloc[:1], method="zscore"), "基站"),
        (lambda: normalise(FRAME, method="log"), "log"),
        (lambda: normalise(FRAME, bounds=(1, 1)), "bounds"),
        (lambda: normalise(FRAME, direction={"基站": 2}), "基站"),
        (lambda: normalise(FRAME, direction={"水耗": -1}), "水耗"),
        (lambda: normalise(FRAME, method="goalposts", goalposts={"基站": (0, 1), "能耗": (0, 1)}), "上云"),
        (lambda: normalise(FRAME[["基站"]], method="goalposts", goalposts={"基站": (1, 1)}), "基站"),
        (lambda: entropy_weights(FRAME), "上云"),
        (lambda: entropy_weights(FRAME[["基站"]] - 15), "基站"),
        (lambda: entropy_weights(FRAME[["基站"]] * 0), "基站"),
        (lambda: entropy_weights(FRAME[["基站"]].iloc[:1]), "两个单位"),
        (lambda: entropy_weights(FRAME[["基站"]] * 0 + 1), "均无差异"),
        (lambda: aggregate(FRAME, {"基站": 1.0}), "上云"),
        (lambda: aggregate(FRAME, {"基站": 1.0, "能耗": -1.0, "上云": 1.0}), "能耗"),
        (lambda: aggregate(FRAME, {"基站": 1.0, "能耗": np.nan, "上云": 1.0}), "能耗"),
        (lambda: aggregate(FRAME, dict.fromkeys(FRAME, 0.0)), "合计为零"),
        (lambda: aggregate(FRAME, dict.fromkeys(FRAME, 1.0), how="harmonic"), "harmonic"),
        (lambda: aggregate(FRAME - 10, dict.fromkeys(FRAME, 1.0), how="geometric"), "bounds"),
        (lambda: build_index(FRAME[["基站", "能耗"]], STRUCTURE), "上云"),
        (lambda: build_index(FRAME, STRUCTURE.drop(columns="weight")), "weight"),
        (lambda: build_index(FRAME, changed(code=["指数", "设施", None, "基站", "能耗", "上云"])), "空值"),
        (lambda: build_index(FRAME, changed(code=["指数", "设施", "设施", "基站", "能耗", "上云"])), "设施"),
        (lambda: build_index(FRAME, changed(parent=[None, None, "指数", "设施", "设施", "应用"])), "指数、设施"),
        (lambda: build_index(FRAME, changed(parent=["", "指数", "指数", "设施", "设施", "平台"])), "上云"),
        (lambda: build_index(FRAME, changed(parent=[None, "应用", "设施", "设施", "设施", "应用"])), "设施、应用"),
        (lambda: build_index(FRAME, STRUCTURE.iloc[:1]), "指数"),
        (lambda: build_index(FRAME, changed(weight=[None, 1, None, 1, 1, 1])), "应用"),
        (lambda: build_index(FRAME, changed(weight=[None, 1, -1, 1, 1, 1])), "应用"),
        (lambda: build_index(FRAME, changed(weight=[None, 1, 1, 0, 0, 1])), "设施"),
        (lambda: build_index(FRAME, STRUCTURE, how={"基站": "arithmetic"}), "基站"),
        (lambda: build_index(FRAME, STRUCTURE, how={"指数": "mean"}), "mean"),
        (lambda: build_index(FRAME - 10, STRUCTURE, how="geometric"), "甲县"),
        (lambda: build_index(FRAME.where(FRAME["基站"] > 10), STRUCTURE), "甲县"),
        (lambda: with_leaf_weights(STRUCTURE, pd.Series({"基站": 1.0})), "能耗、上云"),
        (lambda: freeze_scheme(FRAME, STRUCTURE, base_year=2023, document=" "), "文号"),
        (
            lambda: freeze_scheme(FRAME, STRUCTURE, base_year=2023, document="1号", weighting="pca"),
            "pca",
        ),
        (lambda: freeze_scheme(FRAME, STRUCTURE, base_year=2023, document="1号", goalposts={"水": (0, 1)}), "水"),
        (lambda: sensitivity(FRAME.iloc[:1], STRUCTURE), "两个单位"),
        (lambda: sensitivity(FRAME, STRUCTURE, samples=100), "2 的幂"),
        (lambda: sensitivity(FRAME, STRUCTURE, weight_spread=1.0), "weight_spread"),
        (lambda: sensitivity(FRAME[["基站"]], STRUCTURE), "上云"),
        (lambda: sensitivity(FRAME, STRUCTURE, methods=["zscore"]), "bounds"),
        (
            lambda: sensitivity(FRAME, STRUCTURE, methods=["minmax"], hows=["arithmetic"], weight_spread=0),
            "没有可变",
        ),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_named(run: Any, named: str) -> None:
    with pytest.raises(InputError, match=named):
        run()


# ── a scheme


def test_scales_and_weights_stay_those_of_the_base_year() -> None:
    scheme = freeze_scheme(
        FRAME, STRUCTURE, base_year=2023, document="示例〔2023〕1号", direction=DIRECTION, goalposts={"上云": (0, 1)}
    )
    same = scheme.measure(FRAME)
    assert same.scores["基站"].tolist() == pytest.approx([0, 1 / 3, 1])
    later = scheme.measure(FRAME.assign(基站=[15.0, 20, 80]))
    assert later.scores["基站"].tolist() == pytest.approx([1 / 6, 1 / 3, 1])
    assert later.scores.loc["乙县", "指数"] == same.scores.loc["乙县", "指数"]
    assert [step.name for step in later.steps] == ["received", "transformed", "normalised", "aggregated"]
    assert later.steps[1].settings["document"] == "示例〔2023〕1号"


@pytest.mark.parametrize(("weighting", "share"), [("given", 0.75), ("equal", 0.5)])
def test_weights_given_or_equal(weighting: str, share: float) -> None:
    scheme = freeze_scheme(FRAME, STRUCTURE, base_year=2023, document="1号", weighting=weighting)
    assert scheme.measure(FRAME).weights.loc["基站", "weight"] == pytest.approx(share)


def test_entropy_weights_of_the_base_year() -> None:
    frame = FRAME.fillna(0.7)
    scheme = freeze_scheme(frame, STRUCTURE, base_year=2023, document="1号", weighting="entropy", direction=DIRECTION)
    expected = entropy_weights(normalise(frame, direction=DIRECTION))
    found = scheme.measure(frame).weights["effective"]
    assert found[expected.index].tolist() == pytest.approx(expected.tolist())


def test_outliers_are_treated_once_in_the_base_year() -> None:
    most = [*range(1, 61), *[1e3 * 3**n for n in range(7)]]
    frame = pd.DataFrame({"few": [*range(1, 67), 400.0], "many": most})
    structure = pd.DataFrame({"code": ["I", "few", "many"], "parent": [None, "I", "I"], "weight": [None, 1, 1]})
    scheme = freeze_scheme(frame, structure, base_year=2023, document="1号", treat=True)
    assert {found.code: found.how for found in scheme.treatments} == {"few": "winsorised", "many": "log"}
    assert scheme.goalposts["few"] == (1.0, 66.0)
    scores = scheme.measure(frame).scores
    pd.testing.assert_frame_equal(scores[["few", "many"]], normalise(treat_outliers(frame)))
    beyond = scheme.measure(frame.assign(many=frame["many"] * 10 - 5)).scores["many"]
    assert beyond.between(0, 1).all()
    assert beyond.iloc[-1] == pytest.approx(1.0)
    with pytest.raises(InputError, match="many"):
        scheme.measure(frame[["few"]])


# ── sensitivity


def test_what_moves_a_rank() -> None:
    frame = pd.DataFrame({"a": [9.0, 8, 3, 2.5, 0.0], "b": [0.0, 2, 3, 9, 1.0]}, index=list("VWXYZ"))
    structure = pd.DataFrame({"code": ["I", "a", "b"], "parent": [None, "I", "I"], "weight": [None, 1, 1]})
    found = sensitivity(frame, structure, samples=64, direction={"a": 1})
    assert list(found.shift.index) == ["normalisation", "aggregation", "weight a", "weight b"]
    assert found.runs == 64 * 6
    assert found.ranks["nominal"].to_dict() == {"Y": 1, "W": 2, "V": 3, "X": 4, "Z": 5}
    assert (found.ranks["least"] <= found.ranks["median"]).all()
    assert (found.ranks["median"] <= found.ranks["most"]).all()
    assert found.shift["first"].between(-0.1, 1.1).all()
    assert found.shift.loc[["normalisation", "aggregation"], "total"].max() > 0.3
    assert (found.units.loc[found.units["unit"] == "Z", ["first", "total"]] == 0).all().all()
    again = sensitivity(frame.iloc[::-1], structure, samples=64)
    pd.testing.assert_frame_equal(again.ranks.loc[found.ranks.index], found.ranks)
    pd.testing.assert_frame_equal(again.shift, found.shift)


def test_a_single_choice_explains_all() -> None:
    frame = pd.DataFrame({"a": [0.0, 5, 10], "b": [10.0, 6, 0], "c": [1.0, 2, 0]}, index=list("VWX"))
    structure = pd.DataFrame({"code": ["I", *"abc"], "parent": [None, "I", "I", "I"], "weight": [None, 1, 1, 1]})
    found = sensitivity(frame, structure, hows=["arithmetic"], weight_spread=0, samples=64)
    assert list(found.shift.index) == ["normalisation"]
    assert found.shift.loc["normalisation", "total"] in (0.0, pytest.approx(1.0, abs=0.05))
