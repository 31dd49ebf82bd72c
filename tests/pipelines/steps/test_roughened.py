"""Which figures are told rounded, beside quarters that stay as they were published."""

from __future__ import annotations

import importlib

import pandas as pd
import pytest

from indicators.disclosure import PatternRules, exposed, pattern
from pipelines.release.rounded import BASE, GROWTH, LEVEL, STEPS, VOLUME, Earlier, Figure
from pipelines.steps.contributed import Table, classes, rebased, with_alone
from pipelines.steps.roughened import Rough, roughened

WHOLE, REGIONS, CLASSES = "city", ["a", "b", "c"], ["0101", "0102", "0301"]
CELL = ("a", "0101")
UNITS, AMOUNT, CORRECTED = 30, 1000, 50  # yuan a quarter; what all units of the cell were corrected by
LEFT = 700
BEFORE, NOW = ("2022Q1", "2022Q2"), ("2023Q1", "2023Q2")
LEAVER = "a01010"


def put_in() -> pd.DataFrame:
    """Ninety units in every county; all of one cell were corrected, and one left it in the second quarter."""
    rows = []
    for region in REGIONS:
        for cls in CLASSES:
            for unit in (f"{region}{cls}{number}" for number in range(UNITS)):
                more = CORRECTED * ((region, cls) == CELL)
                own = LEFT if unit == LEAVER else AMOUNT
                for number, (quarter, ago) in enumerate(zip(NOW, BEFORE, strict=True), start=1):
                    gone = unit == LEAVER and quarter == NOW[1]
                    rows.append((f"{ago} va", region, cls, unit, own * number))
                    rows.append((f"{quarter} va_base", region, cls, unit, (own * number + more) * (not gone)))
    told = pd.DataFrame(rows, columns=["period", "region", "class", "unit", "value"])
    return with_alone(told.assign(part=told["unit"], whole=told["value"]), ["value", "whole"])


@pytest.fixture(scope="module")
def table() -> Table:
    return Table(put_in(), WHOLE, REGIONS, classes(), PatternRules())


def numbers(table: Table) -> dict[Figure, float]:
    """The cell grew by a tenth in both quarters: what is rounded to a step lies in the middle of it."""
    found: dict[Figure, float] = {}
    for quarter in NOW:
        mine = (
            table.told["period"].eq(f"{quarter} va_base")
            & table.told["region"].eq("a")
            & table.told["class"].eq("0101")
        )
        base = float(table.told.loc[mine, "value"].sum())
        found |= {
            (BASE, quarter, *CELL): base,
            (VOLUME, quarter, *CELL): 1.1 * base,
            (LEVEL, quarter, *CELL): 1.2 * base,
        }
        found[GROWTH, quarter, *CELL] = 0.1
    return found


def steps(table: Table, before: Rough) -> dict[str, float]:
    """The growth of the cell that is told rounded: quarter → step."""
    found = pattern(table.told, regions=REGIONS, whole=WHOLE, classes=classes())
    closed = exposed(rebased(table.told, "2023"), found, whole=WHOLE, classes=classes())
    assert CELL in closed
    told = roughened(table, found, {"2023": closed}, numbers(table), before)
    assert {(indicator, *cell) for indicator, _, *cell in told} <= {(GROWTH, *CELL)}
    return {quarter: step for (_, quarter, *_), step in told.items()}


def test_growth_of_two_quarters_is_told_as_finely_as_the_quarter_alone_allows(table: Table) -> None:
    found = steps(table, Rough([], frozenset(), Earlier({}, {})))
    # Each quarter by itself could be told exactly: thirty units changed. Between them one left.
    need = (2 * LEFT + CORRECTED) / 0.85 - (2 * LEFT + CORRECTED)
    bases = {quarter: numbers(table)[BASE, quarter, *CELL] for quarter in NOW}
    widths = {quarter: {step: step / 2 * bases[quarter] / 1.1 for step in STEPS} for quarter in NOW}
    assert sum(widths[quarter][found[quarter]] for quarter in NOW) >= need
    assert sum(widths[quarter][0.005] for quarter in NOW) < need


def test_a_quarter_that_stays_as_published_is_known_beside_the_others(table: Table) -> None:
    def beside(value: float, step: float) -> dict[str, float]:
        growth = (GROWTH, NOW[0], *CELL)
        return steps(table, Rough([], frozenset({NOW[0]}), Earlier({growth: value}, {growth: step})))

    assert beside(0.1, 0.001) == {NOW[1]: 0.01}
    assert beside(0.1, 0.01) == {NOW[1]: 0.005}
    # What is known of it but roughly may not fit the changes: as wide an interval about them is taken.
    assert beside(0.13, 0.001) == {NOW[1]: 0.01}
    assert beside(0.13, 0.01) == {NOW[1]: 0.005}


def test_a_quarter_that_was_told_exactly_stays_exact(table: Table) -> None:
    growth = (GROWTH, NOW[0], *CELL)
    assert steps(table, Rough([], frozenset({NOW[0]}), Earlier({growth: 0.1}, {}))) == {NOW[1]: 0.01}
    # Of what was not told at all nothing is known.
    assert steps(table, Rough([], frozenset({NOW[0]}), Earlier({}, {}))) == {NOW[1]: 0.001}


def test_an_earlier_copy_counts_while_its_base_stands(table: Table) -> None:
    growth = (GROWTH, NOW[0], *CELL)
    of = {key: value for key, value in numbers(table).items() if key[1] == NOW[0]}
    nothing = Earlier({}, {})
    told = steps(table, Rough([Earlier(of, {growth: 0.001})], frozenset(), nothing))
    assert told == {NOW[0]: 0.001, NOW[1]: 0.01}
    assert steps(table, Rough([Earlier(of, {})], frozenset(), nothing)) == told
    on_another = Earlier(of | {growth: 0.2}, {growth: 0.001})
    assert steps(table, Rough([on_another], frozenset(), nothing)) == steps(table, Rough([], frozenset(), nothing))


def test_the_last_quarter_comes_first_and_coarse_before_fine(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, float]] = []
    module = importlib.import_module("pipelines.steps.roughened")

    def spied(*_: object, favoured: list[tuple[str, str, str, str, float]], **__: object) -> frozenset[object]:
        asked.extend((quarter, step) for _, quarter, _, name, step in favoured if name == "core")
        return frozenset()

    monkeypatch.setattr(module, "tellable", spied)
    steps(table, Rough([], frozenset(), Earlier({}, {})))
    assert asked == [(quarter, step) for step in reversed(STEPS) for quarter in reversed(NOW)]
