"""The cells of each definition give its figures, and what these changed by, part by part, adds up."""

from __future__ import annotations

import pandas as pd
import pytest

from classification.errors import InputError
from indicators.measure import Changes, Evidence, changes, core_cells, measure, volume_relations
from indicators.quarter import Quarter
from tests.indicators import small_city as small
from tests.indicators import test_estimates as made
from tests.indicators.small_city import AS_OF, FIRST, LAST
from tests.indicators.test_estimates import values

DEFINITIONS = ("rate_method", "full_scope", "benchmarked")


@pytest.fixture(scope="module")
def given() -> Evidence:
    """A city with a class on the volume route, the lower end of which is allocated, and years that are closed."""
    more = {"routes": made.routes({"code": "65"}), "volumes": made.volumes(made.EVERY)}
    return small.city(below=made.below(), proxies=made.proxies(), **more)


@pytest.fixture(scope="module")
def known(given: Evidence) -> Evidence:
    return given.at(LAST, AS_OF)


@pytest.fixture(scope="module")
def found(given: Evidence) -> pd.DataFrame:
    return measure(given, LAST, AS_OF)


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_the_cells_of_a_definition_sum_to_its_figures(known: Evidence, found: pd.DataFrame, definition: str) -> None:
    cells = core_cells(known, LAST, definition)
    sums = cells.groupby("quarter")["va"].sum()
    told = values(found, "core_value_added", definition)
    assert sums[told.index].to_numpy() == pytest.approx(told.to_numpy(), abs=0.5)
    assert set(told.index) == set(cells.loc[cells["quarter"] >= str(FIRST), "quarter"])


@pytest.mark.parametrize("definition", DEFINITIONS[:2])
def test_pulls_sum_to_growth_and_their_change_to_its_change(
    known: Evidence, found: pd.DataFrame, definition: str
) -> None:
    moved = _changes(known, definition)
    for price in ("current", "constant"):
        growth = values(found, "core_growth", definition, price_basis=price)
        assert moved.year[f"pull_{price}"].sum() == pytest.approx(growth[str(LAST)], abs=1e-9)
        pace = growth[str(LAST)] - growth[str(LAST - 1)]
        assert moved.quarter[f"pace_{price}"].sum() == pytest.approx(pace, abs=1e-9)
    base = values(found, "core_value_added_base", definition, base="comparable")
    assert moved.year["before"].sum() == pytest.approx(base[str(LAST)], abs=0.5)


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_levels_change_by_what_their_parts_do(known: Evidence, found: pd.DataFrame, definition: str) -> None:
    period = LAST if definition != "benchmarked" else Quarter(2022, 4)
    moved = _changes(known, definition, period)
    single = values(found, "core_value_added", definition, span="quarter")
    for name, quarter in (("now", period), ("before", period - 1)):
        assert moved.quarter[name].sum() == pytest.approx(single[str(quarter)], abs=0.5)
        assert moved.quarter.loc["03", name] == pytest.approx(
            values(found, "core_value_added", definition, cls="03", span="quarter")[str(quarter)], abs=0.5
        )
    for frame in (moved.year, moved.quarter):
        assert frame["change"].to_numpy() == pytest.approx((frame["now"] - frame["before"]).to_numpy())
    assert moved.year["now"].sum() == pytest.approx(values(found, "core_value_added", definition)[str(period)], abs=0.5)


def test_a_definition_without_growth_is_held_against_itself_a_year_ago(known: Evidence, found: pd.DataFrame) -> None:
    moved = _changes(known, "benchmarked", Quarter(2022, 4))
    before = values(found, "core_value_added", "benchmarked")["2021Q4"]
    assert moved.year["before"].sum() == pytest.approx(before, abs=0.5)
    assert list(moved.year.columns) == ["now", "before", "change"]


def test_before_the_first_release_there_is_nothing_to_compare_with(known: Evidence) -> None:
    moved = _changes(known, "full_scope", FIRST)
    assert moved.quarter.empty  # the full scope begins with the first release
    assert not moved.year.empty
    reported = _changes(known, "rate_method", FIRST)
    assert list(reported.quarter.columns) == ["now", "before", "change"]  # of the base year, but no growth of it


def test_an_unknown_definition_is_named_with_those_that_there_are(known: Evidence) -> None:
    with pytest.raises(InputError, match=r"published.*rate_method、full_scope、benchmarked"):
        core_cells(known, LAST, "published")


def test_where_nothing_is_estimated_there_are_no_cells() -> None:
    plain = small.city(annual=small.annual().iloc[:0]).at(LAST, AS_OF)
    for definition in ("full_scope", "benchmarked"):
        assert core_cells(plain, LAST, definition).empty
    assert volume_relations(plain, LAST).empty


def test_the_volume_relation_of_each_class_is_told(known: Evidence) -> None:
    relation = volume_relations(known, LAST)
    assert list(relation.index) == ["6513"]
    row = relation.loc["6513"]
    assert (row["indicator"], row["indicator_growth"]) == ("电信业务总量", made.EVERY[str(LAST)])
    assert row["growth"] == pytest.approx(row["indicator_growth"] * row["rho"])


def _changes(known: Evidence, definition: str, period: Quarter = LAST) -> Changes:
    cells = core_cells(known, LAST, definition)
    return changes(cells, cells["de"].str[:2], period, known.first_release)
