"""Every row gets its class or the reason why not; no row and no yuan is lost."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification import classify, conservation, load_standard
from classification.errors import InputError
from classification.resolution import resolve


@pytest.mark.parametrize(
    "code",
    [
        "3911",
        " 3911",
        "C3911",
        "c3911",
        "３９１１",
        "Ｃ３９１１",
        "ｃ３９１１",
        "　3911\t",
        "39 11",
        "3911.0",
        "3911.",
        3911,
        3911.0,
        "3911\u00a0",
    ],
)
def test_spellings_of_one_class(code: object) -> None:
    assert resolve([code]) == [("3911", "assigned", "")]


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("", "unmatched", "为空"),
        (None, "unmatched", "为空"),
        (float("nan"), "unmatched", "为空"),
        (pd.NA, "unmatched", "为空"),
        (pd.NaT, "unmatched", "为空"),
        ("  ", "unmatched", "为空"),
        ("9999", "unmatched", "不是 GB/T 4754-2017"),
        ("39111", "unmatched", "不是 GB/T 4754-2017"),
        ("3911.5", "unmatched", "不是 GB/T 4754-2017"),
        ("Z3911", "unmatched", "不是 GB/T 4754-2017"),
        ("-3911", "unmatched", "不是 GB/T 4754-2017"),
        ("计算机", "unmatched", "不是 GB/T 4754-2017"),
        ("6510", "unmatched", "2011版代码（软件开发），2017版改为 6511 基础软件开发"),
        ("I6592", "unmatched", "6591 呼叫中心"),
        ("C6511", "ambiguous", "门类字母 C 与小类 6511（属门类 I）不符"),
        ("C", "ambiguous", "门类“制造业”"),
        ("39", "ambiguous", "大类“计算机、通信和其他电子设备制造业”"),
        ("C39", "ambiguous", "大类"),
        ("011", "ambiguous", "中类“谷物种植”"),
        ("111", "ambiguous", "丢了首位 0 的 0111（稻谷种植）"),
        (111, "ambiguous", "丢了首位 0 的 0111（稻谷种植）"),
        (149, "ambiguous", "0149"),
        ("1", "ambiguous", "疑为 01（农业）"),
        ("3910", "ambiguous", "中类“计算机制造”补零"),
    ],
)
def test_what_cannot_be_assigned_says_why(code: object, status: str, said: str) -> None:
    [answer] = resolve([code])
    assert (answer.gbt, answer.status) == (None, status)
    assert said in answer.reason


def test_every_class_is_found_with_and_without_its_letter() -> None:
    standard = load_standard()
    bare = resolve(standard.classes)
    lettered = resolve(standard.section_of(code) + code for code in standard.classes)
    assert [answer.gbt for answer in bare] == list(standard.classes) == [answer.gbt for answer in lettered]


def test_every_2011_code_that_is_gone_is_unmatched_with_its_successors() -> None:
    gone = [record for record in load_standard().gbt_2011.values() if record.kind == "gone"]
    for record, answer in zip(gone, resolve(record.code for record in gone), strict=True):
        assert answer.status == "unmatched"
        assert all(heir in answer.reason for heir in record.successors)


def test_the_frame_keeps_its_rows_order_index_and_input() -> None:
    frame = pd.DataFrame({"code": ["6429", "C3911", "39", None, "0111"], "v": [1, 2, 3, 4, 5]}, index=[9, 9, 3, 2, 1])
    before = frame.copy(deep=True)
    result = classify(frame, code="code")
    pd.testing.assert_frame_equal(frame, before)
    assert list(result.index) == [9, 9, 3, 2, 1]
    assert list(result.columns) == ["code", "v", "gbt", "class_status", "reason", "de", "core", "partial"]
    assert list(result["de"]) == ["030304;030307", "010101", "", "", ""]
    assert list(result["core"]) == [True, True, False, False, False]
    assert list(result["partial"]) == [True, False, False, False, False]
    assert list(result["gbt"].dropna()) == ["6429", "3911", "0111"]


def test_an_empty_frame() -> None:
    result = classify(pd.DataFrame({"code": pd.Series([], dtype="str")}), code="code")
    assert len(result) == 0
    assert conservation(result).loc["total", "rows"] == 0


def test_no_such_column_and_taken_columns() -> None:
    with pytest.raises(InputError, match="现有列：code"):
        classify(pd.DataFrame({"code": []}), code="行业代码")
    with pytest.raises(InputError, match="gbt"):
        classify(pd.DataFrame({"code": [], "gbt": []}), code="code")


CODES = st.one_of(
    st.none(),
    st.sampled_from(["3911", "C6511", "6510", "39", "111", "", "６４２９", "xx"]),
    st.text(max_size=6),
    st.integers(0, 99999),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(CODES, st.integers(-(2**62), 2**62)), max_size=30))
def test_rows_and_money_are_conserved(rows: list[tuple[object, int]]) -> None:
    frame = pd.DataFrame(
        {"code": pd.Series([r[0] for r in rows], dtype="object"), "v": pd.Series([r[1] for r in rows], dtype="int64")}
    )
    table = conservation(classify(frame, code="code"), value="v")
    parts = table.loc[["assigned", "unmatched", "ambiguous"]]
    assert parts["rows"].sum() == len(rows) == table.loc["total", "rows"]
    assert sum(parts["v"]) == sum(r[1] for r in rows) == table.loc["total", "v"]


def test_conservation_refuses_what_it_cannot_count() -> None:
    result = classify(pd.DataFrame({"code": ["3911"], "v": [1.5]}), code="code")
    with pytest.raises(InputError, match="整数"):
        conservation(result, value="v")
    result.loc[0, "class_status"] = "lost"
    with pytest.raises(InputError, match="lost"):
        conservation(result)
