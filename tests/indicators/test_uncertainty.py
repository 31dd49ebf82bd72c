"""Intervals from uncertain coefficients: known distributions, bounds, the same draws, the observations of a city."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from classification.errors import InputError
from indicators.measure import full_cells, measure, uncertain
from indicators.uncertainty import DRAWS, MODES, half_widths, sensitivity, tornado
from indicators.vintage import FLASH
from tests.indicators import small_city as small
from tests.indicators.small_city import AS_OF, EVER, LAST, PLACE, city


def vectors(*rows: tuple[str, float, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["gbt", "k", "method", "now", "base"])


ONE = vectors(("6429", 0.5, "expert", 1e9, 8e8))


def quantile(p: float) -> float:
    """Of the triangular distribution on −1 … 1 around 0."""
    return float(np.sqrt(2 * p) - 1) if p < 0.5 else float(1 - np.sqrt(2 * (1 - p)))


def test_one_coefficient_has_the_interval_of_its_triangle() -> None:
    found = sensitivity(ONE, fixed=2e9, fixed_base=2e9)
    for mode in MODES:
        assert found.loc[mode, "low"] == pytest.approx(2.5e9 + quantile(0.025) * 0.2 * 1e9, rel=0.003)
        assert found.loc[mode, "high"] == pytest.approx(2.5e9 + quantile(0.975) * 0.2 * 1e9, rel=0.003)
    # The same draw on both sides: the growth of k·1e9 + 2e9 over k·8e8 + 2e9 at the ends of k.
    ends = [(2e9 + k * 1e9) / (2e9 + k * 8e8) - 1 for k in (0.5 + quantile(p) * 0.2 for p in (0.025, 0.975))]
    assert found.loc["independent", ["growth_low", "growth_high"]].tolist() == pytest.approx(ends, rel=0.01)
    assert sensitivity(ONE, fixed=2e9, fixed_base=2e9).equals(found)


def test_errors_that_go_together_widen_a_total_and_a_total_is_never_above_the_class() -> None:
    many = vectors(*((f"64{n}", 0.5, "expert", 1e9, 1e9) for n in range(10, 30)))
    found = sensitivity(many)
    width = found["high"] - found["low"]
    assert width["independent"] == pytest.approx(width["correlated"] / np.sqrt(20), rel=0.05)
    full = vectors(("6429", 0.6, "expert", 1e9, 1e9), ("6429", 0.4, "expert", 1e9, 1e9))
    assert (sensitivity(full)["high"] <= 1e9 + 1e-3).all()
    assert sensitivity(vectors(("6429", 0.5, "census", 1e9, 0.0))).loc["independent", "growth_low":].isna().all()


def test_better_grounds_give_narrower_intervals() -> None:
    widths = {
        method: float(np.ptp(sensitivity(ONE.assign(method=method)).loc["correlated", ["low", "high"]]))
        for method in half_widths().index
    }
    assert widths["reidentified"] < widths["census"] < widths["province"] < widths["expert"]


def test_the_tornado_moves_class_totals_within_bounds_the_largest_first() -> None:
    found = tornado(
        vectors(
            ("4910", 0.02, "expert", 1e8, 1e8),
            ("4910", 0.03, "expert", 1e8, 1e8),
            ("6429", 0.97, "census", 1e9, 1e9),
        )
    )
    assert list(found.index) == ["6429", "4910"]
    assert found.loc["6429", ["minus", "plus"]].tolist() == pytest.approx([-1e8, 3e7])
    assert found.loc["4910", ["minus", "plus"]].tolist() == pytest.approx([-5e6, 1e7])


def test_what_is_imputed_adds_its_own_spread_to_the_period_alone() -> None:
    """Changes of −1e8 and +1e8, evenly: with a coefficient that is certain the interval is just that, and no more."""
    certain = ONE.assign(k=1.0, method="reidentified")
    change = np.where(np.arange(1000) % 2 == 0, -1e8, 1e8)
    found = sensitivity(certain, fixed=2e9, fixed_base=2e9, imputation=change, draws=1000)
    none = sensitivity(certain, fixed=2e9, fixed_base=2e9, draws=1000)
    assert found.loc["independent", "low"] == pytest.approx(none.loc["independent", "low"] - 1e8, rel=1e-3)
    assert found.loc["independent", "high"] == pytest.approx(none.loc["independent", "high"] + 1e8, rel=1e-3)
    # A year ago is a return: the base of the growth rate is as it was.
    assert found.loc["independent", "growth_high"] == pytest.approx((3e9 + 1e8) / 2.8e9 - 1, abs=1e-3)
    assert sensitivity(certain, imputation=np.zeros(1000), draws=1000).equals(sensitivity(certain, draws=1000))


@pytest.mark.parametrize("wrong", [np.zeros(9), np.full(1000, np.nan)])
def test_there_is_one_change_per_draw(wrong: np.ndarray) -> None:
    with pytest.raises(InputError, match="1000"):
        sensitivity(ONE, imputation=wrong, draws=1000)


def test_a_flash_is_wider_by_what_it_imputes() -> None:
    """The trader's 80,000 a quarter is imputed, and its respondents scatter by a tenth to both sides."""
    leaf = small.leaf()
    traded = (leaf["sector"] == "trade") & (leaf["quarter"] == str(LAST))
    missing = leaf.assign(origin=leaf["origin"].mask(traded, "imputed"))
    draws = pd.DataFrame({"draw": range(DRAWS), "sector": "trade", "va": 100})
    draws["change"] = np.where(draws["draw"] % 2 == 0, -10, 10)

    def width(**changes: Any) -> float:
        known = city(leaf=missing, coefficients=coefficients(), vintage=FLASH, **changes).at(LAST, AS_OF)
        found = pd.concat(uncertain.rows(known, full_cells(known, LAST), LAST))
        ends = found[found["definition_id"] == "independent"].set_index("indicator")["value"]
        return float(ends["core_value_added_high"] - ends["core_value_added_low"])

    whole = float(missing.loc[traded, "va"].sum())
    assert width(resampled=draws) > width()
    assert width(resampled=draws) < width() + 2 * 0.1 * whole + 1
    # What is imputed for another survey is none of the core's here.
    assert width(resampled=draws.assign(sector="construction")) == width()


