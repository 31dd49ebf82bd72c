"""Accounts: value added by industry from the national bureau's layout and from the table by division.

Belongs here: which industry, measure, price basis and unit a name means. Does not belong here: the layout (``nbs``).
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final

import pyarrow as pa

from pipelines.contracts import contract
from pipelines.ingest.rows import Row, Typed, finish, type_rows
from pipelines.ingest.texts import normal, parse_number
from pipelines.ingest.units import YUAN
from pipelines.ingest.words import SPANS, STATUSES, VINTAGES
from pipelines.workspace import City

_INDUSTRY: Final = re.compile(r"GDP|primary|secondary|tertiary|industry|other|[A-T]|\d{2}")
_GROWTH: Final = re.compile(r"同比|增长|增速")
_SEQUENTIAL: Final = "环比"
_YEAR_BEFORE: Final = re.compile(r"[上去]年(同[期月季]|同季度)?=100")


@cache
def industries() -> dict[str, str]:
    """Industry names as the bureau writes them → industry codes of ``core_account``."""
    text = (files("pipelines.ingest.forms") / "indicators.csv").read_text(encoding="utf-8")
    return {normal(row["name"]): row["industry"] for row in csv.DictReader(text.splitlines())}


def core_account(account: pa.Table, account_division: pa.Table, city: City) -> tuple[pa.Table, pa.Table]:
    """Accounts from both forms as one table (contract ``core_account``), and the rows set aside.

    Args:
        account: raw table of the form ``account`` (the national bureau's layout, long).
        account_division: raw table of the form ``account_division``.
        city: whose regions are known by name.
    """
    typed = Typed()
    regions = _region_names(city)
    type_rows(account, "account", partial(_from_export, city=city, regions=regions), typed)
    type_rows(account_division, "account_division", _from_division, typed)
    terms = contract("core_account")
    return finish(typed, terms.schema, dict.fromkeys([*terms.key, "price_basis"]))


def _region_names(city: City) -> dict[str, str]:
    names = {name: code for code, name in city.regions.items()}
    names |= {county.short: county.code for county in city.counties if county.short}
    names |= {code: code for code in city.regions}
    return {normal(name): code for name, code in names.items()}


def _from_export(row: Row, *, city: City, regions: dict[str, str]) -> dict[str, Any] | None:
    """One cell of an export; an empty cell is no row."""
    try:
        number = parse_number(row.cells.get("value"))
    except ValueError:
        raise row.fail("value", "not_a_number", "不是数字，请更正。", "Not a number.") from None
    if number is None:
        return None
    measure = _measure(row)
    value, unit = _value(row, measure, number)
    period, span = _period(row)
    return {
        "region": _region(row, city, regions),
        "industry": _industry(row),
        "measure": measure,
        "period": period,
        "span": span,
        "value": float(value),
        "unit": unit,
        "price_basis": _price_basis(row, measure),
        "vintage": row.text("vintage") or "preliminary",
        "status": row.text("status") or "A",
        "authority": row.text("authority") or ("国家公布" if city.kind == "nation" else "统计机构"),
        "known_from": row.cells["received_at"],
        "source": row.cells["file"],
    }


def _region(row: Row, city: City, regions: dict[str, str]) -> str:
    name = row.text("region_name")
    if not name:
        return row.text("region") or city.code
    code = regions.get(normal(name))
    if code is None:
        raise row.fail(
            "region_name",
            "unknown_region",
            "地区不在 city.toml 所列范围内，该行未使用。",
            "The region is not among those of city.toml; the row was not used.",
        )
    return code


def _industry(row: Row) -> str:
    name = normal(row.text("indicator")).removesuffix("指数").removesuffix("增加值")
    code = industries().get(name)
    if code is None:
        raise row.fail(
            "indicator",
            "unknown_indicator",
            "不是已知的核算指标，该行未使用；新指标请登记到 indicators.csv。",
            "Not a known indicator of the accounts; add it to indicators.csv to use it.",
        )
    return code


def _measure(row: Row) -> str:
    measure = row.text("measure")
    if _SEQUENTIAL in measure:
        raise row.fail(
            "measure", "unknown_measure", "环比数据未使用。", "Changes over the previous period are not used."
        )
    if row.text("base") or row.text("indicator").endswith("指数"):
        if row.text("base") and not _YEAR_BEFORE.fullmatch(row.text("base")):
            raise row.fail(
                "base", "unknown_measure", "只使用上年（同期）=100 的指数。", "Only indices on a year before."
            )
        return "index"
    return "growth" if _GROWTH.search(measure) else "value"


def _value(row: Row, measure: str, number: Decimal) -> tuple[Decimal, str]:
    """The number in yuan, or as a fraction."""
    unit = normal(row.text("unit"))
    if measure == "value":
        if unit not in YUAN:
            raise row.fail(
                "unit",
                "unit_undeclared",
                "金额没有注明单位或单位无法识别；请在指标名称后注明，如（亿元）。",
                "No known money unit; state it after the indicator's name, such as (亿元).",
            )
        return number * YUAN[unit], "元"
    if unit not in {"%", ""}:
        raise row.fail("unit", "unknown_unit", "增速和指数的单位应为 %。", "Growth and indices are in per cent.")
    return number / 100, "比率"


def _price_basis(row: Row, measure: str) -> str:
    price = row.text("price")
    if price:
        return "constant" if price.startswith(("不变价", "可比价")) else "current"
    return "current" if measure == "value" else "constant"


def _period(row: Row) -> tuple[str, str]:
    """Period and span; a cumulative span of months that ends a quarter is that quarter's."""
    period, span = row.need("period"), row.need("span")
    match = re.fullmatch(r"(\d{4})-(\d{2})", period)
    if match is None:
        return period, span
    quarter, rest = divmod(int(match[2]), 3)
    if rest or span != "cumulative":
        raise row.fail(
            "period", "bad_period", "月度数据不是季末累计数，未使用。", "A month that ends no cumulated quarter."
        )
    return f"{match[1]}Q{quarter}", span


def _from_division(row: Row) -> dict[str, Any]:
    span = row.word("span", SPANS)
    return {
        "region": row.code("region", r"\d{6}", "六位地区代码", "six digits"),
        "industry": row.code("division", _INDUSTRY.pattern, "行业门类或两位大类代码", "a section or two digits"),
        "measure": "value",
        "period": row.period("period", span),
        "span": span,
        "value": float(row.number("value") * row.cells["yuan_per_unit"]),
        "unit": "元",
        "price_basis": "current",
        "vintage": row.word("vintage", VINTAGES),
        "status": row.word("status", STATUSES),
        "authority": row.need("authority"),
        "known_from": row.cells["received_at"],
        "source": row.cells["file"],
    }
