"""From an industry code as it was written to its class: the statement sql/assign.sql on a list of codes.

Belongs here: running the text that the pipeline runs, for callers that must not load pandas.
Does not belong here: frames (assign.py), digital classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from classification.statements import statement
from classification.tables import code_columns

if TYPE_CHECKING:
    from collections.abc import Iterable


class Resolution(NamedTuple):
    """What became of a written code: ``status`` is assigned, unmatched or ambiguous; ``gbt`` only when assigned."""

    gbt: str | None
    status: str
    reason: str


def resolve(codes: Iterable[object]) -> list[Resolution]:
    """Resolve written industry codes, one by one.

    Args:
        codes: as received: text or numbers, None or NaN for nothing.

    Returns:
        One resolution per code, in the order given. Source: GB/T 4754-2017 with amendment 1.
    """
    import duckdb

    written = ["" if code is None or _missing(code) else str(code) for code in codes]
    spellings = sorted(set(written))
    tables = code_columns()
    lists: dict[str, dict[str, list[object]]] = {
        "units": {"row_id": list(range(len(spellings))), "code": list(spellings)},
        "gbt": tables["gbt"],
        "gbt_2011": tables["gbt_2011"],
    }
    with duckdb.connect(":memory:") as engine:
        for name, columns in lists.items():
            engine.sql(statement(f"list_{name}"), params=columns).create(name)
        rows = engine.sql(statement("assign")).select("code", "gbt", "class_status", "reason").fetchall()
    found = {code: Resolution(gbt, status, reason) for code, gbt, status, reason in rows}
    return [found[code] for code in written]


def _missing(code: object) -> bool:
    """Whether a value is NaN, NaT or NA, without loading the library it may come from."""
    return code != code if isinstance(code, float) else type(code).__name__ in {"NAType", "NaTType"}  # noqa: PLR0124
