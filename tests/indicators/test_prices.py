"""Index numbers, deflation, chained volumes and their contributions."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.prices import annual_overlap, chained_contributions, deflate, double_deflate, index

FORMULAS = ["laspeyres", "paasche", "fisher", "tornqvist", "jevons", "walsh"]
FRAME = pd.DataFrame(
    [
        ("2022", "phones", 10.0, 100.0),
        ("2022", "chips", 2.0, 500.0),
        ("2023", "phones", 11.0, 90.0),
        ("2023", "chips", 1.5, 800.0),
        ("2024", "phones", 10.5, 95.0),
        ("2024", "chips", 1.2, 900.0),
    ],
    columns=["period", "item", "price", "quantity"],
)


def test_laspeyres_and_its_bases_by_hand() -> None:
    fixed = index(FRAME)
    assert fixed.tolist() == pytest.approx([1, (1100 + 750) / 2000, (1050 + 600) / 2000])
    links = index(FRAME, base="previous")
    assert links.tolist() == pytest.approx([1, 1850 / 2000, (945 + 960) / (990 + 1200)])
    assert index(FRAME, base="chained").tolist() == pytest.approx(links.cumprod().tolist())
    assert list(fixed.index) == ["2022", "2023", "2024"]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("base", ["fixed", "previous", "chained"])
def test_a_quantity_index_swaps_the_roles(formula: Any, base: Any) -> None:
    swapped = FRAME.rename(columns={"price": "quantity", "quantity": "price"})
    found = index(FRAME, formula=formula, of="quantity", base=base)
    assert found.tolist() == pytest.approx(index(swapped, formula=formula, base=base).tolist())


@pytest.mark.parametrize("formula", FORMULAS)
def test_any_order_and_periods_as_periods(formula: Any) -> None:
    frame = FRAME.assign(period=pd.PeriodIndex(FRAME["period"], freq="Y")).sample(frac=1, random_state=1)
    found = index(frame, formula=formula)
    assert found.tolist() == pytest.approx(index(FRAME, formula=formula).tolist())
    assert isinstance(found.index, pd.PeriodIndex)


def test_jevons_needs_no_weights() -> None:
    found = index(FRAME.drop(columns="quantity"), formula="jevons")
    assert found.tolist() == pytest.approx([1, np.sqrt(1.1 * 0.75), np.sqrt(1.05 * 0.6)])


positive = st.floats(0.1, 1e4)
markets = st.lists(st.tuples(positive, positive, positive, positive), min_size=1, max_size=6)


@given(markets, st.sampled_from(FORMULAS), st.floats(0.1, 10))
def test_axioms(market: list[tuple[float, ...]], formula: Any, factor: float) -> None:
    rows = [(t, i, row[t], row[2 + t]) for i, row in enumerate(market) for t in (0, 1)]
    frame = pd.DataFrame(rows, columns=["period", "item", "price", "quantity"])
    found = index(frame, formula=formula).iloc[1]
    scaled = frame.assign(price=frame["price"].where(frame["period"] == 0, frame["price"] * factor))
    assert index(scaled, formula=formula).iloc[1] == pytest.approx(found * factor)
    ratios = [row[1] / row[0] for row in market]
    assert min(ratios) * (1 - 1e-9) <= found <= max(ratios) * (1 + 1e-9)
    values = (frame["price"] * frame["quantity"]).groupby(frame["period"]).sum()
    product = index(frame, formula="fisher").iloc[1] * index(frame, formula="fisher", of="quantity").iloc[1]
    assert product == pytest.approx(values[1] / values[0])


@pytest.mark.parametrize(
    ("frame", "options", "words"),
    [
        (FRAME, {"formula": "carli"}, "carli"),
        (FRAME, {"of": "value"}, "value"),
        (FRAME, {"base": "2020"}, "2020"),
        (FRAME.drop(columns="quantity"), {}, "quantity"),
        (FRAME.iloc[:-1], {}, "2024 chips"),
        (FRAME.assign(price=FRAME["price"].where(FRAME["price"] != 1.5)), {}, "2023 chips"),
        (FRAME.assign(quantity=-FRAME["quantity"]), {}, "2022 chips"),
        (FRAME.assign(price=0.0), {"formula": "jevons"}, "2022 chips"),
        (FRAME.assign(quantity=0.0), {}, "2022、2023、2024"),
        (pd.concat([FRAME, FRAME.iloc[:1]]), {}, "2022 phones"),
        (FRAME.iloc[:0], {}, "∅"),
        (FRAME.assign(period=pd.PeriodIndex(FRAME["period"].replace("2024", "2025"), freq="Y")), {}, "2024"),
    ],
)
def test_bad_frames_are_named(frame: pd.DataFrame, options: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        index(frame, **options)


def quarters(values: Any, start: str = "2020Q1") -> pd.Series:
    return pd.Series(values, index=pd.period_range(start, periods=len(values), freq="Q"), dtype="float64")


def market(years: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Quarterly prices and quantities of two parts, and their values at current and previous years' prices."""
    random = np.random.default_rng(7)
    labels = pd.period_range("2020Q1", periods=4 * years, freq="Q")
    prices = pd.DataFrame(random.uniform(1, 2, (4 * years, 2)), index=labels, columns=["a", "b"])
    quantities = pd.DataFrame(random.uniform(5, 9, (4 * years, 2)), index=labels, columns=["a", "b"])
    nominal = prices * quantities
    average = nominal.groupby(labels.year).sum() / quantities.groupby(labels.year).sum()
    before = [average.loc[max(year - 1, 2020)] for year in labels.year]
    return prices, quantities, nominal, quantities * np.array(before)


