"""What an outsider and every respondent can work out: by hand, and against the slow way on random tables."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.disclosure import Relation, audit, published_rank, published_relation, unions
from tests.indicators.disclosure.oracle import Scene
from tests.indicators.disclosure.tables import Table, tables

SUM = Relation({"T": 1, "a": -1, "b": -1}, 0, 0)
VALUES = {"T": 30, "a": 10, "b": 20}


def owned(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["cell", "unit", "value"])


def test_interval_is_what_the_relations_leave() -> None:
    found = audit(VALUES, [SUM], ["a", "b"])
    assert found.index.name == "cell"
    assert found.loc["a"].tolist() == [0, 30, True]
    assert found.loc["b"].tolist() == [0, 30, True]


def test_alone_in_its_relation_a_cell_is_known() -> None:
    found = audit(VALUES, [SUM], ["a"], protection={"a": 0})
    assert found.loc["a"].tolist() == [10, 10, False]
    # Nobody has to be kept from a cell that needs no protection.
    assert audit(VALUES, [SUM], ["a"])["safe"].all()


def test_what_nothing_holds_is_unbounded() -> None:
    assert audit({"a": 1}, [], ["a"]).loc["a"].tolist() == [0, math.inf, True]
    assert audit({"a": 1}, [Relation({"a": 1}, -math.inf, math.inf)], ["a"], nonnegative=False).loc[
        "a", ["low", "high"]
    ].tolist() == [-math.inf, math.inf]


def test_a_negative_value_frees_all_cells() -> None:
    found = audit({"T": 10, "a": -10, "b": 20}, [SUM], ["a", "b"])
    assert found.loc["a", ["low", "high"]].tolist() == [-math.inf, math.inf]
    with pytest.raises(InputError, match="单元格为负"):
        audit({"T": 10, "a": -10, "b": 20}, [SUM], ["a", "b"], nonnegative={"a"})
    held = audit({"T": 10, "a": -10, "b": 20}, [SUM], ["a", "b"], nonnegative={"b"})
    assert held.loc["a", ["low", "high"]].tolist() == [-math.inf, 10]


@pytest.mark.parametrize(("need", "safe"), [(10, True), (10.001, False)])
def test_protection_is_asked_both_ways(need: float, safe: bool) -> None:
    assert audit(VALUES, [SUM], ["a", "b"], protection={"a": need}).loc["a", "safe"] == safe


def test_a_rounded_figure_leaves_half_a_unit() -> None:
    relations = [SUM, *published_relation("level", 12, "a", decimals=-1)]
    found = audit(VALUES, relations, ["a", "b"], protection={"b": 5})
    assert found.loc["a", ["low", "high"]].tolist() == [5, 15]
    assert found.loc["b"].tolist() == [15, 25, True]
    assert not audit(VALUES, relations, ["a", "b"], protection={"b": 5.5}).loc["b", "safe"]


def test_growth_share_pull_and_rank_narrow_an_interval() -> None:
    values = VALUES | {"a0": 8, "T0": 25}

    def ends(*relations: Relation) -> list[float]:
        return audit(values, [SUM, *relations], ["a", "b"]).loc["a", ["low", "high"]].tolist()

    assert ends(*published_relation("growth", 25, "a", base="a0", unit="%", decimals=0)) == pytest.approx([9.96, 10.04])
    assert ends(*published_relation("share", 33.3, "a", total="T", unit="%", decimals=1)) == pytest.approx(
        [9.975, 10.005]
    )
    pull = published_relation("pull", 8, "a", base="a0", total_base="T0", unit="百分点", decimals=0)
    assert ends(*pull) == pytest.approx([9.875, 10.125])
    share = published_relation("contribution", 40, "a", base="a0", total="T", total_base="T0", unit="%", decimals=0)
    assert ends(*share) == pytest.approx([9.975, 10.025])
    assert ends(*published_rank(["b", "a"])) == [0, 15]


def test_an_earlier_release_is_never_taken_back() -> None:
    withheld = audit(VALUES, [SUM], ["a", "b"], protection={"a": 2})
    beside = audit(VALUES | {"old": 19}, [SUM, Relation({"b": 1, "old": -1}, -1, 1)], ["a", "b"], protection={"a": 2})
    assert withheld["safe"].all()
    assert beside.loc["a"].tolist() == [10, 12, False]


@pytest.mark.parametrize(
    ("values", "relations", "hidden"),
    [
        ({"T": 31, "a": 10, "b": 20}, [SUM], []),
        (VALUES, [SUM, Relation({"a": 1}, 31, math.inf)], ["a", "b"]),
        ({"T": 10**12 + 2, "a": 10**12, "b": 1}, [SUM], []),
    ],
)
def test_an_infeasible_system_is_not_safe_but_an_error(
    values: dict[str, float], relations: list[Relation], hidden: list[str]
) -> None:
    with pytest.raises(InputError, match="互相矛盾"):
        audit(values, relations, hidden)


def test_a_truth_that_is_ruled_out_is_not_safe() -> None:
    assert not audit({"T": 31, "a": 10, "b": 20}, [SUM], ["a"]).loc["a", "safe"]


def test_respondent_takes_off_what_is_his() -> None:
    # b is all x's: x knows it, and with it a, which the outsider does not.
    rows = owned(("a", "p", 8), ("a", "q", 1), ("a", "r", 1), ("b", "x", 20))
    assert audit(VALUES, [SUM], ["a", "b"], protection={"a": 1})["safe"].all()
    found = audit(VALUES, [SUM], ["a", "b"], protection={"a": 1}, contributions=rows)
    assert found.loc["a"].tolist() == [0, 30, False]


def test_group_is_one_respondent() -> None:
    rows = owned(("a", "p", 4), ("a", "q", 3), ("a", "r", 3), ("b", "x", 10), ("b", "y", 10), ("b", "z", 0))
    apart = audit(VALUES, [SUM], ["a", "b"], protection={"a": 1}, contributions=rows)
    together = rows.assign(group=[None, None, None, "G", "G", "G"])
    assert apart.loc["a", "safe"]
    assert not audit(VALUES, [SUM], ["a", "b"], protection={"a": 1}, contributions=together).loc["a", "safe"]


def test_union_that_the_relations_give_away_is_a_cell() -> None:
    rows = owned(("a", "p", 10), ("b", "q", 20))
    found = audit(VALUES, [SUM], ["a", "b"], contributions=rows)
    assert not found["safe"].any()
    # An imputed mass protects nobody.
    many = owned(*rows.itertuples(index=False), ("b", "r", 0)).assign(kind=["measured", "measured", "imputed"])
    assert not audit(VALUES, [SUM], ["a", "b"], contributions=many)["safe"].any()


def moved_within(others: int) -> tuple[dict[str, float], list[Relation], pd.DataFrame]:
    """What A took out of one cell it put into another; three further cells are all B's; rows give both away."""
    parts = [("x1", "A", -50.0), ("x2", "A", 50.0), *((cell, "B", 100.0) for cell in ("v1", "v2", "v3"))]
    parts += [(cell, f"{cell}{n}", 10.0 + n) for cell in ("y", "z") for n in range(6)]
    rows = [("x1", "y"), ("x2", "z"), ("y", "z"), ("x1", "x2", "v1", "v2", "v3")]
    for number in range(others):
        cells = (f"d{number}", f"e{number}")
        parts += [(cell, f"{cell}{n}", 9.0 + n) for cell in cells for n in range(6)]
        rows.append((f"d{number - 1}" if number else "y", *cells))
    contributions = pd.DataFrame(parts, columns=["cell", "unit", "value"])
    values = contributions.groupby("cell")["value"].sum().to_dict()
    sums = [sum(values[cell] for cell in row) for row in rows]
    return (
        values,
        [Relation(dict.fromkeys(row, 1.0), of, of) for row, of in zip(rows, sums, strict=True)],
        contributions,
    )


