"""Random damage: a file is read with every row it has, or refused with a reason; nothing else happens."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.guard import read_files
from pipelines.ingest.reading import FileRead, read_file
from tests.pipelines.ingest.builders import EXPORT, NAME, csv_file, firm, industry, xls, xlsx

QUIET = [HealthCheck.function_scoped_fixture]
SIX = [firm(i) for i in range(1, 7)]


def outcome(path: Path, form: str) -> FileRead | None:
    try:
        return read_file(path, form, NAME if form == "industry" else None)
    except RefusalError:
        return None


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
