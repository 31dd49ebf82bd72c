"""Shapes: how a cell of each kind is written, as regular expressions that every engine reads alike.

Belongs here: one expression per kind of column, wide enough for whatever a reader understands, and the laws that a
form's columns thereby set. Does not belong here: reading the cell (texts, functions.sql). What no shape allows no
reader can read; the review then sets the row aside or asks, so these laws warn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipelines.contracts.laws import Law
from pipelines.ingest.forms import Form, Kind

# Written out, for `\d` and `\s` do not mean the same in Python, Arrow and DuckDB; no group is kept.
_DIGIT: Final = "[0-9０-９]"
_GAP: Final = "[ \u3000]*"
_SIGN: Final = "[-+－＋—–−‐‑―~～]?"
_DASH: Final = "[-－—–−‐‑―~～]"
_GROUPED: Final = f"{_DIGIT}[0-9０-９,， \u3000]*"
_EXPONENT: Final = "(?:[eE][-+]?[0-9]{1,3})?"
# What statisticians write where there is no figure.
_NONE: Final = f"{_DASH}{{1,3}}|[.．…]{{1,6}}|[/／\\\\xX]|NA|无"
_DAY: Final = (
    f"(?:{_DIGIT}{{4}}(?:{_DASH}|[./．／]|年){_DIGIT}{{1,2}}(?:{_DASH}|[./．／]|月){_DIGIT}{{1,2}}日?|{_DIGIT}{{8}})"
)
_NUMBER: Final = f"{_SIGN}{_GAP}(?:{_GROUPED}(?:[.．][0-9０-９,， \u3000]*)?|[.．]{_GROUPED}){_EXPONENT}"
_WHOLE: Final = f"{_SIGN}{_GAP}{_GROUPED}(?:[.．][0０]*)?{_EXPONENT}"

_SHAPES: Final[dict[Kind, tuple[str, str]]] = {
    "code": ("[0-9A-Za-z０-９Ａ-Ｚａ-ｚ*＊_.;\u3000 －-]+", "应为代码（字母、数字）"),
    "money": (_NUMBER, "应为数字"),
    "number": (_NUMBER, "应为数字"),
    "count": (_WHOLE, "应为整数"),
    "integer": (_WHOLE, "应为整数"),
    "date": (f"{_DAY}(?:[T ]0{{1,2}}:00(?::00(?:[.]0+)?)?)?", "应为日期"),
    "flag": ("[是否1１0０√×YNyn]", "应为“是”或“否”"),
}


def shape(kind: Kind) -> tuple[str, str]:
    """The expression that a whole cell of a kind matches, and what it demands in Chinese; '' for free text."""
    pattern, requirement = _SHAPES.get(kind, ("", ""))
    return (f"{_GAP}(?:{pattern}|{_NONE})?{_GAP}" if pattern else ""), requirement


def cell_laws(form: Form) -> Iterator[Law]:
    """The laws that a form's own columns set: required ones hold something, each has its kind's shape."""
    for column in form.columns:
        if column.required:
            yield Law("not_null", (column.name,), "必填，不得为空", "warn")
        pattern, requirement = shape(column.kind)
        if pattern:
            yield Law("shape", (column.name,), requirement, "warn", pattern=pattern)
