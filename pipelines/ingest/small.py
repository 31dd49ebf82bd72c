"""The small tables that everybody looks up, typed from their raw tables; one bad cell never costs the others.

Belongs here: prices, rates, coefficients, efficiency. Does not belong here: firm returns (review), and the tables of
``accounts``, ``published``, ``digital``, ``estimates``, ``leading`` and ``ledgers``, which are offered here too, so
that all are found in one place.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from pipelines.contracts import ARROW, contract
from pipelines.ingest.accounts import core_account
from pipelines.ingest.digital import core_capital, core_capital_setting, core_io_flow, core_io_sector
from pipelines.ingest.estimates import core_below, core_control, core_proxy, core_route, core_volume
from pipelines.ingest.index_scheme import core_index_scheme
from pipelines.ingest.leading import core_leading
from pipelines.ingest.ledgers import core_ledger_history
from pipelines.ingest.published import core_published
from pipelines.ingest.rows import CellError, Row, Typed, finish, made, type_rows, validity
from pipelines.ingest.words import LEVELS, METHODS, STATUSES
from pipelines.workspace import City

__all__ = [
    "TYPED",
    "core_account",
    "core_below",
    "core_coefficient",
    "core_control",
    "core_efficiency",
    "core_leading",
    "core_price",
    "core_proxy",
    "core_published",
    "core_rate",
    "core_route",
    "core_volume",
]

Both = tuple[pa.Table, pa.Table]

RATE_SCHEMA: Final = pa.schema(
    [
        pa.field("year", pa.int64(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("code_level", pa.string(), nullable=False),
        pa.field("rate", ARROW["rate"], nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("known_from", pa.date32(), nullable=False),
    ]
)
_CODE_LEVELS: Final = {2: "division", 3: "group", 4: "class"}


def core_price(price: pa.Table, city: City) -> Both:  # noqa: ARG001 - all typed tables are called alike
    """Cumulative price indices, last year = 1 (contract ``core_price``), and the rows set aside."""
    return made(price, "price", _price, "core_price")


def _price(row: Row) -> dict[str, Any]:
    index = row.number("index")
    if not 0 < index < 1000:
        raise row.fail(
            "index", "range", "价格指数应大于 0 且小于 1000（上年同期=100）。", "An index lies between 0 and 1000."
        )
    return {
        "quarter": row.period("period", "cumulative"),
        "division": row.code("division", r"\d{2}", "两位行业大类代码", "two digits"),
        "index": float(index / 100),
        "item": row.need("item"),
        "status": row.word("status", STATUSES),
        "known_from": row.cells["received_at"],
        "source": row.cells["file"],
    }


def core_rate(rate: pa.Table, city: City) -> Both:  # noqa: ARG001
    """Value-added rates as given by the province (``RATE_SCHEMA``), and the rows set aside."""
    typed = Typed()
    type_rows(rate, "rate", _rate, typed)
    return finish(typed, RATE_SCHEMA, ("year", "code", "known_from"))


def _rate(row: Row) -> dict[str, Any]:
    code = row.code("code", r"\d{2,4}", "两至四位行业代码", "two to four digits")
    year = row.code("year", r"(19|20)\d\d", "四位年份", "a year")
    rate = row.fraction("rate", percent=True)
    if 0 < rate <= Decimal("0.01"):
        raise row.fail(
            "rate",
            "suspect_unit",
            "增加值率不足 1%，疑似未按百分数填报，请核实。",
            "A rate under 1 %: it may not have been written as a percentage.",
        )
    return {
        "year": int(year),
        "code": code,
        "code_level": _CODE_LEVELS[len(code)],
        "rate": rate,
        "source": row.need("source"),
        "known_from": row.cells["received_at"],
    }


def core_coefficient(coefficient: pa.Table, city: City) -> Both:  # noqa: ARG001
    """Coefficients of starred classes (contract ``core_coefficient``), and the rows set aside.

    A vector whose parts exceed 1 is set aside whole: there is no telling which part is wrong.
    """
    typed = Typed()
    type_rows(coefficient, "coefficient", _coefficient, typed)
    _check_vectors(typed)
    terms = contract("core_coefficient")
    return finish(typed, terms.schema, terms.key)


def _coefficient(row: Row) -> dict[str, Any]:
    level = row.word("level", LEVELS)
    key = row.need("key")
    if (key == "*") != (level not in {"unit", "county"}):
        raise row.fail(
            "key",
            "bad_key",
            "层级为单位或县时填代码，其他层级填 *。",
            "A code at the levels unit and county, * at the others.",
        )
    return {
        "gbt": row.code("gbt", r"\d{4}", "四位行业小类代码", "four digits"),
        "de": row.code("de", r"\d{6}", "六位数字经济小类代码", "six digits"),
        "level": level,
        "key": key,
        "k": row.fraction("k"),
        "method": row.word("method", METHODS),
        "source": row.need("source"),
        **validity(row),
        "approver": row.need("approver"),
        "known_from": row.cells["received_at"],
    }


def _check_vectors(typed: Typed) -> None:
    """Set aside the rows of every vector that sums to more than 1."""
    names = ("gbt", "level", "key", "method", "valid_from", "known_from")
    parts: dict[tuple[Any, ...], dict[str, Decimal]] = {}
    for row in typed.rows:
        parts.setdefault(tuple(row[name] for name in names), {})[row["de"]] = row["k"]
    over = {key for key, vector in parts.items() if sum(vector.values()) > 1}
    if not over:
        return
    pairs = list(zip(typed.rows, typed.sources, strict=True))
    for row, source in pairs:
        if tuple(row[name] for name in names) in over:
            zh, en = (
                "同一行业各部分系数之和大于 1，整组未使用。",
                "The parts of this class exceed 1; none of them is used.",
            )
            typed.put_aside(source, CellError(source.header("k"), "over_one", zh, en, source.cells["k"]))
    kept = [pair for pair in pairs if tuple(pair[0][name] for name in names) not in over]
    typed.rows, typed.sources = [row for row, _ in kept], [source for _, source in kept]


def core_efficiency(efficiency: pa.Table, city: City) -> Both:  # noqa: ARG001
    """Efficiency coefficients d by division (contract ``core_efficiency``), and the rows set aside."""
    return made(efficiency, "efficiency", _efficiency, "core_efficiency")


def _efficiency(row: Row) -> dict[str, Any]:
    return {
        "division": row.code("division", r"\d{2}", "两位行业大类代码", "two digits"),
        "d": row.fraction("d"),
        "method": row.need("method"),
        "source": row.need("source"),
        **validity(row),
        "approver": row.need("approver"),
        "known_from": row.cells["received_at"],
    }


TYPED: Final[dict[str, Callable[..., Both]]] = {
    "core_account": core_account,
    "core_price": core_price,
    "core_rate": core_rate,
    "core_coefficient": core_coefficient,
    "core_efficiency": core_efficiency,
    "core_published": core_published,
    "core_route": core_route,
    "core_volume": core_volume,
    "core_below": core_below,
    "core_proxy": core_proxy,
    "core_control": core_control,
    "core_capital": core_capital,
    "core_capital_setting": core_capital_setting,
    "core_index_scheme": core_index_scheme,
    "core_leading": core_leading,
    "core_io_sector": core_io_sector,
    "core_io_flow": core_io_flow,
    "core_ledger_history": core_ledger_history,
}