def test_annual_overlap_is_the_formula_and_adds_up() -> None:
    _, _, nominal, at_previous = market(4)
    total, k = nominal.sum(axis=1), at_previous.sum(axis=1)
    n, big_k = (side.groupby(side.index.year).sum() for side in (total, k))
    chain = {2020: 1.0, 2021: big_k[2021] / n[2020]}
    chain[2022] = chain[2021] * big_k[2022] / n[2021]
    found = annual_overlap(total, k, reference_year=2021)
    unit = n[2021] / chain[2021]
    assert found["2020Q3"] == pytest.approx(k["2020Q3"] / n[2020] * unit)
    assert found["2021Q2"] == pytest.approx(k["2021Q2"] / n[2020] * unit)
    assert found["2023Q4"] == pytest.approx(k["2023Q4"] / n[2022] * chain[2022] * unit)
    sums = found.groupby(found.index.year).sum()
    assert sums[2021] == pytest.approx(n[2021])
    annual = annual_overlap(
        pd.Series(n.to_numpy(), index=pd.PeriodIndex(n.index.astype(str), freq="Y")),
        pd.Series(big_k.to_numpy(), index=pd.PeriodIndex(n.index.astype(str), freq="Y")),
        reference_year="2021",
    )
    assert annual.tolist() == pytest.approx(sums.tolist())


def test_annual_overlap_of_an_open_year_and_without_rows_of_the_first() -> None:
    _, _, nominal, at_previous = market(3)
    total, k = nominal.sum(axis=1), at_previous.sum(axis=1)
    whole = annual_overlap(total, k, reference_year=2020)
    part = annual_overlap(total.iloc[:10], k.iloc[4:10], reference_year=pd.Period("2020", "Y"))
    assert part.tolist() == pytest.approx(whole.iloc[4:10].tolist())


@pytest.mark.parametrize(
    ("nominal", "previous", "year", "words"),
    [
        (quarters([1] * 8), quarters([1] * 8), 2022, "2022"),
        (quarters([1] * 8), quarters([1] * 8), 2019, "2019"),
        (quarters([1] * 12), quarters([1] * 4, "2022Q1"), 2022, "2021"),
        (quarters([1] * 7, "2020Q2"), quarters([1] * 7, "2020Q2"), 2021, "2020 年"),
        (quarters([1] * 12), quarters([1] * 6, "2021Q3"), 2021, "2021 年"),
        (quarters([0] * 8), quarters([1] * 8), 2020, "2020 年不为正"),
        (quarters([1] * 8), quarters([1, 1, np.nan, 1]), 2020, "2020Q3"),
        (pd.Series([1.0], index=pd.period_range("2020-01", periods=1, freq="M")), quarters([1] * 8), 2020, "M"),
    ],
)
def test_bad_chains_are_named(nominal: pd.Series, previous: pd.Series, year: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        annual_overlap(nominal, previous, reference_year=year)


def test_contributions_sum_to_the_growth_of_the_chain() -> None:
    _, _, nominal, at_previous = market(4)
    found = chained_contributions(nominal[["b", "a"]], at_previous)
    total = annual_overlap(nominal.sum(axis=1), at_previous.sum(axis=1), reference_year=2022)
    growth = (total / total.shift(4) - 1).dropna()
    assert found.sum(axis=1).to_numpy() == pytest.approx(growth.to_numpy())
    assert list(found) == ["a", "b"]
    assert found.index.equals(growth.index)


def test_contributions_of_years_by_hand() -> None:
    years = pd.period_range("2020", periods=2, freq="Y")
    nominal = pd.DataFrame({"a": [60.0, 70.0], "b": [40.0, 50.0]}, index=years)
    previous = pd.DataFrame({"a": [60.0, 66.0], "b": [40.0, 38.0]}, index=years)
    found = chained_contributions(nominal, previous)
    assert found.loc[pd.Period("2021", "Y")].to_dict() == pytest.approx({"a": 0.06, "b": -0.02})
    with pytest.raises(InputError, match="c"):
        chained_contributions(nominal, previous.rename(columns={"b": "c"}))
    with pytest.raises(InputError, match="2021"):
        chained_contributions(nominal * -1, previous)


def test_deflation() -> None:
    value = pd.Series({"a": 102.0, "b": 90.0}, name="va")
    assert deflate(value, pd.Series({"b": 0.9, "a": 1.02})).to_dict() == pytest.approx({"a": 100, "b": 100})
    assert deflate(value, 2).tolist() == [51, 45]
    found = double_deflate(value, pd.Series({"b": 60.0, "a": 50}), 1.0, pd.Series({"a": 0.5, "b": 0.6}))
    assert found.to_dict() == pytest.approx({"a": 2, "b": -10})


@pytest.mark.parametrize(
    ("value", "deflator", "words"),
    [
        (pd.Series({"a": np.nan}), 1.0, "a"),
        (pd.Series({"a": 1.0}), pd.Series({"b": 1.0}), "a"),
        (pd.Series({"a": 1.0}), 0.0, "a"),
    ],
)
def test_bad_deflation_is_named(value: pd.Series, deflator: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        deflate(value, deflator)
    with pytest.raises(InputError, match=words):
        double_deflate(value, pd.Series({"a": 1.0}), deflator, 1.0)
