"""One pattern for all periods: blocks fold first, what is hidden is hidden everywhere, and nobody can work it out."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from classification.errors import InputError
from indicators.disclosure import PatternRules, pattern

module = importlib.import_module("indicators.disclosure.pattern")
CLASSES = {"core": "", "01": "core", "02": "core", "0101": "01", "0102": "01", "0103": "01", "0201": "02", "0202": "02"}
REGIONS = ["a", "b", "c"]
TABLE: dict[str, Any] = {"regions": REGIONS, "whole": "city", "classes": CLASSES}
FINEST = ["0101", "0102", "0103", "0201", "0202"]


def parts(*rows: tuple[str, str, str, int], period: str = "1") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["region", "class", "unit", "value"]).assign(period=period)


def even(period: str = "1", *, but: tuple[str, ...] = ()) -> pd.DataFrame:
    """Ten equal units in every finest class of every region, but the classes named."""
    return parts(
        *((r, c, f"{r}{c}{n}", 100) for r in REGIONS for c in FINEST if c not in but for n in range(10)), period=period
    )


def random_parts(seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    count = 160
    rows = pd.DataFrame(
        {
            "region": draw.choice(REGIONS, count, p=[0.6, 0.3, 0.1]),
            "class": draw.choice(FINEST, count, p=[0.3, 0.3, 0.2, 0.15, 0.05]),
            "unit": [f"u{n}" for n in range(count)],
            "value": draw.lognormal(8, 1.4, count).astype(int) + 1,
        }
    )
    later = rows.assign(value=(rows["value"] * draw.uniform(0.5, 1.6, count)).astype(int) + 1)
    return pd.concat([rows.assign(period="1"), later.assign(period="2")], ignore_index=True)


def test_where_all_is_safe_nothing_is_hidden() -> None:
    found = pattern(even(), **TABLE)
    assert not found.hidden
    assert not found.blocks["folded"].any()
    assert len(found.shown) == 4 * len(CLASSES)
    assert found.bounds.empty


def test_a_block_of_many_unsafe_cells_folds_upwards() -> None:
    lone = parts(*((r, c, f"{r}{c}", 50) for r in REGIONS for c in ("0201", "0202", "0103")))
    found = pattern(pd.concat([even(but=("0201", "0202", "0103")), lone]), **TABLE)
    blocks = found.blocks.set_index(["place", "level"])
    assert blocks.loc[("part", 2), "unsafe"] == 9
    assert blocks.loc[("part", 2), "folded"]
    assert blocks.loc[("part", 1), "folded"]
    assert not blocks.loc[("part", 0), "folded"]
    assert not any(region != "city" and name != "core" for region, name in found.shown | found.hidden)


def test_what_is_unsafe_in_one_period_is_hidden_in_all() -> None:
    second = even("2", but=("0202",))
    lone = parts(("a", "0202", "alone", 400), ("b", "0202", "other", 30), ("c", "0202", "third", 30), period="2")
    found = pattern(pd.concat([even(), second, lone]), **TABLE, rules=PatternRules(fold=0.5))
    assert ("city", "0202") in found.hidden
    # Its neighbour goes with it: the class above less one of two is the other.
    assert ("city", "0201") in found.hidden
    assert set(found.bounds.loc[found.bounds["class"] == "0202", "period"]) == {"1", "2"}
    assert not found.hidden & found.shown


def test_what_was_hidden_before_stays_hidden() -> None:
    found = pattern(even(), **TABLE, withheld=[("city", "0101"), ("gone", "0101")])
    assert ("city", "0101") in found.hidden
    assert len(found.hidden) > 1


@pytest.mark.parametrize("seed", range(4))
def test_nobody_works_out_what_is_hidden(seed: int) -> None:
    rows = random_parts(seed)
    found = pattern(rows, **TABLE, rules=PatternRules(fold=1.0))
    assert found.hidden
    for period, mine in rows.groupby("period"):
        for cell, (low, high) in bounds(mine, found).items():
            said = found.bounds[(found.bounds["period"] == period)].set_index(["region", "class"]).loc[cell]
            assert (low, high) == pytest.approx((said["low"], said["high"]), rel=1e-6, abs=1e-3)
            value = sums(mine)[cell]
            assert low <= value - min(said["protection"], value) + 1e-3
            assert high >= value + said["protection"] - 1e-3
            assert high > low


def sums(rows: pd.DataFrame) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for region, name, value in zip(rows["region"], rows["class"], rows["value"], strict=True):
        for place in (region, "city"):
            for cls in (name, name[:2], "core"):
                found[place, cls] = found.get((place, cls), 0.0) + value
    return found


def bounds(rows: pd.DataFrame, found: Any) -> dict[tuple[str, str], tuple[float, float]]:
    """What a linear programme over all sums of the table says about hidden cells, told only those that are shown."""
    values = sums(rows)
    names = sorted(values)
    at = {cell: number for number, cell in enumerate(names)}
    told = {cell for cell in names if cell in found.shown}
    equal, right = [], []
    for cell in told:
        equal.append({at[cell]: 1.0})
        right.append(values[cell])
    for region, cls in names:
        below = [cell for cell in names if cell[0] == region and CLASSES[cell[1]] == cls]
        beside = [cell for cell in names if region == "city" and cell[0] != "city" and cell[1] == cls]
        for children in filter(None, (below, beside)):
            equal.append({at[region, cls]: 1.0, **{at[child]: -1.0 for child in children}})
            right.append(0.0)
    matrix = np.zeros((len(equal), len(names)))
    for number, row in enumerate(equal):
        for column, coefficient in row.items():
            matrix[number, column] = coefficient
    ends = {}
    for cell in sorted(found.hidden & values.keys()):
        cost = np.zeros(len(names))
        cost[at[cell]] = 1.0
        least = linprog(cost, A_eq=matrix, b_eq=right, method="highs")
        most = linprog(-cost, A_eq=matrix, b_eq=right, method="highs")
        ends[cell] = (least.fun, -most.fun if most.status == 0 else np.inf)
    return ends


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"region": "d"}, "未知的地区：d"),
        ({"class": "0301"}, "未知的类别：0301"),
    ],
)
def test_what_is_unknown_is_named(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        pattern(even().assign(**wrong), **TABLE)


def test_no_contribution_at_all_is_told() -> None:
    with pytest.raises(InputError, match="没有任何单位"):
        pattern(even().iloc[:0], **TABLE)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="unit"):
        pattern(even().drop(columns="unit"), **TABLE)


def test_a_table_of_one_unit_shows_nothing() -> None:
    found = pattern(parts(("a", "0101", "alone", 50)), regions=["a"], whole="city", classes=CLASSES)
    assert not found.shown
    assert found.hidden


def test_a_choice_that_does_not_protect_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "protect", lambda *_, **__: set())
    lone = parts(("a", "0202", "alone", 400), ("b", "0202", "other", 30), ("c", "0202", "third", 30))
    with pytest.raises(InputError, match=r"保密审查未通过：.·0202"):
        pattern(pd.concat([even(but=("0202",)), lone]), **TABLE, rules=PatternRules(fold=0.5))
