"""The inputs of penetration: ICT investment and its settings, the sectors and flows of an input-output table.

Belongs here: the rows of the forms HS05 to HS08. Does not belong here: the definitions themselves
(``indicators.penetration``), firms' answers on digital use (the engine).
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from pipelines.ingest.rows import Row, made, validity
from pipelines.ingest.words import ANSWERS, SECTORS
from pipelines.workspace import City

Both = tuple[pa.Table, pa.Table]


def core_capital(capital: pa.Table, city: City) -> Both:  # noqa: ARG001 - all typed tables are called alike
    """ICT investment and value added by part of the economy and year (contract ``core_capital``)."""
    return made(capital, "capital", _capital, "core_capital")


def _capital(row: Row) -> dict[str, Any]:
    return {
        "year": row.year("year"),
        "sector": row.word("sector", SECTORS),
        "investment": _not_negative(row, "investment"),
        "investment_price": row.positive("investment_price"),
        "va": _not_negative(row, "va"),
        "va_price": row.positive("va_price"),
        "source": row.need("source"),
        "known_from": row.cells["received_at"],
    }


def core_capital_setting(capital_setting: pa.Table, city: City) -> Both:  # noqa: ARG001
    """What growth accounting takes for granted (contract ``core_capital_setting``), and the rows set aside."""
    return made(capital_setting, "capital_setting", _setting, "core_capital_setting")


def _setting(row: Row) -> dict[str, Any]:
    delta = row.fraction("delta")
    if not 0 < delta < 1:
        raise row.fail("delta", "range", "折旧率应大于 0 且小于 1。", "A rate of depreciation lies between 0 and 1.")
    return {
        "sector": row.word("sector", SECTORS),
        "base_year": row.year("base_year"),
        "r": row.fraction("r"),
        "delta": delta,
        "g": row.fraction("g"),
        "method": row.need("method"),
        "source": row.need("source"),
        **validity(row),
        "approver": row.need("approver"),
        "known_from": row.cells["received_at"],
    }


def core_io_sector(io_sector: pa.Table, city: City) -> Both:  # noqa: ARG001
    """The sectors of input-output tables (contract ``core_io_sector``), and the rows set aside."""
    return made(io_sector, "io_sector", _io_sector, "core_io_sector")


def _io_sector(row: Row) -> dict[str, Any]:
    return {
        "year": row.year("year"),
        "code": row.need("code"),
        "label": row.need("name"),
        "section": row.code("section", "[A-T]", "一个门类字母（A—T）", "one letter of a section, A to T"),
        "digital": row.word("digital", ANSWERS) == "yes",
        "output": _not_negative(row, "output"),
        "scope": row.need("scope"),
        "source": row.need("source"),
        "known_from": row.cells["received_at"],
    }


def core_io_flow(io_flow: pa.Table, city: City) -> Both:  # noqa: ARG001
    """The flows of input-output tables (contract ``core_io_flow``), and the rows set aside."""
    return made(io_flow, "io_flow", _io_flow, "core_io_flow")


def _io_flow(row: Row) -> dict[str, Any]:
    return {
        "year": row.year("year"),
        "supplier": row.need("supplier"),
        "user": row.need("user"),
        "flow": _not_negative(row, "flow"),
        "known_from": row.cells["received_at"],
    }


def _not_negative(row: Row, name: str) -> int:
    amount = row.yuan(name)
    if amount < 0:
        raise row.fail(name, "range", "不应为负数。", "Below zero.")
    return amount
