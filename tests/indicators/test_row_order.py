"""The order of rows changes nothing: every public function that takes rows, its rows drawn in another order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import benchmarking as bench
from indicators import (
    composite,
    disclosure,
    estimation,
    growth,
    input_output,
    penetration,
    prices,
    reconciliation,
    revisions,
    seasonal,
    signals,
    structure,
)  # fmt: skip
from indicators import value_added as va

RANDOM: Final = np.random.default_rng(20240131)


def quarters(count: int, start: str = "2018Q1") -> pd.Series:
    """Positive numbers that mean nothing."""
    return pd.Series(RANDOM.uniform(50, 150, count), index=pd.period_range(start, periods=count, freq="Q"))


def years(count: int, start: str = "2018") -> pd.Series:
    """The same by year."""
    return pd.Series(RANDOM.uniform(300, 500, count), index=pd.period_range(start, periods=count, freq="Y"))


Q, Y, LAST, THIS = quarters(24), years(6), quarters(4, "2022Q1"), quarters(4, "2023Q1")
BOTH_Q, BOTH_Y = pd.DataFrame({"a": Q, "b": quarters(24)}), pd.DataFrame({"a": Y, "b": years(6)})
CLASSES = [f"{number:02}" for number in range(6)]
NOW, THEN = (pd.Series(RANDOM.uniform(1, 9, 6), index=CLASSES) for _ in range(2))
MARKET = pd.DataFrame({
    "period": np.repeat(["2021", "2022", "2023"], 4), "item": list("abcd") * 3,
    "price": RANDOM.uniform(1, 3, 12), "quantity": RANDOM.uniform(1, 9, 12),
})  # fmt: skip
FLOWS = pd.DataFrame(RANDOM.uniform(0, 9, (6, 6)), index=CLASSES, columns=CLASSES)
OUTPUT, COEFFICIENTS = NOW * 0 + 100, FLOWS / 100
UNITS = pd.DataFrame(RANDOM.uniform(1, 9, (7, 3)), index=list("ABCDEFG"), columns=["x", "y", "z"])
TREE = pd.DataFrame(
    {"code": ["T", "p", "x", "y", "z"], "parent": [None, "T", "p", "p", "T"], "weight": [None, 2, 1, 3, 1]}
)
OWNED = pd.DataFrame({
    "cell": np.repeat(["a", "b", "c"], 5), "unit": [f"u{number}" for number in range(15)],
    "value": RANDOM.integers(1, 99, 15),
})  # fmt: skip
CELLS = OWNED.groupby("cell")["value"].sum()
VALUES = pd.concat([CELLS, pd.Series({"T": CELLS.sum()})])
SUM = [disclosure.Relation({"T": 1, "a": -1, "b": -1, "c": -1}, 0, 0)]
SAMPLE = pd.DataFrame({
    "g": np.repeat(["A", "B"], 6), "y": RANDOM.uniform(1, 99, 12), "a": 2.0, "x": RANDOM.uniform(1, 9, 12), "L": 5.0,
    "s": [True, True, False] * 4,
})  # fmt: skip
PANEL = pd.DataFrame({
    "unit": np.repeat(["u", "v", "w"], 3), "period": [202001, 202002, 202003] * 3,
    "value": [1.0, 2, None, 3, None, 5, 4, 4, 6], "aux": np.repeat([1.0, 2, 3], 3), "g": "A",
})  # fmt: skip
RETURNS = pd.DataFrame({"unit": list("pqrs"), "c": ["A", "A", "B", "C"], "value": NOW[:4].tolist(), "base": 3.0})
FORM = pd.DataFrame({"component": ["c", "d"], "item": ["pay", "tax"], "sign": [1, -1]})
BOOKS = pd.DataFrame({"year": 2023, "pay": [1, 2, 3], "tax": [4, 5, 7]}, index=["p", "q", "r"])
VINTAGES = pd.DataFrame({
    "period": ["2022", "2022", "2023"], "vintage": ["flash", "final", "flash"], "value": [1.0, 2, 3],
})  # fmt: skip
DIVISIONS = pd.DataFrame({"division": CLASSES, "sector": list("sstttt"), "va": 20.0, "core_va": NOW, "d": 0.2})
CAPITAL = pd.DataFrame({
    "year": range(2018, 2024), "investment": Y.to_numpy() / 99, "investment_price": 1.1, "va": Y.to_numpy(),
    "va_price": 1.0,
})  # fmt: skip
SURVEY = pd.DataFrame({"sector": list("sst"), "surveyed": [10, 20, 30], "using": [5, 6, 7]})
LIMITS = pd.DataFrame({"light_blue": 2.0, "green": 4.0, "yellow": 6.0, "red": 8.0}, index=CLASSES)
GDP = pd.DataFrame({
    "region": ["r", "s"], "period": "2023", "span": "annual", "vintage": "final", "price_basis": "current",
    "value": [9.0, 8.0],
})  # fmt: skip
RAKED = pd.DataFrame({"cell": CLASSES * 2, "constraint": ["one"] * 6 + ["two"] * 6, "total": [40.0] * 6 + [9.0] * 6})
RAKED = RAKED.drop(index=range(9, 12))

CASES: Final[dict[str, tuple[Callable[..., Any], list[Any]]]] = {
    "denton": (bench.denton, [Q, Y]),
    "denton, many": (bench.denton, [BOTH_Q, BOTH_Y]),
    "cholette_dagum": (bench.cholette_dagum, [Q, Y]),
    "chow_lin": (bench.chow_lin, [Y, BOTH_Q]),
    "fernandez": (bench.fernandez, [Y, BOTH_Q]),
    "litterman": (bench.litterman, [Y, BOTH_Q]),
    "ols": (bench.ols, [Y, BOTH_Q]),
    "rake": (reconciliation.rake, [NOW, RAKED]),
    "adjust": (lambda series: seasonal.adjust(series, method="stl"), [Q]),
    "index": (lambda frame: prices.index(frame, formula="fisher", base="chained"), [MARKET]),
    "annual_overlap": (lambda a, b: prices.annual_overlap(a, b, reference_year=2020), [Q, quarters(24)]),
    "chained_contributions": (prices.chained_contributions, [BOTH_Q, BOTH_Q * 0.9]),
    "deflate": (prices.deflate, [NOW, THEN]),
    "double_deflate": (prices.double_deflate, [NOW, THEN, NOW, THEN]),
    "herfindahl": (structure.herfindahl, [NOW]),
    "concentration_ratio": (lambda values: structure.concentration_ratio(values, 3), [NOW]),
    "location_quotient": (structure.location_quotient, [NOW, THEN]),
    "leave_one_out_growth": (lambda now, then: structure.leave_one_out_growth(now, then, k=2), [NOW, THEN]),
    "share_of_gdp": (lambda core, gdp: structure.share_of_gdp(core, gdp)["value"], [GDP.assign(value=[1.0, 2]), GDP]),
    "technical_coefficients": (input_output.technical_coefficients, [FLOWS, OUTPUT]),
    "leontief_inverse": (input_output.leontief_inverse, [COEFFICIENTS]),
    "complete_consumption": (input_output.complete_consumption, [COEFFICIENTS]),
    "multipliers": (input_output.multipliers, [COEFFICIENTS, NOW]),
    "digital_penetration": (lambda a: input_output.digital_penetration(a, ["01"], kind="complete"), [COEFFICIENTS]),
    "adb_core_gdp": (lambda z, x, v, y: input_output.adb_core_gdp(z, x, v, y, ["01"]), [FLOWS, OUTPUT, NOW, THEN]),
    "normalise": (composite.normalise, [UNITS]),
    "treat_outliers": (lambda frame: composite.treat_outliers(frame, skew=0.1, kurtosis=-9), [UNITS]),
    "entropy_weights": (composite.entropy_weights, [UNITS]),
    "aggregate": (composite.aggregate, [UNITS, pd.Series({"x": 1.0, "y": 2, "z": 3})]),
    "build_index": (lambda frame, tree: composite.build_index(frame, tree, how="geometric").scores, [UNITS, TREE]),
    "primary": (lambda frame: disclosure.primary(frame, by="cell", unit="unit", value="value"), [OWNED]),
    "audit": (lambda values, rows: disclosure.audit(values, SUM, ["a", "b"], contributions=rows), [VALUES, OWNED]),
    "protect": (
        lambda values, rows: sorted(disclosure.protect(values, SUM, {"a": 9}, contributions=rows)), [VALUES, OWNED]
    ),
    "release_difference": (
        lambda old, new: disclosure.release_difference(old, new, by="cell", unit="unit", value="value"),
        [OWNED, OWNED.assign(value=7)],
    ),
    "winsorise": (
        lambda frame: estimation.winsorise(frame, value="y", design="a", auxiliary="x", cutoff="L", by="g"), [SAMPLE]
    ),
    "horvitz_thompson": (
        lambda frame: estimation.horvitz_thompson(frame, by="g", sampled="s", auxiliary="x", value="y"), [SAMPLE]
    ),
    "ratio_of_means": (
        lambda frame: estimation.ratio_of_means(
            frame, unit="unit", period="period", value="value", auxiliary="aux", by="g"
        ),
        [PANEL],
    ),
    "change_points": (signals.change_points, [Q]),
    "mann_kendall": (signals.mann_kendall, [Q]),
    "cusum": (signals.cusum, [Q]),
    "ewma": (signals.ewma, [Q]),
    "diffusion_index": (signals.diffusion_index, [NOW, THEN, OUTPUT]),
    "lights": (signals.lights, [NOW, LIMITS]),
    "warning_index": (signals.warning_index, [NOW.clip(1, 5), THEN]),
    "year_on_year": (growth.year_on_year, [Q]),
    "from_cumulative": (growth.from_cumulative, [Q]),
    "contribution": (growth.contribution, [NOW * 3, THEN]),
    "pull": (growth.pull, [NOW, THEN]),
    "comparable_growth": (
        lambda now, then: growth.comparable_growth(now, then, by="c"), [RETURNS, RETURNS.assign(c=list("ABBC"))]
    ),
    "income_approach": (va.income_approach, [BOOKS, FORM]),
    "rate_method": (va.rate_method, [NOW, THEN / 10]),
    "extrapolate": (
        lambda base, g, then, past: va.extrapolate(
            base, g, last_year_va_growth=then, last_year_indicator_growth=past
        ),
        [NOW, THEN / 99, NOW / 99, THEN / 99],
    ),
    "extrapolate_lagged": (va.extrapolate_lagged, [LAST, THIS, LAST]),
    "revision_triangle": (revisions.revision_triangle, [VINTAGES]),
    "revision_summary": (lambda frame: revisions.revision_summary(revisions.revision_triangle(frame)), [VINTAGES]),
    "efficiency_va": (penetration.efficiency_va, [DIVISIONS]),
    "growth_accounting": (
        lambda frame: penetration.growth_accounting(frame, base_year=2020, r=0.05, delta=0.2, g=0.05), [CAPITAL]
    ),
    "adoption": (penetration.adoption, [SURVEY]),
    "io_complete": (lambda flows, output: penetration.io_complete(flows, output, ["01"]), [FLOWS, OUTPUT]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_order_of_rows_changes_nothing(name: str, seed: int) -> None:
    call, arguments = CASES[name]
    random = np.random.default_rng(seed)
    mixed = [argument.iloc[random.permutation(len(argument))] for argument in arguments]
    same(call(*mixed), call(*arguments))


def same(found: Any, expected: Any) -> None:
    """Equal, whatever the order of rows, columns and items, to the last bits of sums."""
    if isinstance(expected, pd.DataFrame):
        assert set(found.columns) == set(expected.columns)
        found, expected = (side.sort_index()[expected.columns] for side in (found, expected))
        pd.testing.assert_frame_equal(found, expected, rtol=1e-9)
    elif isinstance(expected, pd.Series):
        pd.testing.assert_series_equal(found.sort_index(), expected.sort_index(), rtol=1e-9)
    elif is_dataclass(expected):
        for field in fields(expected):
            same(getattr(found, field.name), getattr(expected, field.name))
    elif isinstance(expected, Mapping):
        assert found == pytest.approx(expected, nan_ok=True)
    else:
        assert found == (pytest.approx(expected, rel=1e-9) if isinstance(expected, float) else expected)
