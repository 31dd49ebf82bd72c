"""The small tables that everybody looks up, typed from their raw tables; one bad cell never costs the others.

Belongs here: prices, rates, coefficients, efficiency, routes, what is below the threshold, controls. Does not belong
here: firm returns (review), accounts and published figures (``accounts``, ``published``; offered here too, so that all
small tables are found in one place).
"""

from __future__ import annotations

from collections.abc import Callable, Set
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pyarrow as pa

from indicators.rounding import round_half_away
from pipelines.contracts import ARROW, contract
from pipelines.ingest.accounts import core_account
from pipelines.ingest.published import core_published
from pipelines.ingest.rows import FOREVER, CellError, Convert, Row, Typed, finish, type_rows
from pipelines.ingest.words import CONTROL_VINTAGES, LEVELS, METHODS, ROUTES, STATUSES, VINTAGES
from pipelines.workspace import City

__all__ = [
    "TYPED",
    "core_account",
    "core_below",
    "core_coefficient",
    "core_control",
    "core_efficiency",
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


def _made(raw: pa.Table, form: str, convert: Convert, table: str) -> Both:
    typed = Typed()
    type_rows(raw, form, convert, typed)
    terms = contract(table)
    return finish(typed, terms.schema, terms.key)


def core_price(price: pa.Table, city: City) -> Both:  # noqa: ARG001 - all typed tables are called alike
    """Cumulative price indices, last year = 1 (contract ``core_price``), and the rows set aside."""
    return _made(price, "price", _price, "core_price")


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
        **_validity(row),
        "approver": row.need("approver"),
        "known_from": row.cells["received_at"],
    }


def _validity(row: Row) -> dict[str, Any]:
    row.need("valid_from")
    start, end = row.date("valid_from"), row.date("valid_to") or FOREVER
    if start is None:
        raise row.fail("valid_from", "missing", "必填项为空，请补填。", "A required cell is empty.")
    if end <= start:
        raise row.fail("valid_to", "bad_date", "失效日期应晚于生效日期。", "Validity ends before it starts.")
    return {"valid_from": start, "valid_to": end}


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
    return _made(efficiency, "efficiency", _efficiency, "core_efficiency")


def _efficiency(row: Row) -> dict[str, Any]:
    return {
        "division": row.code("division", r"\d{2}", "两位行业大类代码", "two digits"),
        "d": row.fraction("d"),
        "method": row.need("method"),
        "source": row.need("source"),
        **_validity(row),
        "approver": row.need("approver"),
        "known_from": row.cells["received_at"],
    }


def core_route(route: pa.Table, city: City) -> Both:  # noqa: ARG001
    """The route of each industry (contract ``core_route``), and the rows set aside."""
    return _made(route, "route", _route, "core_route")


def _route(row: Row) -> dict[str, Any]:
    method, indicator = row.word("method", ROUTES), row.text("indicator")
    if (method == "volume") != bool(indicator):
        raise row.fail(
            "indicator", "missing", "物量外推须填物量指标，增加值率法不填。", "A volume route, and only it, names one."
        )
    return {
        "code": row.code("code", r"\d{2,4}", "两至四位行业代码", "two to four digits"),
        "method": method,
        "indicator": indicator,
        "source": row.need("source"),
        **_validity(row),
        "approver": row.need("approver"),
        "known_from": row.cells["received_at"],
    }


def core_volume(volume: pa.Table, city: City) -> Both:  # noqa: ARG001
    """Growth of volume indicators (contract ``core_volume``), and the rows set aside."""
    return _made(volume, "volume", _volume, "core_volume")


def _volume(row: Row) -> dict[str, Any]:
    growth = row.number("growth")
    if not -100 < growth < 1000:
        raise row.fail("growth", "range", "增速应在 −100% 与 1000% 之间。", "A growth lies between −100 and 1000 %.")
    return {
        "quarter": row.period("period", "cumulative"),
        "indicator": row.need("indicator"),
        "growth": float(growth / 100),
        "status": row.word("status", STATUSES),
        "known_from": row.cells["received_at"],
        "source": row.cells["file"],
    }


def core_below(below: pa.Table, city: City) -> Both:
    """Value added below the threshold in a base year (contract ``core_below``), and the rows set aside."""
    counties = {county.code for county in city.counties}
    return _made(below, "below", partial(_below, counties=counties), "core_below")


def _below(row: Row, *, counties: Set[str]) -> dict[str, Any]:
    va = row.number("va") * row.cells["yuan_per_unit"]
    if va < 0:
        raise row.fail("va", "range", "规模以下增加值不应为负。", "Value added below the threshold is not negative.")
    return {
        "year": _year(row),
        "county": _county(row, counties),
        "gbt": row.code("gbt", r"\d{4}", "四位行业小类代码", "four digits"),
        "de": row.code("de", r"\d{6}", "六位数字经济小类代码", "six digits"),
        "va": int(round_half_away(va)),
        "proxy": row.need("proxy"),
        "known_from": row.cells["received_at"],
        "source": row.need("source"),
    }


def core_proxy(proxy: pa.Table, city: City) -> Both:
    """What moves with the units below the threshold (contract ``core_proxy``), and the rows set aside."""
    counties = {county.code for county in city.counties}
    return _made(proxy, "proxy", partial(_proxy, counties=counties), "core_proxy")


def _proxy(row: Row, *, counties: Set[str]) -> dict[str, Any]:
    value = row.number("value")
    if value <= 0:
        raise row.fail("value", "range", "推算指标的累计值应大于 0。", "A proxy is above zero.")
    return {
        "quarter": row.period("period", "cumulative"),
        "proxy": row.need("proxy"),
        "county": _county(row, counties) if row.text("county") else "",
        "value": float(value),
        "status": row.word("status", STATUSES),
        "known_from": row.cells["received_at"],
        "source": row.cells["file"],
    }


def core_control(control: pa.Table, city: City) -> Both:
    """Annual totals that the core must add up to (contract ``core_control``), and the rows set aside."""
    return _made(control, "control", partial(_control, regions=set(city.regions)), "core_control")


def _control(row: Row, *, regions: Set[str]) -> dict[str, Any]:
    vintage = row.word("vintage", VINTAGES)
    if vintage not in CONTROL_VINTAGES:
        raise row.fail("vintage", "unknown_word", "只能填最终核实或普查。", "Only final or census.")
    if (region := row.need("region")) not in regions:
        raise row.fail("region", "unknown_region", "地区代码不在本地名录中。", "Not a region of this workspace.")
    return {
        "year": _year(row),
        "region": region,
        "class": row.code("class", "core|\\d{2}|\\d{4}", "core 或两位、四位数字经济类别", "core, two or four digits"),
        "va": int(round_half_away(row.number("va") * row.cells["yuan_per_unit"])),
        "vintage": vintage,
        "authority": row.need("authority"),
        "known_from": row.cells["received_at"],
        "source": row.need("source"),
    }


def _year(row: Row) -> int:
    return int(row.code("year", r"(19|20)\d\d", "四位年份", "a year"))


def _county(row: Row, counties: Set[str]) -> str:
    if (county := row.need("county")) not in counties:
        raise row.fail("county", "unknown_region", "县代码不在本地名录中。", "Not a county of this workspace.")
    return county


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
}
