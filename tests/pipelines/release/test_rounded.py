"""Figures told rounded: what they say of the changes of cells."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines.release.rounded import GROWTH, STEPS, not_exact, numbers, roughly_told, says, to_step
from pipelines.steps.judged import Published
from tests.pipelines.release.stand_in import COUNTIES, PLACE, row

CORE, CELL = (PLACE, "core"), (PLACE, "01")
QUARTER = "2023Q2"
CHANGES = {CORE: -400.0, CELL: -300.0}
BASES, VOLUMES = {CORE: 1e6, CELL: 4e5}, {CORE: 1.1234e6, CELL: 4.4e5}


def observed() -> pd.DataFrame:
    """Growth, pulls and what they rest on, and figures beside them that are not told roughly."""
    rows = []
    for cell, base in BASES.items():
        place = {"region": cell[0], "class": cell[1]}
        volume, pull = VOLUMES[cell], (VOLUMES[cell] - base) / BASES[CORE]
        constant = {"price_basis": "constant", "base": "comparable"}
        rows += [
            row("core_value_added", "rate_method", QUARTER, "cumulative", volume * 1.01, **place),
            row("core_value_added_base", "rate_method", QUARTER, "cumulative", base, base="comparable", **place),
            row("core_value_added_base", "rate_method", QUARTER, "cumulative", base * 2, base="published", **place),
            row(
                "core_value_added_volume", "rate_method", QUARTER, "cumulative", volume, price_basis="constant", **place
            ),
            row("core_growth", "rate_method", QUARTER, "cumulative", volume / base - 1, **constant, **place),
            row("core_growth", "rate_method", QUARTER, "quarter", 0.7, **constant, **place),
            row(
                "core_growth",
                "rate_method",
                QUARTER,
                "cumulative",
                0.8,
                price_basis="current",
                base="comparable",
                **place,
            ),
            row("core_pull", "rate_method", QUARTER, "cumulative", pull, **constant, **place),
        ]
    return pd.DataFrame(rows)


def test_what_stays_as_it_was_published_keeps_its_step() -> None:
    one, other = Path("one"), Path("other")
    rough = {one: {(GROWTH, QUARTER, *CELL): 0.005, (GROWTH, "2023Q1", *CELL): 0.01}}
    last = Published(frozenset(), {}, {}, {}, {QUARTER: one, "2023Q1": other}, rough)
    assert last.steps([QUARTER, "2023Q1"]) == {(GROWTH, QUARTER, *CELL): 0.005}
    assert last.steps([]) == {}


def test_only_cumulative_growth_and_pulls_at_constant_prices_are_told_roughly() -> None:
    known = numbers(observed())
    closed = not_exact(known, QUARTER, {CELL}, set(BASES), CORE)
    assert closed == [(GROWTH, QUARTER, *CELL), ("core_pull", QUARTER, *CELL)]
    # A pull is on the core: where that is closed no pull is told exactly.
    assert ("core_pull", QUARTER, *CELL) in not_exact(known, QUARTER, {CORE}, set(BASES), CORE)
    assert not_exact(known, "2023Q1", {CORE}, set(BASES), CORE) == []
    # Of a cell that is hidden nothing is told, and no pull on a core that is.
    assert not_exact(known, QUARTER, {CORE, CELL}, {CELL}, CORE) == [(GROWTH, QUARTER, *CELL)]
    rough = observed()[roughly_told(observed(), [(GROWTH, QUARTER, *CELL)])]
    assert rough[["span", "price_basis", "class"]].to_numpy().tolist() == [["cumulative", "constant", "01"]]


def ends(figure: str, cell: tuple[str, str], moving: tuple[str, str], step: float = 0.001) -> tuple[float, float]:
    """The least and the most that the change of a cell can be, all others as they are."""
    known = numbers(observed())
    low, high = -1e18, 1e18
    for relation in says((figure, QUARTER, *cell), step, known, CHANGES, CORE):
        rest = sum(weight * CHANGES[other] for other, weight in relation.terms.items() if other != moving)
        bounds = [(end - rest) / relation.terms[moving] for end in (relation.low, relation.high)]
        low, high = max(low, min(bounds)), min(high, max(bounds))
    return low, high


@pytest.mark.parametrize("step", STEPS)
def test_a_growth_that_is_told_rounded_leaves_the_base_within_half_a_step(step: float) -> None:
    for cell in (CORE, CELL):
        low, high = ends(GROWTH, cell, cell, step)
        told = to_step(VOLUMES[cell] / BASES[cell] - 1, step)
        still = BASES[cell] - CHANGES[cell]
        assert low == pytest.approx(VOLUMES[cell] / (1 + told + step / 2) - still)
        assert high == pytest.approx(VOLUMES[cell] / (1 + told - step / 2) - still)
        assert low <= CHANGES[cell] <= high


def test_figures_are_rounded_half_away_from_zero_to_a_step() -> None:
    assert [to_step(0.12345, step) for step in STEPS] == [0.123, 0.125, 0.12]
    assert [to_step(-0.0005, step) for step in STEPS] == [-0.001, 0.0, 0.0]


def test_a_pull_that_is_told_rounded_leaves_it_within_a_two_thousandth_of_the_core() -> None:
    low, high = ends("core_pull", CELL, CELL)
    assert high - low == pytest.approx(0.001 * BASES[CORE])
    assert low <= CHANGES[CELL] <= high


def test_what_an_earlier_copy_told_holds_unless_the_base_was_another() -> None:
    now, figure = numbers(observed()), (GROWTH, QUARTER, *CELL)
    # The volume was 2 per cent less when it was told, and so was growth: the base must have been the same.
    level, growth = ("core_value_added", QUARTER, *CELL), 0.98 * VOLUMES[CELL] / BASES[CELL] - 1
    before = {level: now[level] * 0.98, figure: growth}
    found = says(figure, 0.001, now, CHANGES, CORE, then=before)
    assert len(found) == 2
    assert {relation.figure for relation in found} == {None}
    assert {relation.figure for relation in says(figure, 0.001, now, CHANGES, CORE)} == {(*figure, 0.001)}
    assert says(figure, 0.001, now, CHANGES, CORE, then=before | {figure: growth + 0.01}) == []
    assert says(figure, 0.001, now, CHANGES, CORE, then={figure: growth}) == []


def test_without_what_it_rests_on_a_figure_says_nothing() -> None:
    rows = observed()
    without = numbers(rows[rows["indicator"] != "core_value_added_volume"])
    assert says((GROWTH, QUARTER, *CELL), 0.01, without, CHANGES, CORE) == []
    assert says((GROWTH, QUARTER, next(iter(COUNTIES)), "01"), 0.01, numbers(rows), CHANGES, CORE) == []
