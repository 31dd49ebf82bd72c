"""What the synthetic city's estimates rest on, as files HS11 to HS15.

Routes and volumes of industries, what lies below the threshold and its proxy, annual controls.

Belongs here: when each comes, how it looks, and its plainly synthetic numbers. Does not belong here: firms' returns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from classification import arrow_tables
from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.sample.calibration import year_ends
from pipelines.sample.firm_files import BASE_RECEIVED, Sent, received_on
from pipelines.sample.layout import Cell, Dress, headers, write_text
from pipelines.sample.profile import CITY, COUNTIES, COUNTY_WEIGHTS, STARRED, classes
from pipelines.sample.universe import Universe

_SOURCE: Final = "合成数据"
_VOLUME: Final = "电信业务总量（上年不变价）"
_ROUTED: Final = "6312"
_ROUTE_FROM: Final = dt.date(2023, 1, 1)
# Growth of the volume by the end of each quarter, in %.
_VOLUME_GROWTH: Final = {
    2022: (9.1, 9.6, 9.9, 10.2),
    2023: (10.8, 10.4, 10.6, 10.3),
}
_PROXY: Final = "小规模纳税人销售额"
# Sales of small taxpayers in 亿元, cumulative, and their growth over a year.
_PROXY_PATH: Final = (30.2, 62.5, 96.1, 133.0)
_PROXY_GROWTH: Final = {2020: 1.0, 2021: 1.081, 2022: 1.041, 2023: 1.062}
# What of a group's core value added lies below the threshold, over what reports.
_BELOW: Final = {"01": 0.02, "02": 0.22, "03": 0.1, "04": 0.12}
_BASE_YEAR: Final = 2020
# The province's final figure of a year over what the quarters had, by year.
_CONTROL: Final = {2021: 1.006, 2022: 0.996}


def write_period_estimates(inbox: Path, quarter: Quarter) -> Iterator[Sent]:
    """Write HS14 of a quarter and, from 2022 on, HS12."""
    level = 1.0
    for year in range(_BASE_YEAR, quarter.year + 1):
        level *= _PROXY_GROWTH[year]
    value = round(_PROXY_PATH[quarter.number - 1] * level, 2)
    label = f"{quarter.year}年{quarter.number}季度"
    day = received_on(quarter, day=19)
    yield _write(inbox, "proxy", label, [[str(quarter), _PROXY, "", value, "E", _SOURCE]], day=day, reporter="税务局")
    if quarter.year in _VOLUME_GROWTH:
        growth = _VOLUME_GROWTH[quarter.year][quarter.number - 1]
        yield _write(
            inbox, "volume", label, [[str(quarter), _VOLUME, growth, "E", _SOURCE]], day=day, reporter="通信管理部门"
        )


def write_estimates(universe: Universe, table: list[dict[str, str]], inbox: Path) -> Iterator[Sent]:
    """Write HS11 (routes), HS13 (what lay below the threshold in 2020) and HS15 (the province's annual controls)."""
    route: list[Cell] = [
        _ROUTED,
        "物量外推",
        _VOLUME,
        "季度核算方案（合成）",
        str(_ROUTE_FROM),
        "",
        "示范市统计局核算科",
    ]
    yield _write(inbox, "route", "2023年", [route], day=dt.date(2023, 3, 1), reporter="核算科")
    yield _write(inbox, "below", f"{_BASE_YEAR}年", _below_rows(), day=BASE_RECEIVED, reporter="普查中心")
    ends = year_ends(universe, table)
    for year, factor in _CONTROL.items():
        total = round(float(ends[year].core_by_class.sum()) * factor / 1e8, 2)
        row: list[Cell] = [year, CITY, "core", f"{total * 1e4:.0f}", "最终核实", "省级反馈", "省统计局最终核实（合成）"]
        yield _write(inbox, "control", f"{year}年", [row], day=dt.date(year + 1, 12, 20), reporter="核算科")


def _below_rows() -> list[list[Cell]]:
    """Value added below the threshold by county and class, in 万元; classes that are core in full."""
    digital = dict(zip(*(arrow_tables()["core_map"][name].to_pylist() for name in ("gbt", "de")), strict=True))
    found: list[list[Cell]] = []
    for gbt, group, va in zip(classes().gbt.tolist(), classes().group.tolist(), classes().va.tolist(), strict=True):
        if group in _BELOW and gbt in digital and gbt not in STARRED:
            for county, weight in zip(COUNTIES, COUNTY_WEIGHTS, strict=True):
                value = round(va * 1e4 * 0.85 * _BELOW[group] * weight, 1)
                found.append([_BASE_YEAR, county, gbt, digital[gbt], value, _PROXY, "经济普查资料延长（合成）"])
    return found


def _write(inbox: Path, form: str, label: str, table: Sequence[Sequence[Cell]], *, day: dt.date, reporter: str) -> Sent:
    said = forms()[form]
    name = f"{said.code}_{said.title}_{label}.csv"
    line = f"表    号：{said.code}表" + ("    计量单位：万元" if said.money else "")
    look = Dress(said.title, (line,), ("说明：合成数据。",))
    write_text(inbox / name, look, list(headers(form, 0).values()), [list(row) for row in table])
    return Sent(name, day, reporter, _SOURCE)
