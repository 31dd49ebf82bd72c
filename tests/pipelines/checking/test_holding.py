"""Tables held to their laws: every kind of expectation fires, by Great Expectations and by the engine alike."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.checking import expectations, holding
from pipelines.checking.holding import Part, Suite, hold
from pipelines.checking.outcomes import Outcome, kept, outcomes_in
from pipelines.contracts import Column, Contract
from pipelines.contracts.laws import Law, laws
from pipelines.engine import engine
from pipelines.ingest.shapes import shape
from pipelines.lake import write_table

TERMS = Contract(
    table="t",
    title="试",
    description="",
    level="L2",
    partition="quarter",
    key=("row_id",),
    columns=(
        Column(name="row_id", type="text", zh="行标识"),
        Column(name="file", type="text", zh="文件"),
        Column(name="sheet", type="text", zh="工作表"),
        Column(name="row", type="int", zh="行号"),
        Column(name="state", type="text", zh="状态", allowed=("new", "old")),
        Column(name="revenue", type="text", zh="营业收入", nullable=True),
    ),
)
CELLS = (
    Law("not_null", ("revenue",), "必填，不得为空", "warn"),
    Law("shape", ("revenue",), "应为数字", "warn", pattern=shape("money")[0]),
)
LAWS = (*laws(TERMS), *CELLS)
GX, SQL = Suite(TERMS, LAWS, framed=True), Suite(TERMS, LAWS, framed=False)
BOTH = pytest.mark.parametrize("suite", [GX, SQL], ids=["gx", "sql"])
pytestmark = pytest.mark.usefixtures("great_expectations")


def rows(count: int = 4, **columns: list[object]) -> pa.Table:
    good: dict[str, list[object]] = {
        "row_id": [f"{n:016x}:001:{n + 3:07d}" for n in range(count)],
        "file": ["甲.csv"] * count,
        "sheet": [""] * count,
        "row": [n + 3 for n in range(count)],
        "state": ["new"] * count,
        "revenue": [f"{n * 1000:,}" for n in range(count)],
    }
    return pa.table(good | columns, schema=TERMS.schema)


def held(suite: Suite, folder: Path, **tables: pa.Table) -> dict[str, list[Outcome]]:
    parts = {}
    for name, table in tables.items():
        write_table(table, folder / f"{name}.parquet")
        parts[name] = Part(folder / f"{name}.parquet", name)
    return hold(suite, parts, dict, partial(engine, folder))


def unmet(found: list[Outcome]) -> list[tuple[str, str, int, str]]:
    return [(o.expectation, o.column, o.unexpected, o.places) for o in found if not o.met]


@BOTH
def test_good_rows_meet_every_law(suite: Suite, tmp_path: Path) -> None:
    found = held(suite, tmp_path, a=rows(), b=rows(2), none=rows(0))
    assert {name: unmet(outcomes) for name, outcomes in found.items()} == {"a": [], "b": [], "none": []}
    assert {name: {o.rows for o in outcomes} for name, outcomes in found.items()} == {"a": {4}, "b": {2}, "none": {0}}
    assert {o.engine for outcomes in found.values() for o in outcomes} == {"gx" if suite.framed else "sql"}
    assert [o.expectation for o in found["a"]] == ["schema", *(law.kind for law in LAWS)]
    assert {o.quarter for o in found["b"]} == {"b"}
    assert {o.made_from for o in found["b"]} == {"b"}


@BOTH
@pytest.mark.parametrize(
    ("spoiled", "fault"),
    [
        ({"revenue": ["1", None, "3", None]}, ("not_null", "revenue", 2, "甲.csv 第4、6行")),
        ({"revenue": ["1", "约1200万", "3", "4"]}, ("shape", "revenue", 1, "甲.csv 第4行")),
        ({"state": ["new", "old", "lost", "gone"]}, ("in_set", "state", 2, "甲.csv 第5、6行")),
        ({"row_id": ["x", "y", "x", "z"]}, ("unique", "row_id", 2, "甲.csv 第3、5行")),
    ],
    ids=["not_null", "shape", "in_set", "unique"],
)
def test_every_kind_of_law_fires_where_it_is_broken(
    suite: Suite, tmp_path: Path, spoiled: dict[str, list[object]], fault: tuple[str, str, int, str]
) -> None:
    found = held(suite, tmp_path, good=rows(), bad=rows(**spoiled))
    assert unmet(found["good"]) == []
    assert unmet(found["bad"]) == [fault]


@BOTH
def test_a_key_may_come_again_in_another_partition_only(suite: Suite, tmp_path: Path) -> None:
    assert [unmet(o) for o in held(suite, tmp_path, a=rows(), b=rows()).values()] == [[], []]


@BOTH
def test_columns_that_are_not_the_contracts_are_told_and_rows_left_alone(suite: Suite, tmp_path: Path) -> None:
    swapped = rows().select([*TERMS.names[1:], "row_id"])
    found = held(suite, tmp_path, good=rows(), bad=swapped)
    assert unmet(found["good"]) == []
    ((kind, column, count, where),) = unmet(found["bad"])
    assert (kind, column, count) == ("schema", "", 1)
    assert "列应为" in where
    assert len(found["bad"]) == 1
    other = rows().set_column(3, "row", pa.array([1.0] * 4))
    assert "row 类型应为 int64" in held(suite, tmp_path, bad=other)["bad"][0].places


def test_many_rows_go_to_the_engine_and_many_partitions_into_several_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "MOST_ROWS", 5)
    bad = {"revenue": ["1", "二"]}
    tables = {"a": rows(3), "b": rows(2, **bad), "c": rows(2, **bad), "d": rows(6)}
    found = held(GX, tmp_path, **tables)
    assert {name: outcomes[0].engine for name, outcomes in found.items()} == {
        "a": "gx",
        "b": "gx",
        "c": "gx",
        "d": "sql",
    }
    assert [unmet(found[name]) for name in "abcd"] == [[], *[[("shape", "revenue", 1, "甲.csv 第4行")]] * 2, []]
    assert list(holding._batches({"a": 3, "b": 2, "c": 2})) == [["a", "b"], ["c"]]


@BOTH
def test_a_place_is_told_by_the_row_id_or_the_number_where_no_file_stands(suite: Suite, tmp_path: Path) -> None:
    columns = tuple(c for c in TERMS.columns if c.name in {"row_id", "state"})
    terms = TERMS.model_copy(update={"columns": columns})
    short = Suite(terms, tuple(laws(terms)), framed=suite.framed)
    table = pa.table(
        {"row_id": ["a" * 16 + ":002:0000007", "b" * 16 + ":1:2", "odd"], "state": ["?"] * 3}, terms.schema
    )
    write_table(table, tmp_path / "q.parquet")
    found = hold(
        short, {"q": Part(tmp_path / "q.parquet", "x")}, lambda: {"a" * 16: "甲.xlsx"}, partial(engine, tmp_path)
    )
    assert unmet(found["q"]) == [("in_set", "state", 3, "甲.xlsx · 第2张表 第7行；本表 第2、3行")]


def test_outcomes_come_back_as_they_were_kept(tmp_path: Path) -> None:
    found = held(SQL, tmp_path, a=rows(revenue=["x", None, "约", "约"]))["a"]
    assert set(outcomes_in(kept(found))) == set(found)
    assert "a t 营业收入：应为数字，2 处不符（甲.csv 第5、6行）" in [outcome.said for outcome in found]
    assert not any("约" in outcome.places for outcome in found)  # the place, never what stands there


def test_an_expectation_that_cannot_be_evaluated_is_no_finding() -> None:
    frame = pd.DataFrame({"partition": ["a"], "nth": [1]})
    with pytest.raises(RuntimeError, match="not_null of gone"):
        expectations.faults(frame, [Law("not_null", ("gone",), "")])
