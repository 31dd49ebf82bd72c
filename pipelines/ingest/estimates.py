"""What estimates rest on, typed: routes, volumes, what lies below the threshold, its proxies, annual controls.

Belongs here: these five small tables, row by row. Does not belong here: what follows from them (indicators.measure).
"""

from __future__ import annotations

from collections.abc import Set
from functools import partial
from typing import Any

import pyarrow as pa

from pipelines.ingest.rows import Row, made, validity
from pipelines.ingest.words import CONTROL_VINTAGES, ROUTES, STATUSES, VINTAGES
from pipelines.workspace import City


def core_route(route: pa.Table, city: City) -> tuple[pa.Table, pa.Table]:  # noqa: ARG001
    """The route of each industry (contract ``core_route``), and the rows set aside."""
    return made(route, "route", _route, "core_route")


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
        **validity(row),
        "approver": row.need("approver"),
        "known_from": row.cells["received_at"],
    }


def core_volume(volume: pa.Table, city: City) -> tuple[pa.Table, pa.Table]:  # noqa: ARG001
    """Growth of volume indicators (contract ``core_volume``), and the rows set aside."""
    return made(volume, "volume", _volume, "core_volume")


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


def core_below(below: pa.Table, city: City) -> tuple[pa.Table, pa.Table]:
    """Value added below the threshold in a base year (contract ``core_below``), and the rows set aside."""
    counties = {county.code for county in city.counties}
    return made(below, "below", partial(_below, counties=counties), "core_below")


def _below(row: Row, *, counties: Set[str]) -> dict[str, Any]:
    va = row.yuan("va")
    if va < 0:
        raise row.fail("va", "range", "规模以下增加值不应为负。", "Value added below the threshold is not negative.")
    return {
        "year": row.year("year"),
        "county": _county(row, counties),
        "gbt": row.code("gbt", r"\d{4}", "四位行业小类代码", "four digits"),
        "de": row.code("de", r"\d{6}", "六位数字经济小类代码", "six digits"),
        "va": va,
        "proxy": row.need("proxy"),
        "known_from": row.cells["received_at"],
        "source": row.need("source"),
    }


def core_proxy(proxy: pa.Table, city: City) -> tuple[pa.Table, pa.Table]:
    """What moves with the units below the threshold (contract ``core_proxy``), and the rows set aside."""
    counties = {county.code for county in city.counties}
    return made(proxy, "proxy", partial(_proxy, counties=counties), "core_proxy")


def _proxy(row: Row, *, counties: Set[str]) -> dict[str, Any]:
    return {
        "quarter": row.period("period", "cumulative"),
        "proxy": row.need("proxy"),
        "county": _county(row, counties) if row.text("county") else "",
        "value": row.positive("value"),
        "status": row.word("status", STATUSES),
        "known_from": row.cells["received_at"],
        "source": row.cells["file"],
    }


def core_control(control: pa.Table, city: City) -> tuple[pa.Table, pa.Table]:
    """Annual totals that the core must add up to (contract ``core_control``), and the rows set aside."""
    return made(control, "control", partial(_control, regions=set(city.regions)), "core_control")


def _control(row: Row, *, regions: Set[str]) -> dict[str, Any]:
    vintage = row.word("vintage", VINTAGES)
    if vintage not in CONTROL_VINTAGES:
        raise row.fail("vintage", "unknown_word", "只能填最终核实或普查。", "Only final or census.")
    if (region := row.need("region")) not in regions:
        raise row.fail("region", "unknown_region", "地区代码不在本地名录中。", "Not a region of this workspace.")
    return {
        "year": row.year("year"),
        "region": region,
        "class": row.code("class", r"core|\d{2}|\d{4}", "core 或两位、四位数字经济类别", "core, two or four digits"),
        "va": row.yuan("va"),
        "vintage": vintage,
        "authority": row.need("authority"),
        "known_from": row.cells["received_at"],
        "source": row.need("source"),
    }


def _county(row: Row, counties: Set[str]) -> str:
    if (county := row.need("county")) not in counties:
        raise row.fail("county", "unknown_region", "县代码不在本地名录中。", "Not a county of this workspace.")
    return county