@pytest.mark.parametrize(
    ("bad", "words"),
    [(ONE.assign(k=1.2), "6429"), (ONE.assign(method="guess"), "6429"), (ONE.drop(columns="now"), "now")],
)
def test_bad_vectors_are_named(bad: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputError, match=words):
        sensitivity(bad)
    with pytest.raises(InputError, match=words):
        tornado(bad)


def coefficients(level: str = "city", method: str = "expert") -> pd.DataFrame:
    row = {"gbt": "6429", "de": "030304", "level": level, "key": "*", "k": 0.66, "method": method,
           "valid_from": dt.date(2020, 1, 1), "valid_to": EVER, "known_from": dt.date(2021, 1, 10)}  # fmt: skip
    return pd.DataFrame([row])


def test_a_city_says_its_interval_and_what_rests_on_experts() -> None:
    found = measure(city(coefficients=coefficients()), LAST, AS_OF)
    of = (found["region"] == PLACE) & (found["period"] == str(LAST)) & (found["span"] == "cumulative")
    table = found[of & found["class"].isin(["core", "6429"])].set_index(["indicator", "definition_id"])["value"]
    core = found[of & (found["indicator"] == "core_value_added") & (found["definition_id"] == "rate_method")].set_index(
        "class"
    )["value"]
    assert table["core_value_added_low", "independent"] < core["core"] < table["core_value_added_high", "independent"]
    assert table["core_expert_share", "rate_method"] == pytest.approx(core["0303"] / core["core"], abs=1e-9)
    whole = core["0303"] * 1.5
    assert table["core_coefficient_effect", "plus_10"] == pytest.approx(whole * 0.1, rel=1e-4)
    assert table["core_coefficient_effect", "minus_10"] == pytest.approx(-whole * 0.1, rel=1e-4)
    province = measure(city(coefficients=coefficients("province")), LAST, AS_OF)
    narrower = province[(province["indicator"] == "core_value_added_low") & (province["definition_id"] == "correlated")]
    assert narrower["value"].iloc[0] > table["core_value_added_low", "correlated"]


def test_coefficients_of_a_class_that_nobody_is_of_say_nothing() -> None:
    whole = city(coefficients=coefficients().assign(gbt="4910", de="040301"))
    known = whole.at(LAST, AS_OF)
    assert uncertain.rows(known, full_cells(known, LAST), LAST) == []
