"""Leading proxies of departments by month, typed: electricity, invoices, vacancies, orders.

Belongs here: the table ``core_leading``, row by row. Does not belong here: when a proxy turns (``leading_fact.sql``).
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any, Final

import pyarrow as pa

from classification import arrow_tables
from pipelines.ingest.rows import Row, made
from pipelines.ingest.words import LEADING
from pipelines.workspace import City

WHOLE: Final = "core"


def core_leading(leading: pa.Table, city: City) -> tuple[pa.Table, pa.Table]:
    """Leading proxies of the place itself (contract ``core_leading``), and the rows set aside."""
    return made(leading, "leading", partial(_leading, place=city.code), "core_leading")


def _leading(row: Row, *, place: str) -> dict[str, Any]:
    if row.need("region") != place:
        raise row.fail("region", "unknown_region", "只收本地全域的数，请填本地代码。", "Not the place itself.")
    code = row.need("class")
    if code != WHOLE and code not in _divisions():
        raise row.fail(
            "class",
            "bad_code",
            "应为 core（核心产业合计）或含核心产业的两位行业大类代码。",
            "Neither the core as a whole nor a division with core classes.",
        )
    value = row.number("value")
    if value < 0:
        raise row.fail("value", "range", "当月值不应为负。", "A month's value is not negative.")
    return {
        "month": row.month("month"),
        "proxy": row.word("proxy", LEADING),
        "region": place,
        "level": "industry" if code == WHOLE else "sector",
        "class": code,
        "value": float(value),
        "value_before": row.positive("value_before"),
        "department": row.need("department"),
        "known_from": row.cells["received_at"],
        "source": row.cells["file"],
    }


@cache
def _divisions() -> frozenset[str]:
    """The divisions of GB/T 4754 that have core classes."""
    return frozenset(gbt[:2] for gbt in arrow_tables()["core_map"]["gbt"].to_pylist())
