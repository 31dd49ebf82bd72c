"""The scheme of the composite index HS16, typed row by row.

Belongs here: reading its cells. Does not belong here: whether the scheme holds together (indicators.measure).
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from pipelines.ingest.rows import Row, made
from pipelines.ingest.words import DIRECTIONS, PRICE_BASES, SPANS
from pipelines.workspace import City


def core_index_scheme(index_scheme: pa.Table, city: City) -> tuple[pa.Table, pa.Table]:  # noqa: ARG001
    """The nodes and leaves of the composite index (contract ``core_index_scheme``), and the rows set aside."""
    return made(index_scheme, "index_scheme", _node, "core_index_scheme")


def _node(row: Row) -> dict[str, Any]:
    leaf = bool(row.text("indicator"))
    return {
        "base_year": row.year("base_year"),
        "code": row.need("code"),
        "parent": row.text("parent"),
        "name_zh": row.need("name"),
        "indicator": row.text("indicator"),
        "definition_id": row.need("definition_id") if leaf else "",
        "class": row.text("class"),
        "span": row.word("span", SPANS) if leaf else "",
        "price_basis": row.word("price_basis", PRICE_BASES) if leaf else "",
        "direction": int(row.word("direction", DIRECTIONS)) if leaf else 0,
        "weight": _number(row, "weight"),
        "low": _number(row, "low"),
        "high": _number(row, "high"),
        "document": row.need("document"),
        "source": row.need("source"),
        "approver": row.need("approver"),
        "known_from": row.cells["received_at"],
    }


def _number(row: Row, name: str) -> float | None:
    return float(row.number(name)) if row.text(name) else None