@pytest.mark.parametrize("others", [0, 15])
def test_what_one_took_out_and_put_in_is_nothing_and_hides_nothing_larger(others: int) -> None:
    """Where rows are too many to try all sets, a union that holds such a pair is looked at for itself."""
    values, rows, contributions = moved_within(others)
    needs = {cell: abs(values[cell]) / 0.85 - abs(values[cell]) for cell in ("x1", "x2", "v1", "v2", "v3")}
    found = audit(values, rows, list(values), protection=needs, contributions=contributions)
    assert not found.loc[["v1", "v2", "v3"], "safe"].any()
    # Without B's cells nothing is known but that A only moved.
    less = contributions[contributions["unit"] != "B"]
    rest = {cell: value for cell, value in values.items() if cell[0] != "v"}
    kept = [row for row in rows if not {"v1"} & row.terms.keys()]
    found = audit(rest, kept, list(rest), protection={"x1": needs["x1"], "x2": needs["x2"]}, contributions=less)
    assert found.loc[["x1", "x2"], "safe"].all()


def test_a_sum_of_what_nobody_has_is_a_sum_like_others() -> None:
    values = {"a": 0.0, "b": 0.0, "rest": -7.0}
    parts = [(cell, f"{cell}{n}", 0.0) for cell in ("a", "b") for n in range(2)] + [("rest", "r", -7.0)]
    contributions = pd.DataFrame(parts, columns=["cell", "unit", "value"])
    found = audit(values, [Relation({"a": 1.0, "b": 1.0}, 0.0, 0.0)], ["a", "b"], contributions=contributions)
    assert not found["safe"].any()


