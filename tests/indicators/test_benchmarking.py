"""Benchmarking against dense formulas, other software and its own promises."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from classification.errors import InputError
from indicators.benchmarking import Disaggregation, cholette_dagum, chow_lin, denton, fernandez, litterman, ols
from indicators.benchmarking.spans import Array

WEIGHTS = {"sum": [1, 1, 1, 1], "mean": [0.25] * 4, "first": [1, 0, 0, 0], "last": [0, 0, 0, 1]}


def quarters(values: Any, start: str = "2019Q1", name: str | None = None) -> pd.Series:
    index = pd.period_range(start, periods=len(values), freq="Q")
    return pd.Series(values, index=index, dtype="float64", name=name)


def years(values: Any, start: str = "2019", name: str | None = None) -> pd.Series:
    index = pd.period_range(start, periods=len(values), freq="Y")
    return pd.Series(values, index=index, dtype="float64", name=name)


def aggregation(length: int, start: int, blocks: int, weights: Any) -> Array:
    matrix = np.zeros((blocks, length))
    for block in range(blocks):
        matrix[block, start + block * len(weights) : start + (block + 1) * len(weights)] = weights
    return matrix


def dense_denton(p: Array, y: Array, c: Array, *, proportional: bool, difference: int) -> Array:
    """The first-order conditions, written out."""
    n, m = len(p), len(y)
    scale = np.diag(p) if proportional else np.eye(n)
    d = np.diff(np.eye(n), difference, axis=0) @ np.linalg.inv(scale)
    system = np.block([[d.T @ d, c.T], [c, np.zeros((m, m))]])
    target = np.concatenate([np.zeros(n) if proportional else d.T @ d @ p, y])
    solution: Array = np.linalg.solve(system, target)[:n]
    return solution


RNG = np.random.default_rng(20240131)
INDICATOR = np.exp(RNG.normal(0, 0.2, 23)) * 100
ANNUAL = np.array([450.0, 470, 520, 480])


@pytest.mark.parametrize("conversion", list(WEIGHTS))
@pytest.mark.parametrize("difference", [1, 2])
@pytest.mark.parametrize("proportional", [True, False])
def test_denton_is_the_minimum(conversion: Any, difference: int, proportional: bool) -> None:
    found = denton(
        quarters(INDICATOR, "2018Q3"),
        years(ANNUAL),
        conversion=conversion,
        difference=difference,
        proportional=proportional,
    )
    c = aggregation(23, 2, 4, WEIGHTS[conversion])
    expected = dense_denton(INDICATOR, ANNUAL, c, proportional=proportional, difference=difference)
    assert found.to_numpy() == pytest.approx(expected, rel=1e-8)
    assert c @ found.to_numpy() == pytest.approx(ANNUAL, rel=1e-12)


@pytest.mark.parametrize(("fine", "coarse", "size"), [("M", "Y", 12), ("M", "Q", 3), ("Q", "Y-MAR", 4)])
@pytest.mark.parametrize("difference", [1, 2])
def test_other_frequencies(fine: str, coarse: str, size: int, difference: int) -> None:
    totals = pd.Series([50.0, 60, 45], index=pd.period_range("2020-05", periods=3, freq=coarse))
    index = pd.period_range(totals.index[0].asfreq(fine, "start") - 1, periods=3 * size + 4, freq=fine)
    indicator = pd.Series(RNG.uniform(1, 2, len(index)), index=index)
    found = denton(indicator, totals, difference=difference)
    c = aggregation(len(index), 1, 3, np.ones(size))
    expected = dense_denton(indicator.to_numpy(), totals.to_numpy(), c, proportional=True, difference=difference)
    assert found.to_numpy() == pytest.approx(expected, rel=1e-8)


def test_the_same_as_statsmodels() -> None:
    from statsmodels.tsa.interp.denton import dentonm

    indicator, annual = INDICATOR[:22], np.array([400.0, 430, 500, 480, 510])
    expected = dentonm(indicator, annual)
    assert denton(quarters(indicator), years(annual)).to_numpy() == pytest.approx(expected, abs=1e-8)


def test_ratios_are_carried_on_at_both_ends() -> None:
    found = denton(quarters([10, 11, 12, 13] * 4, "2018Q1"), years([50.0, 55]))
    ratio = (found / quarters([10, 11, 12, 13] * 4, "2018Q1")).to_numpy()
    assert ratio[:4] == pytest.approx(ratio[4])
    assert ratio[12:] == pytest.approx(ratio[11])


@pytest.mark.parametrize("difference", [1, 2])
@pytest.mark.parametrize("conversion", ["sum", "mean", "last"])
def test_many_series_are_each_as_if_alone(difference: int, conversion: Any) -> None:
    columns = {f"s{i}": quarters(np.exp(RNG.normal(0, 0.3, 21)) * 10.0**i) for i in range(6)}
    totals = {name: years(RNG.uniform(1, 3, 5) * 10.0**i) for i, name in enumerate(columns)}
    found = denton(pd.DataFrame(columns), pd.DataFrame(totals), difference=difference, conversion=conversion)
    assert list(found) == list(columns)
    for name, column in columns.items():
        alone = denton(column, totals[name], difference=difference, conversion=conversion)
        assert found[name].to_numpy() == pytest.approx(alone.to_numpy(), rel=1e-9)


def test_one_benchmark_many_series_and_steep_indicators() -> None:
    frame = pd.DataFrame({"a": quarters([1, 1e6, 1, 1e9]), "b": quarters([4, 3, 2, 1e-6])})
    found = denton(frame, pd.DataFrame({"b": years([7.0]), "a": years([5.0])}))
    assert found["a"].sum() == pytest.approx(5, rel=1e-12)
    assert (found["b"] / frame["b"]).std() == pytest.approx(0, abs=1e-12)


levels = st.floats(0.01, 1e9, allow_subnormal=False)


@given(
    st.lists(levels, min_size=12, max_size=20), st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3), st.booleans()
)
def test_benchmarks_are_met(values: list[float], totals: list[float], additive: bool) -> None:
    indicator, benchmarks = quarters(values), years(totals)
    for method in (
        denton(indicator, benchmarks, proportional=not additive),
        cholette_dagum(indicator, benchmarks, lam=0 if additive else 1, bias=None),
    ):
        sums = method.to_numpy()[:12].reshape(3, 4)
        assert np.abs(sums.sum(axis=1) - totals).max() <= 1e-9 * max(1, np.abs(totals).max(), np.abs(sums).max())


@given(st.lists(levels, min_size=8, max_size=12), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_units_do_not_matter_to_denton(values: list[float], of_indicator: float, of_benchmarks: float) -> None:
    indicator, benchmarks = quarters(values), years([3.0, 5.0])
    scaled = denton(indicator * of_indicator, benchmarks * of_benchmarks)
    assert scaled.to_numpy() == pytest.approx((denton(indicator, benchmarks) * of_benchmarks).to_numpy(), rel=1e-6)


def test_any_order_and_inputs_stay() -> None:
    indicator, annual = quarters(INDICATOR[:16], name="output"), years(ANNUAL)
    kept = indicator.iloc[::-1].copy()
    found = denton(indicator.iloc[::-1], annual.iloc[[2, 0, 3, 1]])
    pd.testing.assert_series_equal(found, denton(indicator, annual))
    pd.testing.assert_series_equal(indicator.iloc[::-1], kept)
    assert found.name == "output"


@pytest.mark.parametrize(("rho", "lam"), [(0.729, 1.0), (0.9, 0.0), (0.3, 0.5), (0.0, 0.5), (0.999999, 1.0)])
@pytest.mark.parametrize("bias", ["auto", "ratio", "difference", None])
def test_cholette_dagum_is_the_formula(rho: float, lam: float, bias: Any) -> None:
    found = cholette_dagum(quarters(INDICATOR, "2018Q3"), years(ANNUAL), rho=rho, lam=lam, bias=bias)
    j = aggregation(23, 2, 4, WEIGHTS["sum"])
    s = INDICATOR
    if bias == "ratio" or (bias == "auto" and lam != 0):
        s = s * ANNUAL.sum() / (j @ s).sum()
    elif bias is not None:
        s = s + (ANNUAL.sum() - (j @ s).sum()) / 16
    steps = np.abs(np.arange(23)[:, None] - np.arange(23))
    c = np.diag(np.abs(s) ** lam)
    v = c @ np.power(rho, steps) @ c
    expected = s + v @ j.T @ np.linalg.solve(j @ v @ j.T, ANNUAL - j @ s)
    assert found.to_numpy() == pytest.approx(expected, rel=1e-7)


def test_prorating_is_a_case_of_it() -> None:
    indicator = quarters(INDICATOR[:16])
    found = cholette_dagum(indicator, years(ANNUAL), rho=0, lam=0.5, bias=None).to_numpy().reshape(4, 4)
    shares = INDICATOR[:16].reshape(4, 4)
    assert found == pytest.approx(shares * (ANNUAL / shares.sum(axis=1))[:, None])


def test_the_limit_is_denton_and_many_series_are_each_as_if_alone() -> None:
    indicator, annual = quarters(INDICATOR, "2018Q3"), years(ANNUAL)
    limit = cholette_dagum(indicator, annual, rho=1)
    assert limit.to_numpy() == pytest.approx(denton(indicator, annual).to_numpy())
    assert cholette_dagum(indicator, annual, rho=1, lam=0).to_numpy() == pytest.approx(
        denton(indicator, annual, proportional=False).to_numpy()
    )
    both = cholette_dagum(
        pd.DataFrame({"a": indicator, "b": indicator.iloc[::-1].to_numpy()}), pd.DataFrame({"a": annual, "b": annual})
    )
    assert both["a"].to_numpy() == pytest.approx(cholette_dagum(indicator, annual).to_numpy())


def test_the_estimated_bias_of_gseries() -> None:
    # Statistics Canada, G-Series 3.0.3, benchmarking(), example 1: "BIAS = 0.0625 (calculated)".
    indicator = quarters([1.9, 2.4, 3.1, 2.2, 2.0, 2.6, 3.4, 2.4, 2.3])
    far = quarters([*indicator, *[2.3] * 200])
    assert cholette_dagum(far, years([10.3, 10.2]), lam=0).iloc[-1] - 2.3 == pytest.approx(0.0625)


def test_a_bias_of_means_is_per_period() -> None:
    indicator = quarters([1.0] * 8)
    assert cholette_dagum(indicator, years([3.0, 3.0]), lam=0, conversion="mean").to_numpy() == pytest.approx(3)


TIME, HEAD, YEARS = 46, 3, 9
DRIFT = RNG.normal(10, 2, (TIME, 2)).cumsum(axis=0) * [1, 30]
INDEX = pd.period_range("2000Q2", periods=TIME, freq="Q")
INDICATORS = pd.DataFrame(DRIFT, index=INDEX, columns=["power", "freight"])
NOISE = RNG.normal(0, 1, TIME)
METHODS = {"chow_lin": chow_lin, "litterman": litterman, "fernandez": fernandez, "ols": ols}


def covariance(method: str, rho: float) -> Array:
    lag = np.eye(TIME, k=-1)
    d, h = np.eye(TIME) - lag, np.eye(TIME) - rho * lag
    steps = np.abs(np.arange(TIME)[:, None] - np.arange(TIME))
    match method:
        case "chow_lin":
            return np.asarray(np.power(rho, steps) / (1 - rho**2))
        case "litterman":
            return np.linalg.inv(d.T @ h.T @ h @ d)
        case "fernandez":
            return np.linalg.inv(d.T @ d)
    return np.eye(TIME)


def dense_regression(y: Array, x: Array, c: Array, v: Array) -> tuple[Array, Array, float, float]:
    """Values, coefficients, log-likelihood and weighted residual sum of squares, written out."""
    weights = np.linalg.inv(c @ v @ c.T)
    coarse = c @ x
    beta = np.linalg.solve(coarse.T @ weights @ coarse, coarse.T @ weights @ y)
    residual = y - coarse @ beta
    rss, n = residual @ weights @ residual, len(y)
    likelihood = -n / 2 * (1 + np.log(2 * np.pi * rss / n)) - np.linalg.slogdet(c @ v @ c.T)[1] / 2
    return x @ beta + v @ c.T @ weights @ residual, beta, likelihood, rss


def persistent(rho: float) -> pd.Series:
    noise = NOISE.copy()
    for t in range(1, TIME):
        noise[t] += rho * noise[t - 1]
    return pd.Series(5 + 2 * DRIFT[:, 0] - 0.1 * DRIFT[:, 1] + 3 * noise, index=INDEX)


@pytest.mark.parametrize("conversion", list(WEIGHTS))
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize(
    ("method", "rho"), [("chow_lin", 0.8), ("chow_lin", -0.4), ("litterman", 0.6), ("fernandez", None), ("ols", None)]
)
def test_regressions_are_the_formula(conversion: Any, intercept: bool, method: str, rho: float | None) -> None:
    c = aggregation(TIME, HEAD, YEARS, WEIGHTS[conversion])
    benchmarks = years(c @ persistent(0.7), "2001", name="sales")
    found: Disaggregation = METHODS[method](
        benchmarks, INDICATORS.iloc[::-1], conversion=conversion, intercept=intercept, rho=rho
    )
    x = np.column_stack([np.ones(TIME), DRIFT]) if intercept else DRIFT
    values, beta, likelihood, _ = dense_regression(benchmarks.to_numpy(), x, c, covariance(method, rho or 0.0))
    assert found.values.to_numpy() == pytest.approx(values, rel=1e-7)
    assert found.coefficients.to_numpy() == pytest.approx(beta, rel=1e-6)
    assert list(found.coefficients.index) == ["intercept"] * intercept + ["power", "freight"]
    assert found.log_likelihood == pytest.approx(likelihood, rel=1e-9)
    assert found.values.name == "sales"
    assert c @ found.values.to_numpy() == pytest.approx(benchmarks.to_numpy(), rel=1e-10)


@pytest.mark.parametrize("estimate", ["maxlog", "minrss"])
@pytest.mark.parametrize("method", ["chow_lin", "litterman"])
def test_rho_is_the_best(method: str, estimate: Any) -> None:
    c = aggregation(TIME, HEAD, YEARS, WEIGHTS["sum"])
    truth = persistent(0.9) if method == "chow_lin" else persistent(1) + pd.Series(NOISE, INDEX).cumsum().cumsum() * 2
    benchmarks = years(c @ truth, "2001")
    found = METHODS[method](benchmarks, INDICATORS["power"], estimate=estimate)

    def loss(rho: float) -> float:
        v = covariance(method, rho) * ((1 - rho**2) if method == "chow_lin" and estimate == "minrss" else 1)
        x = np.column_stack([np.ones(TIME), DRIFT[:, 0]])
        _, _, likelihood, rss = dense_regression(benchmarks.to_numpy(), x, c, v)
        return -likelihood if estimate == "maxlog" else rss

    best = minimize_scalar(loss, bounds=(0.01, 0.999), method="bounded", options={"xatol": 1e-9})
    assert found.rho == pytest.approx(best.x, abs=1e-5)
    assert 0.05 < found.rho < 0.999


def test_a_negative_rho_becomes_zero_and_chow_lin_is_then_least_squares() -> None:
    indicator = quarters(np.arange(1.0, 41), "2001Q1", name="power")
    benchmarks = years(np.arange(4.0, 41, 4) * 10 + np.tile([3.0, -3.0], 5), "2001")
    found = chow_lin(benchmarks, indicator)
    assert found.rho == 0
    assert found.values.to_numpy() == pytest.approx(ols(benchmarks, indicator).values.to_numpy())


def test_an_exact_fit_needs_no_rho() -> None:
    indicator = quarters(INDICATOR[:20])
    benchmarks = years(3 + 2 * indicator.to_numpy().reshape(5, 4).sum(axis=1))
    found = chow_lin(benchmarks, indicator)
    assert found.rho == 0
    assert found.log_likelihood == np.inf
    assert found.coefficients.to_dict() == pytest.approx({"intercept": 0.75, "indicator": 2})
    assert found.values.to_numpy() == pytest.approx(0.75 + 2 * indicator.to_numpy())


def test_units_do_not_matter_to_regressions() -> None:
    c = aggregation(TIME, HEAD, YEARS, WEIGHTS["sum"])
    benchmarks = years(c @ persistent(0.7), "2001")
    found = chow_lin(benchmarks * 1e12, INDICATORS * [1e9, 1e-6])
    small = chow_lin(benchmarks, INDICATORS)
    assert found.values.to_numpy() == pytest.approx(small.values.to_numpy() * 1e12, rel=1e-6)
    assert found.rho == pytest.approx(small.rho, abs=1e-6)
    assert found.log_likelihood == pytest.approx(small.log_likelihood - YEARS * np.log(1e12))


GOOD = quarters([1.0] * 16)
GOALS = years([4.0, 4, 4, 4])


@pytest.mark.parametrize(
    ("indicator", "benchmarks", "options", "words"),
    [
        (GOOD.drop(pd.Period("2020Q2", "Q")), GOALS, {}, "2020Q2"),
        (GOOD.where(GOOD.index != pd.Period("2020Q3", "Q")), GOALS, {}, "2020Q3"),
        (GOOD, GOALS.drop(pd.Period("2021", "Y")), {}, "2021"),
        (GOOD, GOALS.where(GOALS.index != pd.Period("2020", "Y")), {}, "2020"),
        (GOOD.iloc[:-1], GOALS, {}, "2022"),
        (GOOD.iloc[1:], GOALS, {}, "2019"),
        (pd.concat([GOOD, GOOD.iloc[[2]]]), GOALS, {}, "2019Q3"),
        (GOOD.where(GOOD.index != pd.Period("2020Q3", "Q"), 0.0), GOALS, {}, "2020Q3"),
        (GOOD.where(GOOD.index != pd.Period("2020Q3", "Q"), -1.0), GOALS, {}, "proportional=False"),
        (GOOD, GOALS, {"conversion": "median"}, "median"),
        (GOOD, GOALS, {"difference": 3}, "difference"),
        (GOOD, GOALS.iloc[:1], {"difference": 2}, "两个基准"),
        (GOALS, GOALS, {}, "频率"),
        (GOOD.reset_index(drop=True), GOALS, {}, "PeriodIndex"),
        (GOOD.to_frame("a"), GOALS.to_frame("b"), {}, "a、b"),
        (GOOD.to_frame("a"), GOALS, {}, "列"),
        (GOOD.to_frame("a")[[]], GOALS.to_frame("a")[[]], {}, "没有列"),
        (pd.concat([GOOD, GOOD], axis=1, keys=["a", "a"]), GOALS.to_frame("a"), {}, "a"),
        (GOOD.to_frame("a") * [-1], GOALS.to_frame("a"), {}, "a、2019Q1"),
        (
            GOOD.astype("object").where(GOOD.index != GOOD.index[5], "n/a").to_frame("a"),
            GOALS.to_frame("a"),
            {},
            "2020Q2",
        ),
    ],
)
def test_denton_refuses_by_name(indicator: Any, benchmarks: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        denton(indicator, benchmarks, **options)


@pytest.mark.parametrize(
    ("indicator", "benchmarks", "options", "words"),
    [
        (GOOD, GOALS, {"rho": 1.1}, "rho"),
        (GOOD, GOALS, {"lam": np.nan}, "lam"),
        (GOOD, GOALS, {"bias": "both"}, "bias"),
        (GOOD * 0, GOALS, {}, "2019Q1"),
        (GOOD, GOALS * -1, {}, "difference"),
        (GOOD * 0, GOALS, {"lam": 0, "bias": "ratio"}, "difference"),
    ],
)
def test_cholette_dagum_refuses(indicator: Any, benchmarks: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cholette_dagum(indicator, benchmarks, **options)


@pytest.mark.parametrize("method", list(METHODS))
@pytest.mark.parametrize(
    ("indicators", "options", "words"),
    [
        (pd.DataFrame({"a": GOOD, "b": GOOD.cumsum()}), {}, "a"),
        (pd.DataFrame({"a": GOOD.cumsum(), "b": GOOD.cumsum() * 2, "c": GOOD.cumsum() ** 2}), {}, "须多于"),
        (pd.DataFrame({"a": GOOD.cumsum(), "b": GOOD.cumsum() * 2}), {"intercept": False}, "a、b"),
        (GOOD.cumsum().rename("intercept"), {}, "intercept"),
        (GOOD.cumsum(), {"estimate": "best"}, "estimate|rho"),
        (GOOD.cumsum(), {"rho": 1.0}, "rho"),
    ],
)
def test_regressions_refuse_by_name(method: str, indicators: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        METHODS[method](GOALS.add([0, 1, 3, 2]), indicators, **options)


def test_regressions_take_one_series_of_benchmarks() -> None:
    with pytest.raises(InputError, match="Series"):
        ols(GOALS.to_frame("a"), GOOD)  # type: ignore[arg-type]
