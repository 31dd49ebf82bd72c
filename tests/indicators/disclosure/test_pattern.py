"""One pattern for all periods: blocks fold first, what is hidden is hidden everywhere, and nobody can work it out."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from classification.errors import InputError
from indicators.disclosure import PatternRules, Relation, exposed, pattern, primary, tellable
from indicators.disclosure.protect import ExposedError

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


def test_a_whole_of_which_no_part_is_told_is_judged_alone() -> None:
    of_place = even(but=("0202",)).assign(region="city")
    few = pd.concat([of_place, parts(("city", "0202", "u", 1))])
    found = pattern(few, **TABLE | {"regions": ()}, rules=PatternRules(fold=0.6))
    assert set(found.blocks["place"]) == {"whole"}
    assert {("city", "0201"), ("city", "0202")} <= found.hidden
    assert {region for region, _ in found.hidden | found.shown} == {"city"}
    # What is told of the whole counts once: a reader knows that a class is not more than all there is.
    assert found.bounds["high"].max() <= few["value"].sum()


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


def bounds(rows: pd.DataFrame, found: Any, *, least: float | None = 0.0) -> dict[tuple[str, str], tuple[float, float]]:
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
        known: dict[str, Any] = {"A_eq": matrix, "b_eq": right, "bounds": (least, None), "method": "highs"}
        low, high = (linprog(sign * cost, **known) for sign in (1, -1))
        ends[cell] = (low.fun if low.status == 0 else -np.inf, -high.fun if high.status == 0 else np.inf)
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


def moved(*rows: tuple[str, str, str, int], period: str = "1") -> pd.DataFrame:
    """Changes of single units."""
    return parts(*rows, period=period)


def by_three(region: str, cls: str) -> pd.DataFrame:
    """A change of three equal units, which may be told."""
    return moved(*((region, cls, f"{region}{cls}m{n}", 10) for n in range(3)))


def closed(*changes: pd.DataFrame, withheld: tuple[tuple[str, str], ...] = ()) -> frozenset[tuple[str, str]]:
    found = pattern(even(), **TABLE)
    together = pd.concat([*changes, moved(period="1")], ignore_index=True)
    return exposed(together, found, whole="city", classes=CLASSES, withheld=withheld)


def test_a_change_of_many_units_may_be_told() -> None:
    assert closed(by_three("a", "0101"), by_three("b", "0201")) == frozenset()
    assert closed() == frozenset()
    assert closed(moved(("a", "0101", "still", 0))) == frozenset()


def test_a_change_of_one_unit_is_not_told_nor_what_it_follows_from() -> None:
    kept = closed(
        moved(("a", "0101", "left", -80)), *(by_three(r, c) for r in REGIONS for c in FINEST if (r, c) != ("a", "0101"))
    )
    assert ("a", "0101") in kept
    # What else is kept back hides it in every sum that it stands in.
    assert any(cell[0] == "a" and cell[1] != "0101" for cell in kept)
    assert any(cell[0] != "a" and cell[1] == "0101" for cell in kept)
    assert ("city", "core") not in kept


def test_where_a_unit_only_moved_the_class_above_has_not_changed_and_nobody_learns_by_how_much() -> None:
    """That two changes of one unit cancel out is nothing that anybody has: it tells of neither how large it is."""
    there, back = ("a", "0101"), ("a", "0102")
    kept = closed(moved((*there, "mover", -50), (*back, "mover", 50)))
    assert {there, back} <= kept
    assert ("city", "core") not in kept
    # Of two units that is not so: what one took out and the other put in is known of both together.
    assert ("a", "01") in closed(moved((*there, "left", -50), (*back, "came", 60)))
    others = [by_three(r, c) for r in REGIONS for c in FINEST]
    kept = closed(moved((*there, "mover", -500), (*back, "mover", 500)), *others)
    assert {there, back} <= kept
    assert not kept & {("a", "core"), ("a", "01"), ("city", "core")}


def test_where_nothing_helps_no_change_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def exposed_all(*_: object, **__: object) -> set[Any]:
        raise ExposedError("", "")

    monkeypatch.setattr(module, "protect", exposed_all)
    found = pattern(even(), **TABLE)
    lone = moved(("a", "0101", "left", -80))
    assert exposed(lone, found, whole="city", classes=CLASSES) == found.shown


def test_the_total_is_hidden_last(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, choose = [], module.protect

    def spied(*told: Any, frozen: Any = (), **more: Any) -> Any:
        asked.append(list(frozen))
        if frozen:
            raise ExposedError("", "")
        return choose(*told, **more)

    monkeypatch.setattr(module, "protect", spied)
    assert closed(moved(("a", "0101", "left", -80)), by_three("b", "0101"))
    assert asked[:2] == [[("city", "core")], []]


def test_a_change_kept_back_before_stays_kept_back() -> None:
    assert closed(withheld=(("a", "0101"), ("gone", "0101"))) == {("a", "0101")}
    assert ("b", "0201") in closed(by_three("a", "0101"), withheld=(("b", "0201"),))


@pytest.mark.parametrize("seed", range(3))
def test_nobody_works_out_a_change_that_is_kept_back(seed: int) -> None:
    before = even()
    found = pattern(before, **TABLE)
    draw = np.random.default_rng(seed).uniform(size=len(before))
    changes = before.assign(value=np.select([draw < 0.06, draw < 0.6], [-100, 3], 0))
    kept = exposed(changes, found, whole="city", classes=CLASSES)
    judged = primary(every(changes), by=["region", "class"], unit="unit", value="value")
    unsafe = set(judged.index[judged["unsafe"]]) & found.shown
    assert unsafe
    assert unsafe <= kept < found.shown
    told = SimpleNamespace(shown=found.shown - kept, hidden=kept)
    for cell, (low, high) in bounds(changes, told, least=None).items():
        need = judged["protection"].get(cell, 0.0) if cell in unsafe else 0.0
        assert low <= sums(changes)[cell] - need + 1e-3
        assert high >= sums(changes)[cell] + need - 1e-3
        assert high > low


GROWTH = ("growth", "a", "0101")


def rough(half: float, *, low: float = 0.0, told: bool = False) -> list[Relation]:
    """A figure that tells the change of a cell, which is −80, to within some amount."""
    return [Relation({("a", "0101"): 1.0}, -80 - half + low, -80 + half, None if told else GROWTH)]


def told_roughly(*figures: Relation, favoured: tuple[Any, ...] = ()) -> frozenset[Any]:
    found = pattern(even(), **TABLE)
    lone = moved(("a", "0101", "left", -80))
    others = [by_three(r, c) for r in REGIONS for c in FINEST if (r, c) != ("a", "0101")]
    changes = pd.concat([lone, *others], ignore_index=True)
    kept = exposed(changes, found, whole="city", classes=CLASSES)
    return tellable(changes, found, kept, {"1": figures}, whole="city", classes=CLASSES, favoured=favoured)


def test_a_rounded_figure_is_told_where_it_protects() -> None:
    need = 80 / 0.85 - 80  # one unit: it stands for all
    assert told_roughly(*rough(2 * need)) == {GROWTH}
    assert told_roughly(*rough(0.5 * need)) == frozenset()
    # It has to protect on both sides, and beside what was told before.
    assert told_roughly(*rough(2 * need, low=1.5 * need)) == frozenset()
    # What an earlier figure gave away is gone: one that adds nothing to it may be told, a closer one not.
    assert told_roughly(*rough(2 * need), *rough(0.5 * need, told=True)) == {GROWTH}
    assert told_roughly(*rough(0.4 * need), *rough(0.5 * need, told=True)) == frozenset()
    assert tellable(moved(), pattern(even(), **TABLE), (), {"1": rough(0.0)}, whole="city", classes=CLASSES) == {GROWTH}


def test_a_figure_that_readers_come_for_is_told_before_others() -> None:
    """Two figures protect one by one but not together; one of three has to go, or two for the favoured one."""
    need = 80 / 0.85 - 80
    cell = ("a", "0101")
    first = [Relation({cell: 1.0}, -80 - 2 * need, -80 + 2 * need, "first")]
    others = [Relation({cell: 1.0, ("b", "0101"): weight}, -1e3, 1e3, f"other{weight}") for weight in (1.0, -1.0)]
    close = [
        Relation({cell: 1.0, ("a", "0102"): 1e-9}, -80 - 2 * need, -80 + 0.5 * need, "close"),
    ]
    assert told_roughly(*first, *others, *close, favoured=("close", "first")) == {"first", "other1.0", "other-1.0"}
    asked: list[Any] = []
    choose = module.protect

    def spied(*told: Any, frozen: Any = (), **more: Any) -> Any:
        asked.append([each for each in frozen if isinstance(each, str)])
        return choose(*told, frozen=frozen, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "protect", spied)
        told_roughly(*first, *others, favoured=("other1.0", "none", "first"))
    assert asked[-1] == ["other1.0", "first"]


YEAR = [("1", ["1 alone"]), ("2", ["1", "2 alone"]), ("3", ["2", "3 alone"])]  # of the third nothing is told yet


def over_the_year(half: float, *, whole: bool = True, others: bool = False) -> frozenset[Any]:
    """A unit leaves a large cell in the second quarter; growth so far is told to within some amount of the changes."""
    found = pattern(even(), **TABLE)
    every_cell = [(r, c) for r in REGIONS for c in FINEST]
    many = [moved(*((r, c, f"{r}{c}m{n}", 4000 + n) for n in range(30)), period="1") for r, c in every_cell]
    first = pd.concat(many, ignore_index=True)
    left = moved(("a", "0101", "left", -80), period="2 alone")
    second = pd.concat([first.assign(period="2"), left.assign(period="2")], ignore_index=True)
    changes = pd.concat([first, first.assign(period="1 alone"), second, left], ignore_index=True)
    kept = exposed(changes, found, whole="city", classes=CLASSES)
    assert ("a", "0101") in kept
    at = {
        name: changes[(changes["period"] == name) & (changes["region"] == "a") & (changes["class"] == "0101")]
        for name in ("1", "2")
    }
    said = {
        name: [Relation({("a", "0101"): 1.0}, value - half, value + half, f"growth {name}")]
        for name, value in ((name, at[name]["value"].sum()) for name in ("1", "2"))
    }
    if others:
        said["1"] = [Relation(said["1"][0].terms, said["1"][0].low, said["1"][0].high)]
    over = YEAR if whole else []
    return tellable(changes, found, kept, said, whole="city", classes=CLASSES, favoured=["growth 1"], over=over)


def test_two_figures_do_not_tell_between_them_what_a_quarter_alone_changed_by() -> None:
    """Each so-far change is of thirty units and may be told; their difference is of the one that left."""
    both = {"growth 1", "growth 2"}
    need = 80 / 0.85 - 80
    assert over_the_year(0.2 * need, whole=False) == both
    assert over_the_year(0.2 * need) == {"growth 1"}
    assert over_the_year(2 * need) == both
    # What was told before cannot be taken back: the other one goes.
    assert over_the_year(0.2 * need, others=True) == frozenset()


def every(rows: pd.DataFrame) -> pd.DataFrame:
    """Contributions to all cells."""
    places = pd.concat([rows, rows.assign(region="city")])
    classes = [places, places.assign(**{"class": places["class"].str[:2]}), places.assign(**{"class": "core"})]
    return pd.concat(classes).groupby(["region", "class", "unit"], as_index=False)["value"].sum()
