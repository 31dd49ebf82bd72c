"""Laws follow from contracts and forms; the shapes of cells agree with the readers that take them."""

from __future__ import annotations

import re

import duckdb
import pyarrow as pa
import pytest

from pipelines.contracts import Column, Contract, contracts
from pipelines.contracts.laws import Law, laws, schema_faults
from pipelines.engine import statement
from pipelines.ingest.forms import forms
from pipelines.ingest.shapes import cell_laws, shape
from pipelines.ingest.texts import parse_date, parse_number

TERMS = Contract(
    table="t",
    title="试",
    description="",
    level="L2",
    partition="none",
    key=("code", 'odd"name'),
    columns=(
        Column(name="code", type="text", zh="代码", allowed=("a", "it's")),
        Column(name='odd"name', type="int", zh="数", nullable=True),
    ),
)
ROWS = pa.table({"code": ["a", "a", "z", None], 'odd"name': [1, 1, 2, None], "text": ["12", "约12", "", None]})
SHAPE = Law("shape", ("text",), "应为数字", "warn", pattern=shape("money")[0])


def test_a_contract_gives_its_laws() -> None:
    assert [(law.kind, law.column, law.severity) for law in laws(TERMS)] == [
        ("not_null", "code", "error"),
        ("in_set", "code", "error"),
        ("unique", 'code, odd"name', "error"),
    ]
    for held_to in contracts():
        demanded = list(laws(held_to))
        assert {law.column for law in demanded if law.kind == "not_null"} == {
            column.name for column in held_to.columns if not column.nullable
        }
        assert demanded[-1].columns == held_to.key


@pytest.mark.parametrize(
    ("law", "count", "rows"), list(zip([*laws(TERMS), SHAPE], [1, 1, 1, 1], [1, 1, 2, 1], strict=True))
)
def test_a_law_says_in_sql_how_many_and_which(law: Law, count: int, rows: int) -> None:
    with duckdb.connect() as connection:
        connection.register("t", ROWS)
        assert connection.sql(f"SELECT {law.count} FROM t").fetchall() == [(count,)]
        broken = connection.sql(f"SELECT * FROM (SELECT {law.broken} AS broken FROM t) WHERE broken").fetchall()
        assert len(broken) == rows


def test_a_schema_that_is_not_the_contracts_is_named() -> None:
    assert list(schema_faults(TERMS.schema, TERMS)) == []
    other = pa.schema([("code", pa.string()), ('odd"name', pa.float64())])
    assert [column for column, *_ in schema_faults(other, TERMS)] == ['odd"name']
    fewer = pa.schema([("code", pa.string())])
    assert [column for column, *_ in schema_faults(fewer, TERMS)] == [""]


def test_a_form_gives_its_laws_as_warnings() -> None:
    found = list(cell_laws(forms()["industry"]))
    assert {law.severity for law in found} == {"warn"}
    assert {law.column for law in found if law.kind == "not_null"} == {c.name for c in forms()["industry"].required}
    shaped = {law.column: law.requirement for law in found if law.kind == "shape"}
    assert shaped["unit"] == "应为代码（字母、数字）"
    assert shaped["revenue"] == "应为数字"
    assert shaped["staff"] == "应为整数"
    assert "name" not in shaped
    assert list(cell_laws(forms()["account"])) == []
    kinds = {column.kind for form in forms().values() for column in form.columns}
    assert {kind for kind in kinds if shape(kind)[0]} == kinds - {"text"}


NUMBERS = [
    "0", "12", "-12", "+12", "－12", "1,234.5", "１２３．５", "1 234", "1　234", ".5", "5.", "1e3", "-1.5E-2",
    "12，345", "", " ", "-", "—", "——", "…", "/", "无", "NA", "--", "...", "x", "−5", "—5",
]  # fmt: skip
NO_NUMBERS = ["约1200万", "12万", "1200元", "abc", "1.2.3", "12-", "(12)", "#REF!", "12%", "=A1"]


@pytest.mark.parametrize("text", [*NUMBERS, *NO_NUMBERS])
def test_what_a_reader_takes_for_a_number_has_the_shape_of_one(text: str) -> None:
    pattern = shape("money")[0]
    with duckdb.connect() as connection:
        connection.execute(statement("pipelines", "functions"))
        asked = "SELECT number(?) IS NOT NULL OR is_missing(?), regexp_full_match(?, ?)"
        ((read, shaped),) = connection.execute(asked, [text, text, text, pattern]).fetchall()
    assert shaped == bool(re.fullmatch(pattern, text))
    assert shaped == (text in NUMBERS)
    assert not (read and not shaped)
    assert not (_parsed(text) and not shaped)


def _parsed(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("date", ["2024-01-18", "2024/1/8", "2024.1.8", "20240118", "2024年1月18日", "2024-01-18 00:00:00", "", "—"],
         ["2024-1", "一月", "18/01/2024x", "45309.5"]),
        ("count", ["12", "12.0", "1,200", "１２", "-3", ""], ["12.5", "十二", "12人"]),
        ("integer", ["2022", "2022.0", " 2022 "], ["2022年", "二〇二二"]),
        ("flag", ["是", "否", "1", "0", "√", "×", "Y", "n", ""], ["有", "2", "是的"]),
        ("code", ["91419901MA0000000X", "3911", "I6510", "*", "core_value_added", " 419901 ", "39 11", ""],
         ["甲区", "小于1", "3911！"]),
        ("text", ["甲", ""], []),
    ],
)  # fmt: skip
def test_each_kind_has_its_shape(kind: str, good: list[str], bad: list[str]) -> None:
    pattern, requirement = shape(kind)  # type: ignore[arg-type]
    if not pattern:
        assert requirement == ""
        return
    assert requirement
    assert [text for text in good if not re.fullmatch(pattern, text)] == []
    assert [text for text in bad if re.fullmatch(pattern, text)] == []
    if kind == "date":
        assert all(parse_date(text) is not None or text in {"", "—"} for text in good)