def test_union_across_relations() -> None:
    values = {"T": 60, "U": 50, "a": 10, "b": 20, "c": 30}
    relations = [Relation({"T": 1, "a": -1, "b": -1, "c": -1}, 0, 0), Relation({"U": 1, "b": -1, "c": -1}, 0, 0)]
    rows = owned(("a", "p", 6), ("a", "q", 4), ("b", "q", 20), ("c", "r", 10), ("c", "s", 10), ("c", "t", 10))
    found = audit(values, relations, ["a", "b", "c"], contributions=rows)
    # a = T − U is known and has two contributors; b + c = U has four and passes.
    assert found["safe"].to_dict() == {"a": False, "b": True, "c": True}
    assert found.loc["a", ["low", "high"]].tolist() == [10, 10]


@pytest.mark.parametrize("all_sets", [14, 0])
def test_pair_that_only_several_relations_give_together_is_found(
    all_sets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unions, "ALL_SETS", all_sets)
    many = {f"m{number}": 4 for number in range(6)}
    more = {f"n{number}": 3 for number in range(6)}
    values = {"x": 5, "y": 6, **many, **more, "R": 35, "S": 12, "V": 12, "W": 22}

    def total(name: str, *parts: str) -> Relation:
        return Relation({name: 1, **dict.fromkeys(parts, -1)}, 0, 0)

    relations = [total("R", "x", "y", *many), total("S", *list(many)[:3]), total("V", *list(many)[3:])]
    relations.append(total("W", "m0", *more))
    hidden = ["x", "y", *many, *more]
    rows = owned(*((cell, f"{cell} {firm}", 1) for cell in hidden for firm in range(values[cell])))
    assert audit(values, relations, hidden, contributions=rows)["safe"].all()
    two = rows.assign(group=rows["cell"].where(rows["cell"].isin(["x", "y"])))
    assert not audit(values, relations, hidden, contributions=two).loc[["x", "y"], "safe"].any()


def test_contributions_of_the_finest_cells_are_enough() -> None:
    rows = owned(("a", "p", 10), ("b", "q", 20))
    values = VALUES | {"R": 40, "S": 70}
    relations = [SUM, Relation({"S": 1, "T": -1, "R": -1}, 0, 0)]
    found = audit(values, relations, ["T", "R"], contributions=rows)
    assert not found.loc["T", "safe"]


def test_withheld_figure_says_nothing() -> None:
    figure = published_relation("level", 10, "a", decimals=0, label="a, rounded")
    needs = {"a": 2}
    assert not audit(VALUES, [SUM, *figure], ["a", "b"], protection=needs).loc["a", "safe"]
    assert audit(VALUES, [SUM, *figure], ["a", "b", "a, rounded"], protection=needs).loc["a", "safe"]


