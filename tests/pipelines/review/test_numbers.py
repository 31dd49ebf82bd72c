"""Money is the same yuan by the short way and by the long one."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.engine import engine

_ODD = [
    "",
    "—",
    "-",
    "nan",
    "inf",
    "1e3",
    "15e-1",
    " 12 ",
    "１２．５",
    "+5",
    "0.5",
    "-0.5",
    "约12",
    ".5",
    "1,234.5",
    "0x1F",
]
_CELLS = st.one_of(
    st.sampled_from(_ODD),
    st.integers(-(10**17), 10**17).map(str),
    st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=5).map(str),
    st.decimals(-(10**6), 10**6, allow_nan=False, allow_infinity=False, places=8).map(lambda d: f"{d:f}"),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_CELLS, st.sampled_from([1, 1000, 10_000, 100_000_000])), min_size=1, max_size=60))
def test_both_ways_give_the_same_yuan(cells: list[tuple[str, int]]) -> None:
    with engine() as work:
        work.add(cell=pa.table({"x": [x for x, _ in cells], "u": [u for _, u in cells]}))
        different = work.rows(
            "SELECT x, u FROM (SELECT x, u, yuan(x, u) AS long, exact(x, near(x, u), u) AS short FROM cell) AS two "
            "WHERE long IS DISTINCT FROM short"
        )
    assert different.to_pylist() == []


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("12", 12_000),
        ("1,234.5", 1_234_500),
        ("１２．５", 12_500),
        ("－３", -3_000),
        ("—", None),
        ("约1200万", None),
        ("0.0005", 1),
        ("-0.0005", -1),
        ("999999999999", 999_999_999_999_000),
        ("9999999999999", 9_999_999_999_999_000),
        ("99999999999999", None),
    ],
)
def test_money(text: str, yuan: int | None) -> None:
    with engine() as work:
        work.add(cell=pa.table({"x": [text]}))
        [row] = work.rows("SELECT exact(x, near(x, 1000), 1000) AS y FROM cell").to_pylist()
    assert row["y"] == yuan


def test_a_norm_is_cut_to_two_digits() -> None:
    numbers = [7, 10, 99, *(10**power + more for power in range(2, 16) for more in (-1, 0, 234))]
    with engine() as work:
        work.add(cell=pa.table({"x": numbers}))
        rows = work.rows("SELECT x, two_digits(x) AS y FROM cell").to_pylist()
    assert {row["x"]: row["y"] for row in rows} == {x: int(f"{x}"[:2].ljust(len(f"{x}"), "0")) for x in numbers}


_AMOUNTS = st.one_of(st.none(), st.integers(-(10**17) + 1, 10**17 - 1), st.integers(-(10**5), 10**5))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_AMOUNTS, st.sampled_from([1, 1000, 10_000, 100_000_000])), min_size=1, max_size=60))
def test_an_amount_as_text_is_exact_to_a_tenth_of_its_unit(amounts: list[tuple[int | None, int]]) -> None:
    with engine() as work:
        table = {"x": pa.array([x for x, _ in amounts], pa.int64()), "u": pa.array([u for _, u in amounts], pa.int64())}
        work.add(money=pa.table(table))
        texts = work.rows("SELECT amount(x, u) AS text FROM money")["text"].to_pylist()
    assert texts == [None if x is None else _told(Decimal(x) / u) for x, u in amounts]


def _told(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.1'), ROUND_HALF_UP) + 0:f}".removesuffix(".0")


def test_an_amount_of_no_firm_has_no_text() -> None:
    with engine() as work:
        texts = work.rows("SELECT amount(1e17, 1000) AS x, amount(-1e40, 1) AS y, amount(99999999999999999, 1) AS z")
    assert texts.to_pylist() == [{"x": None, "y": None, "z": "99999999999999999"}]
