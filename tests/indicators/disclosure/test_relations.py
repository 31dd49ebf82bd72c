"""Tables and figures as relations."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from classification.errors import InputError
from indicators.disclosure import Relation, published_rank, published_relation, table_relations

TABLE = pd.DataFrame(
    [("T", "T", 6.0), ("T", "a", 1.0), ("T", "b", 5.0), ("r", "T", 6.0), ("r", "a", 1.0), ("r", "b", 5.0)],
    columns=["row", "column", "value"],
)
PARTS = {("r", "T"): 1.0, ("r", "a"): -1.0, ("r", "b"): -1.0}


def relations(cells: pd.DataFrame = TABLE, **hierarchies: Any) -> list[Relation]:
    return table_relations(cells, dimensions=["row", "column"], hierarchies=hierarchies, value="value")


@pytest.mark.parametrize("tree", ["T", {"T": ["a", "b"]}, {"a": "T", "b": "T", "T": None}, {"T": ["a", "b", "gone"]}])
def test_a_tree_may_be_written_in_three_ways(tree: Any) -> None:
    found = relations(column=tree)
    assert [relation.terms for relation in found][1] == PARTS
    assert {(relation.low, relation.high, relation.figure) for relation in found} == {(0, 0, None)}
    assert len(found) == 2


def test_every_dimension_and_every_level_adds_up() -> None:
    deep = pd.DataFrame({"code": ["T", "A", "A1", "A2", "B"], "value": [6, 5, 2, 3, 1]})
    found = table_relations(
        deep, dimensions="code", hierarchies={"code": {"T": ["A", "B"], "A": ["A1", "A2"]}}, value="value"
    )
    assert [relation.terms for relation in found] == [{"T": 1, "A": -1, "B": -1}, {"A": 1, "A1": -1, "A2": -1}]
    assert len(relations(row="T", column="T")) == 5


def test_one_total_may_be_broken_down_in_several_ways() -> None:
    linked = pd.DataFrame({"code": ["T", "A", "B", "x", "y"], "value": [6, 5, 1, 2, 4]})
    trees = {"code": [{"T": ["A", "B"]}, {"T": ["x", "y"]}]}
    found = table_relations(linked, dimensions=["code"], hierarchies=trees, value="value")
    assert [set(relation.terms) for relation in found] == [{"T", "A", "B"}, {"T", "x", "y"}]


def test_no_cells_no_relations() -> None:
    assert relations(TABLE.iloc[:0], column="T") == []


@pytest.mark.parametrize(
    ("cells", "hierarchies", "said"),
    [
        (TABLE.drop(columns="value"), {}, "缺少列"),
        (TABLE, {"place": "T"}, "没有这些维度：place"),
        (pd.concat([TABLE, TABLE.iloc[:1]]), {"row": "T"}, "【T·T】单元格重复"),
        (TABLE.assign(value=None), {"row": "T"}, "标识或数值缺失"),
        (TABLE.replace(5.0, 4.0), {"column": "T"}, "【T·T】合计不等于各部分之和"),
        (TABLE.drop(index=1), {"column": "T"}, "合计不等于"),
        (TABLE, {"column": {"T": ["a"], "a": ["T"]}}, "成环"),
        (TABLE, {"column": {"T": ["T", "a"]}}, "成环"),
    ],
)
def test_tables_that_do_not_add_up_are_refused(cells: pd.DataFrame, hierarchies: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        relations(cells, **hierarchies)


def test_a_level_is_known_to_half_a_unit_of_its_last_digit() -> None:
    (found,) = published_relation("level", 12.3, "a", unit="亿元", decimals=1, label="a")
    assert found == Relation({"a": 1.0}, 1_225_000_000, 1_235_000_000, "a")
    assert published_relation("level", 12.345, "a", unit="亿元", decimals=1, label="a") == (found,)
    (hundreds,) = published_relation("level", 1234, "a", decimals=-2)
    assert (hundreds.low, hundreds.high) == (1150, 1250)


def test_a_ratio_is_a_relation_for_each_end() -> None:
    low, high = published_relation("growth", -4.5, "a", base="b", unit="%", decimals=1)
    assert (low.terms, low.low, low.high) == ({"a": 1, "b": pytest.approx(-0.9545)}, 0, math.inf)
    assert (high.terms, high.low, high.high) == ({"a": 1, "b": pytest.approx(-0.9555)}, -math.inf, 0)


def test_a_ranking_by_ratio_divides_by_its_base() -> None:
    (found,) = published_rank(["a", "b"], by={"a": 4, "b": 2}, label="rank")
    assert found == Relation({"a": 0.25, "b": -0.5}, 0, math.inf, "rank")


@pytest.mark.parametrize(
    "call",
    [
        lambda: published_relation("growth", 5, "a", decimals=0),
        lambda: published_relation("level", 5, "a", base="b", decimals=0),
        lambda: published_relation("odd", 5, "a", decimals=0),  # type: ignore[arg-type]
        lambda: published_relation("level", math.nan, "a", decimals=0),
        lambda: published_rank(["a"]),
        lambda: published_rank(["a", "a"]),
        lambda: published_rank(["a", "b"], by={"a": 1}),
        lambda: published_rank(["a", "b"], by={"a": 1, "b": 0}),
        lambda: Relation({}, 0, 0),
        lambda: Relation({"a": 1}, 2, 1),
        lambda: Relation({"a": math.inf}, 0, 1),
        lambda: Relation({"a": 1}, math.nan, 1),
        lambda: Relation({"a": 1}, math.inf, math.inf),
    ],
)
def test_what_is_no_relation_is_refused(call: Any) -> None:
    with pytest.raises(InputError):
        call()
