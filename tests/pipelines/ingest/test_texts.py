from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.texts import damaged, normal, parse_date, parse_number, render, render_column


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", None),
        (None, None),
        (" 甲 ", " 甲 "),
        (True, "TRUE"),
        (False, "FALSE"),
        (0.0, "0"),
        (3, "3"),
        (35.0, "35"),
        (270177.8, "270177.8"),
        (1e-7, "0.0000001"),
        (9.14e17, "914000000000000000"),
        (1e23, "1" + "0" * 23),
        (float("nan"), "nan"),
        (dt.date(2024, 1, 18), "2024-01-18"),
        (dt.datetime(2024, 1, 18), "2024-01-18"),
        (dt.datetime(2024, 1, 18, 9, 30), "2024-01-18 09:30:00"),
        (dt.time(9, 30), "09:30:00"),
        (dt.timedelta(hours=1), "1:00:00"),
    ],
)
def test_render(value: object, text: str | None) -> None:
    assert render(value) == text


@given(
    st.one_of(
        st.lists(st.floats(allow_nan=False, allow_infinity=False)),
        st.lists(st.text(max_size=3)),
        st.lists(st.one_of(st.floats(allow_nan=False), st.text(max_size=3), st.none(), st.booleans())),
    )
)
def test_a_column_renders_as_its_cells_do(values: list[object]) -> None:
    assert render_column(values).to_pylist() == [render(value) for value in values]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", "1234.5"),
        ("１２３", "123"),
        (" 12 ", "12"),
        ("－5", "-5"),
        ("−5", "-5"),
        ("1e3", "1000"),
        ("", None),
        (None, None),
        ("—", None),
        ("…", None),
        ("--", None),
        ("0", "0"),
        ("12 345", "12345"),
    ],
)
def test_numbers_as_written(text: str | None, number: str | None) -> None:
    assert parse_number(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize("text", ["abc", "1,23", "12%", "1.2.3", "1e9999", "nan", "(5)", "1e100", "9" * 400])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        parse_number(text)


@pytest.mark.parametrize(
    "text", ["2024-01-18", "2024/1/18", "2024.1.18", "20240118", "2024年1月18日", " 2024-01-18 ", "2024-01-18 00:00:00"]
)
def test_days_as_written(text: str) -> None:
    assert parse_date(text) == dt.date(2024, 1, 18)


def test_no_day() -> None:
    assert parse_date("") is None
    for text in ("18.1.2024", "2024-13-01", "someday"):
        with pytest.raises(ValueError, match=r"not a day|month"):
            parse_date(text)


def test_names_are_compared_without_form() -> None:
    assert normal("营业 收入（千元）／1—本月") == normal("营业收入(千元)/1-本月")


@pytest.mark.parametrize(
    ("value", "lost"),
    [(9.141990000000001e17, True), (3911.0, False), ("9.14E+17", True), ("91419900MA", False), (None, False)],
)
def test_damaged_codes(value: object, lost: bool) -> None:
    assert damaged(value) is lost
