"""A long CSV read column by column is the CSV read row by row."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest import columns, sheets
from pipelines.ingest.columns import HEAD, below
from pipelines.ingest.faults import RefusalError
from pipelines.ingest.reading import FileRead, read_file
from tests.pipelines.ingest.builders import INDUSTRY, TITLE, firm

LINES = 1_100
NAME = "B203_规模以上工业企业财务状况_2023年1-12月.csv"
# What may stand anywhere below the header, each a line of text.
STRANGE = (
    "",
    ",,,,,,,,",
    "合计,,,,12,13,14,15,16",
    ",小计,,,1,2,3,4,5",
    "注：1.财务数据为初步数。",
    "单位负责人：甲",
    "1",
    "91419900000000000A,短行",
    "91419900000000000B,长行,419901,3911,1,2,3,4,5,,",
    "91419900000000000C,过长,419901,3911,1,2,3,4,5,多余",
    '"91419900000000000D","引号","419901","3911",1,2,3,4,5',
    "9.1419900e+17,受损,419901,3911,1,2,3,4,5",
    "甲厂,名在前,419901,3911,1,2,3,4,5",
    " 91419900000000000F ,空格,419901,3911,1,2,3,4,5",
    ",".join(INDUSTRY[0]),
    "统一社会信用代码 ," + ",".join(INDUSTRY[0][1:]),
    "\u3000注：缩进的说明",
)


def lines(count: int = LINES) -> list[str]:
    return [TITLE[0], ",".join(INDUSTRY[0]), *(",".join(map(str, firm(i))) for i in range(count))]


def read(path: Path, text: str, *, encoding: str = "utf-8") -> FileRead:
    path.write_bytes(text.encode(encoding))
    return read_file(path, "industry", NAME)


def slowly(path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> FileRead:
    with monkeypatch.context() as patched:
        patched.setattr(sheets, "below", lambda *_: None)
        return read(path, text)


def same(left: FileRead, right: FileRead) -> None:
    assert left.table.equals(right.table)
    assert sorted(left.notices, key=str) == sorted(right.notices, key=str)
    assert left.refused == right.refused


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_long_file_is_read_the_quick_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    text = ending.join(lines()) + ending
    assert below(text, ",")
    quick = read(tmp_path / "a.csv", text)
    same(quick, slowly(tmp_path / "a.csv", text, monkeypatch))
    assert quick.table["row"].to_pylist() == list(range(3, LINES + 3))
    assert quick.table["unit"][LINES - 1].as_py() == firm(LINES - 1)[0]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(2, LINES), st.sampled_from(STRANGE)), max_size=12),
    st.lists(st.sampled_from(STRANGE), max_size=4),
)
def test_strange_rows_are_told_apart_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strange: list[tuple[int, str]], ending: list[str]
) -> None:
    rows = lines()
    for at, line in strange:
        rows.insert(at, line)
    text = "\n".join(rows + ending)
    same(read(tmp_path / "a.csv", text), slowly(tmp_path / "a.csv", text, monkeypatch))


def test_what_has_two_meanings_is_read_slowly() -> None:
    text = "\n".join(lines())
    one = ",".join(map(str, firm(LINES - 1)))
    assert below(text, ",") is not None
    for spoiled in (
        one.replace("第", '"第'),  # a mark left open
        one.replace("第", '第"'),  # a mark within a cell
        one.replace("419901", '"419"901'),  # text after the closing mark
        one.replace("419901", '"419,901""x"'),  # a doubled mark
        one.replace("419901", '"419\n901"'),  # a line break within a cell
        one.replace("419901", "419\r901"),  # another kind of line end
        one.replace("419901", "419\x00901"),
        one + '\n"',
    ):
        assert below(text.replace(one, spoiled), ",") is None, spoiled
    assert below("\n".join(lines(100)), ",") is None


def test_a_mark_left_open_far_below_is_still_refused_by_its_line(tmp_path: Path) -> None:
    rows = lines()
    rows[900] = rows[900].replace("第", '"第')
    with pytest.raises(RefusalError) as caught:
        read(tmp_path / "a.csv", "\n".join(rows))
    assert caught.value.fault.code in {"quoting", "too_long"}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_encodings_of_long_files(tmp_path: Path, encoding: str) -> None:
    plain = read(tmp_path / "a.csv", "\n".join(lines()))
    assert read(tmp_path / "b.csv", "\n".join(lines()), encoding=encoding).table.equals(plain.table)


def test_all_rows_can_be_spelled_out_in_order() -> None:
    rows = lines()
    rows.insert(500, "a,b")
    found = below("\n".join(rows), ",")
    assert found is not None
    assert [row[0] for row in found[1].spelled] == [row.split(",")[0] for row in rows[HEAD:]]


def test_a_head_with_another_width_leaves_every_row_odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shuffled = random.Random(1).sample(STRANGE, len(STRANGE))
    text = "\n".join([*lines(40), *(["一,二"] * 60), *lines(1_100)[2:], *shuffled])
    assert columns.below(text, ",")
    same(read(tmp_path / "a.csv", text), slowly(tmp_path / "a.csv", text, monkeypatch))
