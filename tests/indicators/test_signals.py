"""Signals: jumps, trends, control charts, diffusion and lights."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.signals import change_points, cusum, diffusion_index, ewma, lights, mann_kendall, warning_index

QUARTERS = pd.period_range("2019Q1", periods=12, freq="Q")
STEP = pd.Series([3.0, 3.2, 2.9, 3.1, 3.0, 2.8, 8.1, 7.9, 8.0, 8.2, 7.8, 8.0], index=QUARTERS)


# ── jumps


def test_the_first_quarter_of_a_new_level() -> None:
    assert change_points(STEP) == [pd.Period("2020Q3", "Q")]
    assert change_points(STEP.sample(frac=1, random_state=1)) == [pd.Period("2020Q3", "Q")]
    assert change_points(STEP.set_axis([f"第{n}期" for n in range(12)])) == ["第6期"]
    assert change_points(STEP, penalty=1e6) == []
    assert change_points(STEP * 0) == []


def best_regimes(values: list[float], price: float) -> float:
    """Least cost of any split into regimes of at least two, by trying all."""

    def cost(start: int, end: int) -> float:
        part = np.asarray(values[start:end])
        return float(((part - part.mean()) ** 2).sum())

    best = {0: -price}
    for end in range(2, len(values) + 1):
        best[end] = min(best[start] + cost(start, end) + price for start in range(end - 1) if start in best)
    return best[len(values)]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-20, 20), min_size=4, max_size=14), st.floats(0.5, 200))
def test_no_other_regimes_cost_less(values: list[int], price: float) -> None:
    series = pd.Series([float(value) for value in values])
    if series.nunique() == 1:
        return
    starts = [0, *change_points(series, penalty=price), len(series)]
    assert all(end - start >= 2 for start, end in pairwise(starts))
    parts = [series.iloc[start:end] for start, end in pairwise(starts)]
    found = sum(((part - part.mean()) ** 2).sum() for part in parts) + price * (len(parts) - 1)
    assert found == pytest.approx(best_regimes(series.tolist(), price), abs=1e-6)


def test_a_long_series_as_ruptures_finds_it() -> None:
    import ruptures

    generator = np.random.default_rng(20240101)
    for n in (12, 40, 90):
        values = generator.normal(size=n) + np.repeat([0.0, 2.5, -1.0], n // 3 + 1)[:n]
        price = 2 * np.var(np.diff(values)) / 2 * np.log(n)
        search = ruptures.Pelt(model="l2", min_size=2, jump=1).fit(values.reshape(-1, 1))
        assert change_points(pd.Series(values)) == search.predict(pen=price)[:-1]


# ── trends


def test_a_trend_and_its_words() -> None:
    up = mann_kendall(pd.Series(range(10)))
    assert (up.trend, up.s, up.tau, up.words) == ("increasing", 45, 1.0, "上升趋势")
    assert up.variance == 125
    assert up.z == pytest.approx(44 / 125**0.5)
    down = mann_kendall(-STEP.cumsum())
    assert (down.trend, down.words, down.n) == ("decreasing", "下降趋势", 12)
    flat = mann_kendall(STEP * 0)
    assert (flat.trend, flat.z, flat.p, flat.tau, flat.words) == ("no trend", 0.0, 1.0, 0.0, "无显著趋势")
    assert mann_kendall(pd.Series([1, 3, 2, 4]), alpha=0.5).trend == "increasing"


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=3, max_size=30))
def test_tau_is_kendalls_and_ties_are_counted(values: list[int]) -> None:
    from scipy.stats import kendalltau

    series = pd.Series(values, dtype=float)
    found = mann_kendall(series)
    assert mann_kendall(-series).s == -found.s
    assert 0 <= found.p <= 1
    if series.nunique() > 1:
        assert found.tau == pytest.approx(kendalltau(range(len(values)), values).statistic)


# ── control charts


def test_a_small_lasting_shift_is_seen() -> None:
    series = pd.Series([0.0, 0.1, -0.1, 0.0, 1.0, 1.1, 0.9, 1.0, 1.0])
    found = cusum(series, target=0, sigma=1, k=0.5, h=2)
    assert found["upper"].tolist() == pytest.approx([0, 0, 0, 0, 0.5, 1.1, 1.5, 2.0, 2.5])
    assert found["signal"].tolist() == [0] * 8 + [1]
    mirrored = cusum(-series, target=0, sigma=1, k=0.5, h=2)
    assert mirrored["lower"].tolist() == pytest.approx(found["upper"].tolist())
    assert mirrored["signal"].iloc[-1] == -1


def test_the_defaults_come_from_the_series() -> None:
    found = cusum(STEP)
    sigma = float(np.var(np.diff(STEP)) / 2) ** 0.5
    assert found["lower"].iloc[0] == pytest.approx(STEP.mean() - 0.5 * sigma - 3.0)
    smooth = ewma(STEP)
    assert smooth["ewma"].iloc[0] == pytest.approx(0.3 * 3.0 + 0.7 * STEP.mean())


def test_the_first_limits_are_narrower_if_exact() -> None:
    steady, exact = (ewma(STEP, target=5, sigma=1, limits=limits) for limits in ("steady", "exact"))
    assert exact["high"].iloc[0] == pytest.approx(5 + 3 * 0.3)
    assert exact["high"].is_monotonic_increasing
    assert exact["high"].iloc[-1] == pytest.approx(steady["high"].iloc[-1], abs=1e-3)
    assert ewma(STEP, target=20, sigma=1)["signal"].iloc[-1] == -1
    assert ewma(STEP, target=0, sigma=1)["signal"].iloc[-1] == 1


# ── diffusion


def test_half_of_those_that_stay_count_as_rising() -> None:
    assert diffusion_index(40, 40, 20) == 60.0
    found = diffusion_index(pd.Series({"b": 1, "a": 0}), pd.Series({"a": 2, "b": 1}), pd.Series({"a": 0, "b": 0}))
    assert found.to_dict() == {"b": 75.0, "a": 50.0}
    assert list(found.index) == ["b", "a"]


# ── lights

LIMITS = pd.DataFrame(
    {"light_blue": [0.0, 7.0], "green": [3.0, 6.0], "yellow": [8.0, 5.0], "red": [12.0, 4.0]},
    index=["增加值", "失业率"],
)


def test_a_light_never_without_its_word() -> None:
    found = lights(pd.Series({"增加值": 8.0, "失业率": 6.5}), LIMITS)
    assert found["light"].tolist() == ["黄灯", "浅蓝灯"]
    assert found["meaning"].tolist() == ["偏热", "偏冷"]
    assert found["score"].tolist() == [4, 2]
    five = lights(pd.Series([50.0, 70.0, 100.0, 120.0, 150.0]))
    assert five["meaning"].tolist() == ["过冷", "偏冷", "正常", "偏热", "过热"]
    assert five["score"].tolist() == [1, 2, 3, 4, 5]


def test_lights_over_quarters() -> None:
    values = pd.Series(
        [13.0, 3.5, -1.0, 7.0],
        index=pd.MultiIndex.from_product([["2023Q1", "2023Q2"], ["增加值", "失业率"]]),
    )
    found = lights(values, LIMITS)
    assert found["light"].tolist() == ["红灯", "红灯", "蓝灯", "浅蓝灯"]
    assert list(found.index) == list(values.index)


def test_the_warning_index_is_100_when_all_is_green() -> None:
    assert warning_index(pd.Series({"a": 3, "b": 3})) == pytest.approx(100)
    assert warning_index(pd.Series({"a": 5, "b": 1}), pd.Series({"a": 3.0, "b": 1.0})) == pytest.approx(400 / 3)


@pytest.mark.parametrize(
    ("run", "named"),
    [
        (lambda: change_points(STEP.iloc[:3]), "3 期"),
        (lambda: change_points(STEP.drop(pd.Period("2020Q1", "Q"))), "2020Q1"),
        (lambda: change_points(STEP.replace(8.1, np.nan)), "2020Q3"),
        (lambda: change_points(STEP.reset_index(drop=True).replace(8.1, np.nan)), "6"),
        (lambda: change_points(STEP.set_axis([1] * 12)), "重复：1"),
        (lambda: change_points(pd.Series(dtype=float, index=pd.PeriodIndex([], freq="Q"))), "0 期"),
        (lambda: change_points(STEP, penalty=-1), "penalty"),
        (lambda: change_points(pd.Series([1.0, 2, 3, 4, 5])), "penalty"),
        (lambda: mann_kendall(STEP, alpha=0), "alpha"),
        (lambda: mann_kendall(STEP.iloc[:2]), "2 期"),
        (lambda: cusum(STEP, h=0), "h 须为正"),
        (lambda: cusum(STEP, sigma=0), "sigma"),
        (lambda: cusum(pd.Series([1.0, 1.0])), "sigma"),
        (lambda: ewma(STEP, weight=0), "weight"),
        (lambda: ewma(STEP, limits="wide"), "wide"),
        (lambda: diffusion_index(0, 0, 0), "不全为零"),
        (lambda: diffusion_index(pd.Series({"a": 1}), pd.Series({"a": 1}), pd.Series({"b": 1})), "a、b"),
        (lambda: diffusion_index(pd.Series({"a": 1}), pd.Series({"a": -1}), pd.Series({"a": 1})), "【a】"),
        (lambda: diffusion_index(*[pd.Series([1, 2], index=["a", "a"])] * 3), "a"),
        (lambda: lights(pd.Series({"a": np.nan})), "a"),
        (lambda: lights(pd.Series(dtype=float)), "∅"),
        (lambda: lights(pd.Series({"用电": 1.0}), LIMITS), "用电"),
        (lambda: lights(pd.Series({"增加值": 1.0}), LIMITS.drop(columns="red")), "red"),
        (lambda: lights(pd.Series({"增加值": 1.0}), pd.concat([LIMITS, LIMITS])), "增加值"),
        (lambda: lights(pd.Series({"增加值": 1.0}), LIMITS.assign(red=6.0)), "增加值"),
        (lambda: warning_index(pd.Series({"a": 6})), "a"),
        (lambda: warning_index(pd.Series(dtype=float)), "∅"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_named(run: Any, named: str) -> None:
    with pytest.raises(InputError, match=named):
        run()
