"""One table for all families: what is no number, infinite or there twice is refused by its place, never NaN."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from classification.errors import InputError
from indicators import (
    benchmarking,
    composite,
    disclosure,
    growth,
    input_output,
    penetration,
    prices,
    reconciliation,
    revisions,
    signals,
    structure,
)
from indicators import value_added as va

S = pd.Series({"a": 1.0, "b": 2.0})
TWICE = pd.concat([S, S.iloc[:1]])
TEXT = pd.Series({"a": 1.0, "b": "x"}, dtype="object")
QUARTERS = pd.Series([1.0, 2, 1, 2, 9, 8, 9, 8], index=pd.period_range("2022Q1", periods=8, freq="Q"))
PRICES = pd.DataFrame(
    [("2022", "a", 1.0, 5.0), ("2023", "a", 1.2, 4.0)], columns=["period", "item", "price", "quantity"]
)
TABLE = pd.DataFrame({"a": [1.0], "b": [1.0], "total": [4.0]}, index=["c1"])
UNITS = pd.DataFrame({"u": [1.0, 2, 3, 9], "v": [2.0, 1, 4, 5]}, index=list("ABCD"))
TREE = pd.DataFrame({"code": ["T", "u", "v"], "parent": [None, "T", "T"], "weight": [None, 1, 1]})
RETURNS = pd.DataFrame({"unit": ["p", "q"], "class": ["A", "B"], "value": [2.0, 3.0], "base": [1.0, 2.0]})
FORM = pd.DataFrame({"component": ["c"], "item": ["pay"], "sign": [1]})
VINTAGES = pd.DataFrame({"period": ["p", "p"], "vintage": ["flash", "final"], "value": [1.0, 2.0]})
DIVISIONS = pd.DataFrame({"division": ["1"], "sector": ["s"], "va": [10.0], "core_va": [1.0], "d": [0.1]})
CAPITAL = pd.DataFrame({
    "year": [2020, 2021], "investment": [1.0, 2], "investment_price": [1.0, 1], "va": [50.0, 60], "va_price": [1.0, 1],
})  # fmt: skip
SURVEY = pd.DataFrame({"sector": ["s"], "surveyed": [10], "using": [5]})
MARKS = pd.DataFrame({"indicator": ["i"], "definition_id": ["d"], "authority": ["z"]})
LIMITS = pd.DataFrame({"light_blue": [1.0], "green": [2.0], "yellow": [3.0], "red": [4.0]}, index=["a"])
SUM = disclosure.Relation({"T": 1, "a": -1, "b": -1}, 0, 0)
CELLS = {"T": 30, "a": 10, "b": 20}
OWNED = pd.DataFrame({"cell": ["a", "b"], "unit": ["p", "q"], "value": [10, 20]})


def swapped(frame: pd.DataFrame, column: str, value: Any) -> pd.DataFrame:
    """The frame with another first value in a column."""
    return frame.assign(**{column: [value, *frame[column].tolist()[1:]]})


def capital(frame: pd.DataFrame = CAPITAL, **other: Any) -> pd.DataFrame:
    settings: dict[str, Any] = {"r": 0.05, "delta": 0.2, "g": 0.05} | other
    return penetration.growth_accounting(frame, base_year=2020, **settings)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: reconciliation.rake(S, swapped(TABLE, "a", "x")), "c1"),
    (lambda: reconciliation.rake(S, TABLE, alterability=math.inf), "a、b"),
    (lambda: reconciliation.factors(S, S * math.nan), "a、b"),
    (lambda: reconciliation.factors(TEXT, S), "b"),
    (lambda: reconciliation.factors(TWICE, TWICE), "a"),
    (lambda: prices.index(swapped(PRICES, "price", "x")), "2022"),
    (lambda: prices.annual_overlap(QUARTERS, QUARTERS, reference_year="?"), "基准年"),
    (lambda: prices.annual_overlap(QUARTERS, QUARTERS, reference_year=math.nan), "基准年"),  # type: ignore[arg-type]
    (lambda: prices.deflate(S, TWICE), "a"),
    (lambda: prices.double_deflate(S, TWICE, S, S), "a"),
    (lambda: structure.herfindahl(TEXT), "b"),
    (lambda: structure.location_quotient(TEXT, S), "b"),
    (lambda: structure.leave_one_out_growth(TEXT, S), "b"),
    (lambda: structure.concentration_ratio(S, math.nan), "正整数"),  # type: ignore[arg-type]
    (lambda: structure.shares(S, total=math.inf), "合计"),
    (lambda: composite.aggregate(UNITS, pd.concat([S.set_axis(["u", "v"])] * 2)), "u、v"),
    (lambda: composite.aggregate(UNITS, {"u": 1.0, "v": "x"}), "v"),  # type: ignore[dict-item]
    (lambda: composite.treat_outliers(UNITS, skew=math.nan), "skew"),
    (lambda: composite.treat_outliers(UNITS, max_winsorise=-1), "max_winsorise"),
    (lambda: composite.sensitivity(UNITS, TREE, samples=2.5), "2 的幂"),  # type: ignore[arg-type]
    (lambda: signals.change_points(QUARTERS, penalty=math.inf), "penalty"),
    (lambda: signals.cusum(QUARTERS, h=math.inf), "h 须为正"),
    (lambda: signals.ewma(QUARTERS, width=math.inf), "width"),
    (lambda: signals.diffusion_index(TEXT, S, S), "b"),
    (lambda: signals.lights(S[:1], swapped(LIMITS, "red", "x")), "a"),
    (lambda: signals.warning_index(TEXT), "b"),
    (lambda: growth.contribution(TEXT, S), "b"),
    (lambda: growth.contribution(S, S, total=(math.nan, 1.0)), "总量"),
    (lambda: growth.pull(S, S, total_base=math.inf), "总量"),
    (lambda: growth.growth_words(math.nan, -1.0), "缺失"),
    (lambda: growth.comparable_growth(swapped(RETURNS, "base", "x"), RETURNS, by="class"), "第 0 行"),
    (lambda: va.rate_method(S, TWICE), "a"),
    (lambda: va.extrapolate(S, TWICE, last_year_va_growth=0.1, last_year_indicator_growth=0.1), "a"),
    (lambda: va.income_approach(pd.DataFrame({"year": [2023], "pay": ["x"]}), FORM), "第 0 行"),
    (lambda: va.income_approach(pd.DataFrame({"year": [2023], "pay": [math.inf]}), FORM), "第 0 行"),
    (lambda: revisions.revision_triangle(swapped(VINTAGES, "value", math.inf)), "0"),
    (lambda: revisions.revision_triangle(swapped(VINTAGES, "value", "x")), "0"),
    (lambda: revisions.revision_triangle(VINTAGES.assign(period=None)), "0、1"),
    (lambda: revisions.revision_summary(pd.DataFrame()), "空"),
    (lambda: revisions.split_revision(lambda _: None, {"a": 1}, {"a": 2}, ["a"]), "old"),  # type: ignore[arg-type,return-value]
    (lambda: penetration.efficiency_va(swapped(DIVISIONS, "va", "x")), "1"),
    (lambda: penetration.efficiency_va(swapped(DIVISIONS, "d", "x")), "1"),
    (lambda: penetration.adoption(swapped(SURVEY, "using", "x")), "s"),
    (lambda: penetration.one_definition(MARKS, MARKS.assign(authority=None)), "发布机关"),
    (lambda: capital(swapped(CAPITAL, "va", "x")), "2020"),
    (lambda: capital(swapped(CAPITAL, "year", math.nan)), "年份"),
    (lambda: capital(swapped(CAPITAL, "year", "x")), "年份"),
    (lambda: capital(g=math.inf), "参数"),
    (lambda: disclosure.audit(CELLS, [SUM], ["a", "b"], contributions=swapped(OWNED, "value", "x")), "第 0 行"),
    (lambda: disclosure.table_relations(pd.DataFrame({"d": ["T", "a"], "v": [math.inf, 1]}), dimensions="d",
                                        hierarchies={"d": "T"}, value="v"), "第 0 行"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "place"), REFUSED)
def test_it_is_refused_by_its_place(call: Callable[[], object], place: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputError, match=place):
            call()


MISTYPED: list[tuple[Callable[[], object], str]] = [
    (lambda: growth.two_year_average("a", 0.1), "first 须为 number，实为 str"),  # type: ignore[arg-type]
    (lambda: growth.year_on_year(None), "series 须为 Series，实为 NoneType"),  # type: ignore[arg-type]
    (lambda: growth.contribution(S, S.to_frame()), "base 须为 Series，实为 DataFrame"),  # type: ignore[arg-type]
    (lambda: growth.growth_words(1.0, 2.0, kind=3), "kind 须为 str"),  # type: ignore[arg-type]
    (lambda: growth.comparable_growth(None, None, by="c"), "current 须为 DataFrame"),  # type: ignore[arg-type]
    (lambda: va.extrapolate(S, 0.1, last_year_va_growth="0.1", last_year_indicator_growth=0.1), "last_year_va_growth"),  # type: ignore[arg-type]
    (lambda: va.income_approach(None, FORM), "frame 须为 DataFrame"),  # type: ignore[arg-type]
    (lambda: structure.herfindahl([1, 2]), "values 须为 Series，实为 list"),  # type: ignore[arg-type]
    (lambda: prices.deflate(None, S), "value 须为 Series"),  # type: ignore[arg-type]
    (lambda: benchmarking.denton(None, QUARTERS), r"indicator 须为 Series \| DataFrame"),  # type: ignore[type-var]
    (lambda: benchmarking.cholette_dagum(QUARTERS, S, rho="x"), "rho 须为 number"),  # type: ignore[arg-type]
    (lambda: benchmarking.chow_lin(S, "x"), "indicators 须为"),  # type: ignore[arg-type]
    (lambda: input_output.leontief_inverse(None), "a 须为 DataFrame"),  # type: ignore[arg-type]
    (lambda: penetration.efficiency_va(None), "divisions 须为 DataFrame"),  # type: ignore[arg-type]
    (lambda: capital(r="5%"), "r 须为 number"),
    (lambda: revisions.revision_summary(S), "triangle 须为 DataFrame"),  # type: ignore[arg-type]
    (lambda: reconciliation.factors(S, None), "reconciled 须为 Series"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "words"), MISTYPED)
def test_an_argument_of_another_type_is_named(call: Callable[[], object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


def test_numbers_of_numpy_and_what_an_annotation_cannot_tell_pass() -> None:
    assert growth.two_year_average(np.float32(0.0), np.int64(0)) == 0  # type: ignore[arg-type]
    assert structure.concentration_ratio(S, np.int64(1)) == pytest.approx(2 / 3)  # type: ignore[arg-type]


def test_a_constant_indicator_has_no_outliers() -> None:
    found = composite.treat_outliers(UNITS.assign(u=3.0))
    assert found["u"].tolist() == [3.0] * 4
    assert [one.how for one in found.attrs["treatments"]] == ["none", "none"]


def test_nobody_reports() -> None:
    found = growth.comparable_growth(RETURNS.iloc[:0], RETURNS, by="class")
    assert found.bridge["cause"].tolist() == ["exit", "exit"]
    assert np.array_equal(found.cells["base_published"], [2.0, 3.0])
