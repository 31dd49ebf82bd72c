"""Cells as text, and text as numbers, dates and comparable names.

Belongs here: everything about one cell that needs no knowledge of its form. Does not belong here: headers, periods.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

EXACT: Final = 2**53  # integers beyond it are not exact as floating-point numbers
LARGEST: Final = 99  # power of ten beyond which a number is none, as a floating-point number could not hold it
DIGITS: Final = 1e15  # Excel keeps 15 digits of a number, so longer codes stored as numbers have lost their end
_DASHES: Final = str.maketrans(dict.fromkeys("—–−‐‑―－~～", "-"))
_MISSING: Final = frozenset({"", "-", "--", "---", "...", "......", "…", "……", "/", "\\", "x", "X"})
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_PLAIN: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_DATE: Final = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
SHORTENED: Final = r"\d(\.\d+)?[eE]\+?\d{2}"  # a long code that a spreadsheet took for a number and shortened
_TIME: Final = re.compile(r"[T ]0{1,2}:00(:00(\.0+)?)?$")


def normal(text: str) -> str:
    """A name fit for comparison: full width to half width, no blanks, one kind of dash, lower case."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return "".join(folded.split()).casefold()


def is_number(value: Any) -> bool:
    """Whether a cell as read is a number (truth values are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number_text(value: float) -> str:
    """A number without exponent and without a decimal point that it does not need."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e22:
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def render(value: Any) -> str | None:
    """A cell as text; an empty cell is None. Dates become ISO text, numbers keep every digit they have."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if is_number(value):
        return _number_text(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def render_column(values: list[Any]) -> pa.Array:
    """A column of cells as nullable text, without a Python call per cell where the column is of one kind."""
    kinds = set(map(type, values))
    if kinds <= {str}:
        texts = pa.array(values, pa.string())
        return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    if kinds == {float}:
        numbers = pa.array(values, pa.float64())
        whole = pc.and_(pc.equal(numbers, pc.floor(numbers)), pc.less(pc.abs(numbers), float(EXACT)))
        if pc.all(whole).as_py():
            return numbers.cast(pa.int64()).cast(pa.string())
    return pa.array([render(value) for value in values], pa.string())


def damaged(value: Any) -> bool:
    """Whether a code was stored as a number so long that its last digits are gone."""
    if is_number(value):
        return bool(abs(value) >= DIGITS)
    return isinstance(value, str) and re.fullmatch(SHORTENED, value.strip()) is not None


def parse_number(text: str | None) -> Decimal | None:
    """A number as written in forms: blanks, full-width digits and thousands commas are understood.

    Returns:
        The exact number, or None where the cell says that there is none (blank, dash, dots).

    Raises:
        ValueError: the text is something else.
    """
    folded = "".join(unicodedata.normalize("NFKC", text or "").translate(_DASHES).split())
    if folded in _MISSING:
        return None
    if _GROUPED.fullmatch(folded):
        folded = folded.replace(",", "")
    if not _PLAIN.fullmatch(folded):
        raise ValueError("not a number")
    number = Decimal(folded)
    if number.adjusted() > LARGEST:
        raise ValueError("not a number")
    return number


def parse_date(text: str | None) -> dt.date | None:
    """A day written 2024-01-18, 2024/1/18, 2024.1.18, 20240118 or 2024年1月18日; None where there is none.

    Raises:
        ValueError: the text is no such day.
    """
    folded = _TIME.sub("", unicodedata.normalize("NFKC", text or "").translate(_DASHES).strip())
    folded = "".join(folded.split())
    if folded in _MISSING:
        return None
    match = _DATE.fullmatch(folded)
    if match is None:
        raise ValueError("not a day")
    year, month, day = (int(part) for part in match.groups() if part)
    return dt.date(year, month, day)