def test_cell_that_should_be_hidden_and_is_not_is_listed() -> None:
    found = audit(VALUES, [SUM], ["b"], protection={"a": 1})
    assert not found.loc["a", "safe"]


def test_nothing_hidden() -> None:
    assert audit({}, [], []).empty
    assert list(audit(VALUES, [SUM], [])) == ["low", "high", "safe"]


@pytest.mark.parametrize(
    ("values", "arguments", "said"),
    [
        ({"a": None}, {}, "没有数值|非有限"),
        ({"a": math.inf}, {}, "非有限"),
        (pd.Series([1, 2], index=["a", "a"]), {}, "重复"),
        ({"b": 1}, {"hidden": ["a"]}, "没有这些单元格"),
        ({"a": 1}, {"relations": [Relation({"z": 1}, 0, 1)]}, "没有数值"),
        ({"a": 1}, {"protection": {"z": 1}}, "没有数值"),
        ({"a": 1}, {"protection": {"a": -1}}, "不小于零"),
        ({"a": 1}, {"protection": {"a": None}}, "不小于零"),
        ({"a": 1}, {"contributions": pd.DataFrame({"cell": ["a"]})}, "缺少列"),
        ({"a": 1}, {"contributions": owned(("z", "u", 1))}, "没有数值"),
        ({"a": 1}, {"min_count": 0}, "判定规则"),
    ],
)
def test_refusals(values: Any, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        audit(values, arguments.pop("relations", []), arguments.pop("hidden", ["a"]), **arguments)


@given(tables(2, 2), st.data())
@settings(max_examples=25, deadline=None)
def test_as_the_slow_way_says(table: Table, data: st.DataObject) -> None:
    hidden = data.draw(st.lists(st.sampled_from(sorted(table.values)), min_size=1, unique=True))
    needs = {cell: need for cell, need in table.needs.items() if cell in hidden}
    for contributions in (None, table.contributions):
        rows = [] if contributions is None else list(contributions.itertuples(index=False, name=None))
        expected = Scene(table.values, table.relations, hidden, needs, rows).answers()
        found = audit(table.values, table.relations, hidden, protection=needs, contributions=contributions)
        compare(found, expected)


# At a growth of some thousand percent an interval is narrower than what the page on the method calls the same.
@given(st.lists(st.integers(10**3, 10**6), min_size=3, max_size=3), st.booleans(), st.data())
@settings(max_examples=40, deadline=None)
def test_figures_as_the_slow_way_says(sizes: list[int], signed: bool, data: st.DataObject) -> None:
    a, b, c = sizes
    base = data.draw(st.integers(a // 2, 2 * a))
    values = {"a": -a if signed else a, "b": b, "c": c, "a0": base}
    values["T"] = values["a"] + b + c
    relations = [Relation({"T": 1, "a": -1, "b": -1, "c": -1}, 0, 0)]
    places = data.draw(st.integers(-4, 0))
    relations += published_relation("level", values["b"], "b", decimals=places)
    if not signed:
        relations += published_relation("growth", 100 * (a / base - 1), "a", base="a0", unit="%", decimals=1)
        relations += published_relation("share", 100 * (c / values["T"]), "c", total="T", unit="%", decimals=1)
    hidden = data.draw(st.lists(st.sampled_from(sorted(values)), min_size=1, unique=True))
    needs = {cell: abs(values[cell]) // 20 for cell in hidden[:2]}
    scene = Scene(values, relations, hidden, needs, nonnegative=not signed)
    compare(audit(values, relations, hidden, protection=needs, nonnegative=not signed), scene.answers())


def compare(found: pd.DataFrame, expected: dict[Any, tuple[float, float, bool]]) -> None:
    assert set(found.index) == set(expected)
    for cell, (low, high, safe) in expected.items():
        ours = found.loc[cell]
        np.testing.assert_allclose([ours["low"], ours["high"]], [low, high], rtol=1e-6, atol=1e-4)
        assert ours["safe"] == safe, cell
