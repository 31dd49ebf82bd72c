from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.forms import forms
from pipelines.ingest.headers import spread
from pipelines.ingest.headwords import is_header_row, is_subhead, is_unit, numbers_columns
from pipelines.ingest.reading import FileRead, read_file
from tests.pipelines.ingest.builders import Rows, csv_file, xlsx

NAME = "C203_有资质建筑业企业财务状况_2022年1-3月.xlsx"
TITLE = ["有资质建筑业企业财务状况　计量单位：千元"]
KEYS = ["社会信用代码", "单位名称", "区划代码", "行业小类代码"]
FLAT = [*KEYS, "建筑业总产值", "建筑业总产值_上年同期", "营业收入", "营业收入_上年同期", "利润总额", "从业人员平均人数"]
PARTLY = ["", "", "", "", "1-本月", "", "1-本月", "", "", ""]
TOP = [*KEYS, "建筑业总产值", "", "营业收入", "", "利润总额", "从业人员平均人数"]
SUB = ["", "", "", "", "本年累计", "上年同期", "本年累计", "上年同期", "本年累计", ""]
ONLY_BASE = ["", "", "", "", "", "上年同期", "", "上年同期", "", ""]
UNITS = ["", "", "", "", "千元", "千元", "千元", "千元", "千元", "人"]
LETTERED = ["甲", "乙", "丙", "丁", 1, 2, 3, 4, 5, 6]
COUNTED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
FORMULAS = ["甲", "乙", "丙", "丁", "1", "2", "3", "4", "5=3-4", "（6）"]
GROUPS = ["单位情况", "", "", "", "财务状况", "", "", "", "", "人员"]
FIRMS = [
    ["914199000000000001", "第1建筑公司", "419901", "4710", 1200, 1000, 1100, 900, 50, 35],
    ["914199000000000002", "第2建筑公司", "419902", "4892", 800, 700, 600, 500, 40, 20],
]
COLUMNS = [
    "unit", "name", "county", "gbt", "gross_output", "gross_output_base", "revenue", "revenue_base", "profit", "staff",
]  # fmt: skip
SHAPES: dict[str, Rows] = {
    "one row": [FLAT],
    "one row, sub-heads only in places": [FLAT, PARTLY],
    "one row, sub-heads in places, units, numbers": [FLAT, PARTLY, UNITS, LETTERED],
    "two rows": [TOP, SUB],
    "two rows, only the base divided": [TOP, ONLY_BASE],
    "two rows and units": [TOP, SUB, UNITS],
    "two rows, blank row, units": [TOP, SUB, [""] * 10, UNITS],
    "two rows and letters": [TOP, SUB, LETTERED],
    "two rows and numbers alone": [TOP, SUB, COUNTED],
    "two rows and formulas": [TOP, SUB, FORMULAS],
    "two rows, numbers before units": [TOP, SUB, LETTERED, UNITS],
    "two rows and a lead word": [TOP, SUB, ["栏次", "", "", "", "1", "2", "3", "4", "5", "6"]],
    "three rows": [GROUPS, TOP, SUB],
    "three rows, units, numbers": [GROUPS, TOP, SUB, UNITS, LETTERED],
}


def merges(rows: Rows) -> tuple[str, ...]:
    """The ranges of a header's rows (from sheet row 2) that a form designer would merge: blanks right of a head."""
    found = []
    for number, row in enumerate(rows, start=2):
        ends = [i for i, cell in enumerate(row) if cell != ""] + [len(row)]
        if row in (TOP, GROUPS):
            found += [f"{chr(65 + a)}{number}:{chr(64 + b)}{number}" for a, b in pairwise(ends) if b - a > 1]
    return tuple(found)


def read(path: Path) -> FileRead:
    return read_file(path, "construction", NAME)


def cells(result: FileRead) -> list[list[str | None]]:
    return [list(row.values()) for row in result.table.select(COLUMNS).to_pylist()]


EXPECTED = [[str(value) for value in firm] for firm in FIRMS]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "xlsx merged"])
def test_header_rows_are_never_data(tmp_path: Path, shape: str, kind: str) -> None:
    rows = SHAPES[shape]
    sheet = [TITLE, *rows, *FIRMS]
    if kind == "csv":
        result = read(csv_file(tmp_path / "a.csv", sheet))
    else:
        result = read(xlsx(tmp_path / "a.xlsx", sheet, merges=merges(rows) if kind == "xlsx merged" else ()))
    assert cells(result) == EXPECTED
    assert result.table["row"].to_pylist() == [len(rows) + 2, len(rows) + 3]
    assert not result.refused


