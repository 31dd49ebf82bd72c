"""Random damage: a file is read with every row it has, or refused with a reason; nothing else happens.

Over 1,000 files a run, by kind of damage: bytes of text and of workbooks, encodings, headers, types of cells, rows.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.guard import read_files
from pipelines.ingest.landing import receipts, register
from pipelines.ingest.raw import read
from pipelines.ingest.reading import FileRead, read_file
from pipelines.lake import Lake
from pipelines.steps.core import FIRM_FORMS, core_return
from pipelines.steps.raw import raw
from pipelines.workspace import Workspace
from tests.pipelines.ingest.builders import (
    EXPORT,
    INDUSTRY,
    NAME,
    TITLE,
    Rows,
    csv_file,
    firm,
    industry,
    text,
    xls,
    xlsx,
)

QUIET = [HealthCheck.function_scoped_fixture]
SIX = [firm(i) for i in range(1, 7)]


def outcome(path: Path, form: str = "industry", headers: tuple[tuple[str, str], ...] = ()) -> FileRead | None:
    try:
        return read_file(path, form, NAME if form == "industry" else None, headers)
    except RefusalError as refused:
        said = refused
    assert said.fault.code
    assert said.zh
    assert said.en
    return None


def accounted(result: FileRead) -> list[int]:
    """The numbers of all rows of which the result says something: read, refused, or kept as a note."""
    told = [fault.row for fault in (*result.refused, *result.notices) if fault.row and fault.code != "damaged_code"]
    return sorted([*result.table["row"].to_pylist(), *told])


def filled_rows(rows: Rows, first: int) -> list[int]:
    """The numbers of the rows below a header that hold anything."""
    return [n for n, row in enumerate(rows, start=1) if n >= first and any(str(cell).strip() for cell in row)]


def damage(content: bytes, positions: list[int], values: list[int], cut: int) -> bytes:
    """Bytes with some of them changed, and perhaps the end missing."""
    damaged = bytearray(content)
    for position, value in zip(positions, values, strict=True):
        damaged[position % len(damaged)] = value
    return bytes(damaged[: len(damaged) - cut])


@pytest.mark.parametrize("kind", ["utf-8", "gb18030", "export"])
@settings(max_examples=80, deadline=None, suppress_health_check=QUIET)
@given(
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.sampled_from([0, 0, 0, 20]),
)
def test_damaged_text(tmp_path: Path, kind: str, flips: list[tuple[int, int]], cut: int) -> None:
    rows, form = (EXPORT, "account") if kind == "export" else (industry(*SIX), "industry")
    path = csv_file(tmp_path / "f", rows, "utf-8" if kind == "export" else kind)
    path.write_bytes(damage(path.read_bytes(), [p for p, _ in flips], [v for _, v in flips], cut))
    outcome(path, form)


@pytest.mark.parametrize("write", [xlsx, xls])
def test_damaged_workbooks(tmp_path: Path, write: Callable[..., Path]) -> None:
    # In the child, as in earnest: a damaged workbook may ask for any amount of memory.
    good = write(tmp_path / "good", industry(*SIX)).read_bytes()
    chance = random.Random(7)
    paths = []
    for i in range(100):
        flips = chance.randint(1, 6)
        where = [chance.randrange(len(good)) for _ in range(flips)]
        paths.append(tmp_path / f"{i}")
        values = [chance.randrange(256) for _ in range(flips)]
        paths[-1].write_bytes(damage(good, where, values, chance.choice([0, 0, 0, 20])))
    results = read_files([(path, "industry", NAME) for path in paths])
    assert len(results) == len(paths)
    for result in results:
        if result.refusal is None:
            assert 0 < result.table.num_rows + len(result.refused) <= len(SIX) + 2
        else:
            assert result.refusal.code
    assert any(result.refusal is not None for result in results)


CELL = st.one_of(st.just(""), st.text(max_size=6), st.integers(-(10**12), 10**12), st.floats(allow_nan=False))


@settings(max_examples=100, deadline=None, suppress_health_check=QUIET)
@given(data=st.data())
def test_rows_in_are_rows_out(tmp_path: Path, data: st.DataObject) -> None:
    rows = industry(*SIX)
    body = range(2, 8)
    for position in data.draw(st.lists(st.sampled_from(list(body)), max_size=3, unique=True)):
        rows[position] = [*rows[position][:1], *data.draw(st.lists(CELL, max_size=14))]
    lost = data.draw(st.lists(st.integers(0, 8), max_size=2))
    for column in lost:
        rows[1] = ["" if i == column else name for i, name in enumerate(rows[1])]
    result = outcome(csv_file(tmp_path / "f.csv", rows), "industry")
    if lost:
        assert result is None
    elif result is not None:
        assert result.table.num_rows + len(result.refused) == len(SIX)


ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "big5", "shift_jis", "cp1252"]


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(encoding=st.sampled_from(ENCODINGS), lead=st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\n\n"]),
       cut=st.sampled_from([0, 0, 1, 2, 3]), mixed=st.booleans())  # fmt: skip
def test_damaged_encodings(tmp_path: Path, encoding: str, lead: bytes, cut: int, mixed: bool) -> None:
    content = text(industry(*SIX)).encode(encoding, "replace")
    tail = text([firm(7)]).encode("gb18030" if encoding.startswith("utf") else "utf-8") if mixed else b""
    path = tmp_path / "f.csv"
    path.write_bytes(lead + content[: len(content) - cut] + tail)
    result = outcome(path)
    plain = not lead and not mixed and not cut
    if plain and encoding in ENCODINGS[:7]:
        assert result is not None
        assert result.table.num_rows == len(SIX)
    if result is not None:
        assert result.table.num_rows + len(result.refused) in ({len(SIX)} | ({len(SIX) + 1} if mixed else set()))


HEAD = st.one_of(
    st.sampled_from(
        [*INDUSTRY[0], "", "营业收入", "上年同期", "本年累计", "(千元)", "万元", "甲", "1", "备注", "产值", "单位"]
    ),
    st.text(max_size=5),
)


@settings(max_examples=200, deadline=None, suppress_health_check=QUIET)
@given(data=st.data())
def test_damaged_headers(tmp_path: Path, data: st.DataObject) -> None:
    head = list(INDUSTRY[0])
    for position in data.draw(st.lists(st.integers(0, len(head) - 1), max_size=4)):
        head[position] = data.draw(HEAD)
    head += data.draw(st.lists(HEAD, max_size=3))
    order = data.draw(st.permutations(range(len(head))))
    body = [[*row, *[""] * (len(head) - len(row))] for row in SIX]
    rows = [TITLE, *([[row[i] for i in order] for row in [head, *body]])]
    for _ in range(data.draw(st.integers(0, 2))):
        rows.insert(data.draw(st.integers(0, 2)), data.draw(st.lists(HEAD, max_size=4)))
    mapped = data.draw(
        st.sampled_from([(), (("产值", "gross_output"),), (("产值", "gross_output"), ("备注", "gross_output"))])
    )
    result = outcome(csv_file(tmp_path / "f.csv", rows), headers=mapped)
    if result is not None:
        last = range(len(rows) - len(SIX) + 1, len(rows) + 1)
        assert [n for n in accounted(result) if n in last] == list(last)


VALUE = st.one_of(
    CELL, st.booleans(),
    st.sampled_from(["=1/0", "=A1", "#N/A", "1e400", "－１２", "1,2,3", "—", "２０２３年", "0x1", "'1"]),
    st.dates(dt.date(1900, 3, 1), dt.date(2100, 1, 1)), st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2100, 1, 1)),
    st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(data=st.data())
def test_damaged_types(tmp_path: Path, data: st.DataObject) -> None:
    rows = industry(*SIX)
    for _ in range(data.draw(st.integers(1, 6))):
        # The first cell stays: a row is a note or a total by what it opens with.
        row, column = data.draw(st.integers(2, 7)), data.draw(st.integers(1, 8))
        value = data.draw(VALUE)
        rows[row] = [value if i == column else cell for i, cell in enumerate(rows[row])]
    rows[2:8] = [[str(c) if isinstance(c, float) and abs(c) == float("inf") else c for c in row] for row in rows[2:8]]
    result = outcome(xlsx(tmp_path / "f.xlsx", rows))
    assert result is not None
    assert [n for n in accounted(result) if n <= 8] == filled_rows(rows[:8], 3)


STRAY = st.sampled_from([
    [], ["", " "], ["合计", "", "", "", 1], ["注：无"], INDUSTRY[0], ["填表人：甲"], ["小计"], ["乙"], firm(9),
    [*firm(8), "多"], firm(1), ["-"] * 9, [""] * 8 + ["x"],
])  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=QUIET)
@given(strays=st.lists(st.tuples(st.integers(0, 6), STRAY), max_size=6), order=st.permutations(SIX), book=st.booleans())
def test_damaged_rows(tmp_path: Path, strays: list[tuple[int, list[object]]], order: Rows, book: bool) -> None:
    body = list(order)
    for position, row in strays:
        body.insert(position, row)
    rows = [TITLE, *INDUSTRY, *body]
    result = outcome(xlsx(tmp_path / "f.xlsx", rows) if book else csv_file(tmp_path / "f.csv", rows))
    if result is not None:
        first = 3 + next(i for i, row in enumerate(body) if row in SIX)
        assert [n for n in accounted(result) if n >= first] == filled_rows(rows, first)


def test_nothing_is_lost_between_the_inbox_and_the_review(workspace: Workspace) -> None:
    chance = random.Random(3)
    for i in range(60):
        rows = industry(*[firm(100 * i + n) for n in range(6)])
        for _ in range(chance.randint(0, 2)):
            r, c = chance.randint(1, 7), chance.randint(0, 8)
            rows[r] = [chance.choice(["", "-", "甲", -5, 1.5, "合计"]) if j == c else v for j, v in enumerate(rows[r])]
        path = csv_file(workspace.inbox / NAME.replace(".xlsx", f"_{i:02d}.csv"), rows, chance.choice(["utf-8", "gbk"]))
        if i % 3 == 0:
            content = path.read_bytes()
            flips = [chance.randrange(len(content)) for _ in range(3)]
            # Of some the most is missing, the header too: they are refused as a whole.
            cut = len(content) * 9 // 10 if i % 15 == 0 else 0
            path.write_bytes(damage(content, flips, [chance.randrange(256) for _ in flips], cut))
    register(workspace)
    found = receipts(workspace, "industry", "2023Q4")
    assert len(found) == 60
    result = read(found, "industry")
    whole = {row["file"] for row in result.refused.to_pylist() if row["row"] == 0}
    assert {*result.table["file"].to_pylist(), *result.refused["file"].to_pylist()} == {r.name for r in found}
    assert whole
    assert not whole & set(result.table["file"].to_pylist())
    for form in FIRM_FORMS:
        raw(workspace, form, "2023Q4")
    core_return(workspace, "2023Q4")
    lake = Lake(workspace.lake)
    returned, aside = lake.read("core_return", ["2023Q4"]), lake.read("core_set_aside", ["2023Q4"])
    assert sorted(returned["row_id"].to_pylist()) == sorted(result.table["row_id"].to_pylist())
    held = {r["row_id"] for r in returned.to_pylist() if r["status"] == "set_aside"}
    refused = {":".join(str(r[n]) for n in ("file_sha", "sheet", "row", "column")) for r in result.refused.to_pylist()}
    assert held | refused == set(aside["row_id"].to_pylist())
