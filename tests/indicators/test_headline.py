"""The headline figures alone: each is that of the whole measurement, and rests on no more than is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from classification.errors import InputError
from indicators.measure import Evidence, full_cells, headline_figures, measure
from indicators.measure.headline import COLUMNS
from indicators.revision_steps import ROUNDING, moving, steps
from tests.indicators import small_city as small
from tests.indicators import test_estimates as made
from tests.indicators.small_city import AS_OF, LAST, PLACE

GROWN, LEVEL = ("rate_method", "full_scope"), "benchmarked"
DEFINITIONS = (*GROWN, LEVEL)
KEY = [name for name in COLUMNS if name != "value"]


def given() -> Evidence:
    """A class on the volume route, one that leaves within a year, what lies below, closed years and controls."""
    leaf = small.leaf()
    leaf = leaf[(leaf["gbt"] != "5176") | (leaf["quarter"] < "2023Q3")]
    controls = pd.DataFrame([
        {"year": 2022, "region": PLACE, "class": "01", "va": 6_000_000, "vintage": "census", "known_from": made.KNOWN},
    ])  # fmt: skip
    routed = {"routes": made.routes({"code": "65"}), "volumes": made.volumes(made.EVERY)}
    return small.city(leaf=leaf, below=made.below(), proxies=made.proxies(), controls=controls, **routed)


@pytest.fixture(scope="module")
def known() -> Evidence:
    return given().at(LAST, AS_OF)


@pytest.fixture(scope="module")
def whole() -> pd.DataFrame:
    return measure(given(), LAST, AS_OF)


def told(known: Evidence, definition: str) -> pd.DataFrame:
    return headline_figures(known, full_cells(known, LAST), definition)


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[COLUMNS].sort_values(KEY, ignore_index=True)


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_each_figure_is_that_of_the_whole_measurement(known: Evidence, whole: pd.DataFrame, definition: str) -> None:
    of = whole[(whole["definition_id"] == definition) & (whole["span"] == "cumulative")]
    of = of[of["indicator"].isin(["core_value_added", "core_growth"])]
    of = of[(of["class"] == "core") | ((of["region"] == PLACE) & of["class"].isin(["01", "02", "03", "04"]))]
    found = told(known, definition)
    pd.testing.assert_frame_equal(in_order(found), in_order(of), check_exact=True)
    forms = set(found[["indicator", "price_basis", "base"]].itertuples(index=False, name=None))
    grows = {("core_growth", price, "comparable") for price in ("current", "constant") if definition in GROWN}
    assert forms == {("core_value_added", "current", "none")} | grows
    assert set(found["vintage"]) == ({"preliminary"} if definition in GROWN else {"final", "census"})


def test_a_class_that_has_left_within_the_year_is_there_with_nothing(known: Evidence) -> None:
    found = told(known, "rate_method").query("`class` == '02' and indicator == 'core_value_added'")
    assert found.set_index("period").loc[["2023Q2", "2023Q3"], "value"].tolist()[1] == 0
    assert (found.set_index("period").loc[:"2023Q2", "value"] > 0).all()


@pytest.mark.parametrize("definition", GROWN)
def test_the_cells_of_a_year_give_its_figures(known: Evidence, definition: str) -> None:
    leaf = full_cells(known, LAST)
    of_year = headline_figures(known, leaf[leaf["quarter"].str[:4] == "2022"], definition)
    every = told(known, definition)
    pd.testing.assert_frame_equal(
        in_order(of_year), in_order(every[every["period"].str[:4] == "2022"]), check_exact=True
    )


def test_what_is_not_there_is_not_told(known: Evidence) -> None:
    without = small.city(annual=small.annual().iloc[:0], prices=pd.DataFrame()).at(LAST, AS_OF)
    assert set(told(without, "rate_method")["price_basis"]) == {"current"}
    for definition in ("full_scope", LEVEL):
        found = told(without, definition)
        assert (len(found), list(found.columns)) == (0, COLUMNS)
    with pytest.raises(InputError, match=r"published.*rate_method、full_scope、benchmarked"):
        told(known, "published")


# What each input of the estimates may turn to.
TURNED: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "below": lambda rows: rows.assign(va=rows["va"] * 2),
    "proxies": lambda rows: rows.assign(value=rows["value"] * (1.0 + rows["quarter"].ge("2023"))),
    "crossed": lambda _: pd.DataFrame([
        {"quarter": "2023Q4", "known_from": made.KNOWN, "known_to": small.EVER, "county": small.COUNTIES[0],
         "gbt": "6513", "de": "030103", "va_base": 500_000},
    ]),
    "annual": lambda rows: rows.assign(va=rows["va"] * 3),
    "controls": lambda rows: rows.assign(va=rows["va"] * 2),
    "accounts": lambda _: pd.DataFrame([small.account("39", str(LAST), "cumulative", 1_000_000.0)]),
}  # fmt: skip


@pytest.mark.parametrize("name", TURNED)
def test_what_a_step_turns_moves_only_the_definitions_for_which_it_is_not_absent(known: Evidence, name: str) -> None:
    turned = replace(given(), **{name: TURNED[name](getattr(given(), name))}).at(LAST, AS_OF)
    moved = {of for of in DEFINITIONS if not in_order(told(turned, of)).equals(in_order(told(known, of)))}
    assert moved
    assert moved <= {of for of in DEFINITIONS if name in moving(of)}


def test_the_inputs_of_all_steps_move_the_full_scope_and_those_of_estimates_no_reported_figure() -> None:
    every = {name for step in steps() if step.cause != ROUNDING for name in step.inputs}
    assert moving("full_scope") == every
    assert every - moving("rate_method") == set(TURNED)
    assert every - moving(LEVEL) == {"below", "proxies", "crossed"}
