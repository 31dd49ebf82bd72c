"""Shares of one vintage, and concentration."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.structure import (
    concentration_ratio,
    herfindahl,
    leave_one_out_growth,
    location_quotient,
    share_of_gdp,
    shares,
)

CORE = pd.DataFrame({
    "region": ["419900"], "period": ["2023Q4"], "span": ["cumulative"], "vintage": ["preliminary"],
    "price_basis": ["current"], "value": [4.0], "class": ["core"],
}, index=[7])  # fmt: skip
GDP = CORE.assign(value=100.0).drop(columns="class").set_index(pd.Index([1]))


def test_share_of_one_vintage() -> None:
    both = pd.concat([GDP, GDP.assign(vintage="final", value=120.0)])
    found = share_of_gdp(CORE, both)
    assert found.loc[7, ["value", "definition_id", "gdp_vintage", "class"]].tolist() == [
        0.04, "same_vintage", "preliminary", "core",
    ]  # fmt: skip
    mixed = share_of_gdp(CORE, both, mixed="final")
    assert mixed.loc[7, "value"] == pytest.approx(4 / 120)
    assert mixed.loc[7, "definition_id"] == "mixed_vintage"


@pytest.mark.parametrize(
    ("core", "gdp", "mixed", "named"),
    [
        (CORE, GDP.assign(vintage="census"), None, "census"),
        (CORE, GDP, "preliminary", "preliminary"),
        (CORE, GDP, "final", "mixed"),
        (CORE, GDP.assign(period="2022Q4"), None, "无"),
        (CORE.assign(price_basis="constant"), GDP, None, "现价"),
        (CORE, pd.concat([GDP, GDP]), None, "重复"),
        (CORE, GDP.assign(value=0.0), None, "不为正"),
        (CORE.drop(columns="vintage"), GDP, None, "vintage"),
    ],
)
def test_mixing_is_refused_unless_asked_for(
    core: pd.DataFrame, gdp: pd.DataFrame, mixed: str | None, named: str
) -> None:
    with pytest.raises(InputError, match=named):
        share_of_gdp(core, gdp, mixed=mixed)


def test_shares_and_concentration() -> None:
    values = pd.Series([50.0, 30.0, 20.0], index=["a", "b", "c"])
    assert shares(values).tolist() == [0.5, 0.3, 0.2]
    assert shares(values, total=200.0)["a"] == 0.25
    assert herfindahl(values) == pytest.approx(0.38)
    assert concentration_ratio(values, 2) == pytest.approx(0.8)
    assert concentration_ratio(values, 9) == pytest.approx(1)


def test_location_quotient() -> None:
    found = location_quotient(pd.Series({"01": 30.0, "03": 70.0}), pd.Series({"01": 10.0, "02": 50.0, "03": 40.0}))
    assert found.to_dict() == pytest.approx({"01": 3.0, "03": 1.75})
    with pytest.raises(InputError, match="04"):
        location_quotient(pd.Series({"04": 1.0}), pd.Series({"01": 1.0}))


def test_growth_without_the_largest() -> None:
    current, base = pd.Series({"a": 60.0, "b": 30.0, "c": 10.0}), pd.Series({"a": 40.0, "b": 30.0, "d": 10.0})
    found = leave_one_out_growth(current, base, k=2)
    assert found.to_dict() == pytest.approx({"none": 0.25, "a": 0.0, "b": 0.4, "top_k": 0.0})
    with pytest.raises(InputError):
        leave_one_out_growth(current, base, k=4)
    with pytest.raises(InputError, match="基数"):
        leave_one_out_growth(pd.Series({"a": 2.0, "b": 1.0}), pd.Series({"a": 2.0}))


def test_bad_values_are_refused() -> None:
    with pytest.raises(InputError, match="b"):
        shares(pd.Series({"a": 1.0, "b": np.nan}))
    with pytest.raises(InputError, match="不为正"):
        shares(pd.Series({"a": 0.0}))
    with pytest.raises(InputError, match="∅"):
        shares(pd.Series(dtype="float64"))
    with pytest.raises(InputError, match="负值"):
        herfindahl(pd.Series([1.0, -1.0]))
    with pytest.raises(InputError, match="k"):
        concentration_ratio(pd.Series([1.0]), 0)
    twice = pd.Series([1.0, 2.0], index=["01", "01"])
    with pytest.raises(InputError, match="重复：01"):
        location_quotient(twice, twice)
    with pytest.raises(InputError, match="重复：01"):
        leave_one_out_growth(twice, twice)


sizes = st.lists(st.floats(0.01, 1e9), min_size=2, max_size=12)


@given(sizes, st.floats(1e-3, 1e3))
def test_concentration_keeps_its_bounds_and_knows_no_unit(values: list[float], unit: float) -> None:
    parts = pd.Series(values)
    index, ratios = herfindahl(parts), [concentration_ratio(parts, k) for k in range(1, len(parts) + 1)]
    assert 1 / len(parts) - 1e-12 <= index <= ratios[0] + 1e-12
    assert ratios == sorted(ratios)
    assert ratios[-1] == pytest.approx(1)
    assert herfindahl(parts * unit) == pytest.approx(index)


@given(sizes, st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_location_quotients_average_to_one(values: list[float], here: float, there: float) -> None:
    local, reference = pd.Series(values), pd.Series(values[::-1])
    found = location_quotient(local * here, reference * there)
    assert (found * reference / reference.sum()).sum() == pytest.approx(1)
    assert found.to_numpy() == pytest.approx(location_quotient(local, reference).to_numpy())