def test_heads_merged_downwards(tmp_path: Path) -> None:
    ranges = ("A2:A4", "B2:B4", "C2:C4", "D2:D4", "E2:F2", "G2:H2", "J2:J4")
    path = xlsx(tmp_path / "a.xlsx", [TITLE, TOP, SUB, [""] * 10, *FIRMS], merges=ranges)
    assert cells(read(path)) == EXPECTED


def test_a_sub_head_decides_which_year_a_column_is(tmp_path: Path) -> None:
    # 利润总额 is wanted for this year; under 上年同期 it is another figure, and must not be taken for it.
    sub = [*PARTLY[:8], "上年同期", ""]
    result = read(csv_file(tmp_path / "a.csv", [TITLE, FLAT, sub, *FIRMS]))
    assert result.table["profit"].null_count == 2
    sub = [*PARTLY[:6], "上年同期", *PARTLY[7:]]
    with pytest.raises(RefusalError) as caught:
        read(csv_file(tmp_path / "b.csv", [TITLE, FLAT, sub, *FIRMS]))
    assert caught.value.fault.code == "missing_header"
    assert "营业收入/上年同期" in caught.value.zh


@pytest.mark.parametrize("again", [[TOP, SUB], [FLAT, PARTLY, LETTERED]])
def test_a_header_printed_on_every_page(tmp_path: Path, again: Rows) -> None:
    sheet = [TITLE, *again, FIRMS[0], *again, FIRMS[1]]
    result = read(csv_file(tmp_path / "a.csv", sheet))
    assert cells(result) == EXPECTED
    assert [notice.code for notice in result.notices if notice.code != "title"] == ["header_again"] * len(again)


def test_data_is_never_header(tmp_path: Path) -> None:
    # Poor rows right below the header: they reach the review, which says what is wrong with them.
    poor: list[list[Any]] = [
        ["", "", "", "", "约1200万", "", "", "", "", ""],
        ["", "", "", "", 1200, "", "", "", "", ""],
        ["1", "2", "", "", "", "", "", "", "", ""],
        ["甲", "", "", "", "", "", "", "", "", ""],
        ["", "某厂", "", "", "", "", "", "", "", ""],
        [2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        [1, 2, 3, 5, 6, 7, 8, 9, 10, 11],
    ]
    for number, row in enumerate(poor):
        result = read(csv_file(tmp_path / f"{number}.csv", [TITLE, TOP, SUB, row, *FIRMS]))
        assert result.table.num_rows == 3, row


def test_a_column_named_twice_is_said_in_chinese(tmp_path: Path) -> None:
    rows = [[*row, row[6]] for row in [FLAT, *FIRMS]]
    with pytest.raises(RefusalError, match="营业收入/本年累计"):
        read(csv_file(tmp_path / "a.csv", [TITLE, *rows]))


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("1-本月", "subhead"), ("本年累计", "subhead"), ("上年同期", "subhead"), ("同比增长(%)", "subhead"),
        ("2023年1-3月", "subhead"), ("期末数", "subhead"), ("千元", "unit"), ("(万元)", "unit"), ("人", "unit"),
        ("单位:千元", "unit"), ("营业收入", ""), ("419901", ""), ("约1200万", ""), ("同期" * 40 + "x", ""),
    ],
)  # fmt: skip
def test_words_of_a_header(word: str, kind: str) -> None:
    assert (is_subhead(word), is_unit(word)) == (kind == "subhead", kind == "unit")


@pytest.mark.parametrize(
    ("row", "numbered"),
    [
        (["甲", "乙", "1", "2"], True), (["a", "b", "1"], True), (["1", "2", "3"], True), (["0", "1", "2"], True),
        (["(1)", "(2)", "(3)=(1)+(2)"], True), (["-", "甲", "1"], True), (["栏次", "101", "102"], True),
        (["1", "2"], False), (["3", "4", "5"], False), (["1", "2", "4"], False), (["甲"], False), ([], False),
        (["乙", "1"], False), (["甲", "1200.5"], False),
    ],
)  # fmt: skip
def test_numbers_of_columns(row: list[str], numbered: bool) -> None:
    assert numbers_columns(row) is numbered


def test_rows_that_say_nothing_new() -> None:
    form = forms()["industry"]
    assert is_header_row(["行业代码", ""], ["行业代码", "x"], form)
    assert not is_header_row(["", ""], ["行业代码", "x"], form)
    assert not is_header_row(["-", "--"], ["行业代码", "x"], form)
    assert spread(["甲", "", ""], ["", "上年同期", "厂名"]) == ["甲", "甲", "甲"]
    assert spread(["甲", "", ""], ["", "", "厂名"]) == ["甲", "", ""]
