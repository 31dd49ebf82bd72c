"""The accounts of the synthetic city as files: the national bureau's export layout, and HS01 by division.

Belongs here: which file carries which quarters, and as first estimated or as restated. Does not belong here: how the
numbers come about (accounts, macro).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from indicators.quarter import Quarter, quarters_between
from pipelines.ingest.forms import forms
from pipelines.sample.accounts import STEP, Accounts
from pipelines.sample.firm_files import Sent, received_on
from pipelines.sample.layout import Cell, Dress, headers, write_sheet, write_text
from pipelines.sample.macro import SERIES, growth
from pipelines.sample.profile import CITY, COUNTY_NAMES, divisions
from pipelines.sample.universe import FIRST

AUTHORITY: Final = "示范市统计局（合成）"
COLUMNS: Final = 6
_NOTES: Final = (
    "注：1.按当年价格计算。累计数据为年初至本季末；季度数据均为合成，标为估计（E）。",
    "　　　2.三次产业依据《三次产业划分规定》（2018年）：大类05、11、43属第三产业，故工业与建筑业之和不等于第二产业。",
    "　　　3.行业分类采用《国民经济行业分类（GB/T 4754－2017）》。四季度数据公布时对当年前三个季度作了修订。",
    "数据来源：示范市统计局（合成数据）",
)
_INDICES: Final = {
    "gdp": "国内生产总值",
    "primary": "第一产业增加值",
    "secondary": "第二产业增加值",
    "tertiary": "第三产业增加值",
    "industry": "工业增加值",
    "construction": "建筑业增加值",
}
_SECTIONS: Final = {
    "农林牧渔业": ("01", "05"),
    "制造业": ("13", "43"),
    "批发和零售业": ("51", "52"),
    "交通运输、仓储和邮政业": ("53", "60"),
    "住宿和餐饮业": ("61", "62"),
    "金融业": ("66", "69"),
    "房地产业": ("70", "70"),
    "信息传输、软件和信息技术服务业": ("63", "65"),
    "租赁和商务服务业": ("71", "72"),
}


def write_accounts(accounts: Accounts, inbox: Path, quarter: Quarter) -> Iterator[Sent]:
    """Write the accounts known after a quarter: GDP and indices in the export layout, counties, HS01.

    The base year comes as one set of files, with its fourth quarter.
    """
    if quarter.year == FIRST.year and quarter.number < 4:
        return
    day = received_on(quarter, day=19)
    shown = quarters_between(max(FIRST, quarter - (COLUMNS - 1)), quarter)[::-1]
    tag = f"{quarter.year}年{quarter.number}季度"
    for name, title, table in (
        (f"GDP_示范市_季度_{tag}.csv", "季度数据", _values(accounts, shown, quarter)),
        (f"GDP_示范市_季度指数_{tag}.csv", "季度数据", _growths(accounts, shown, quarter)),
    ):
        look = Dress(f"数据库：{title}", (f"时间：最近{len(shown)}季度",), _NOTES, "gb18030")
        write_text(inbox / name, look, ["指标", *(q.label("quarter") for q in shown)], table)
        yield _account(name, day)
    name = f"GDP_分县区_累计_{tag}.xlsx"
    counties = np.array([accounts.by_county(q, first=_is_first(q, quarter)) for q in shown])
    table = [[county, *(value / 100 for value in counties[:, at].tolist())] for at, county in enumerate(COUNTY_NAMES)]
    lines = ("指标：地区生产总值累计值(亿元)", f"时间：最近{len(shown)}季度")
    look = Dress("数据库：分县区季度数据", lines, (_NOTES[0], _NOTES[-1]))
    write_sheet(inbox / name, look, ["地区", *(q.label("quarter") for q in shown)], table, sheet="分县区季度数据")
    yield _account(name, day)
    yield _write_divisions(accounts, inbox, quarter, day)


def _account(name: str, day: dt.date) -> Sent:
    return Sent(
        name, day, "核算科", "统计数据库导出", region=CITY, vintage="preliminary", status="E", authority=AUTHORITY
    )


def _is_first(period: Quarter, known: Quarter) -> bool:
    # Until the year-end file comes, the year's earlier quarters stand as first estimated.
    return period.year == known.year and known.number < 4


def _values(accounts: Accounts, shown: list[Quarter], known: Quarter) -> list[list[Cell]]:
    cumulative = {q: _levels(accounts, q, known) for q in _with_years(shown)}
    table: list[list[Cell]] = []
    for name in cumulative[shown[0]]:
        singles = [cumulative[q][name] - (cumulative[q - 1][name] if q.number > 1 else 0) for q in shown]
        label = name if name == "国内生产总值" else f"{name}增加值"
        table.append([f"{label}当季值(亿元)", *(_two(value) for value in singles)])
        table.append([f"{label}累计值(亿元)", *(_two(cumulative[q][name]) for q in shown)])
    return table


def _with_years(shown: list[Quarter]) -> list[Quarter]:
    first = min(shown)
    return quarters_between(Quarter(first.year, 1), max(shown))


def _levels(accounts: Accounts, quarter: Quarter, known: Quarter) -> dict[str, int]:
    """Cumulative levels in 0.01 亿元 in the order of the export; 其他行业 is what the others leave."""
    first = _is_first(quarter, known)
    totals = accounts.control(quarter, first=first)
    value = accounts.by_division(quarter, first=first)
    codes = np.array(accounts.codes)
    sections = {
        name: round(int(value[(codes >= low) & (codes <= high)].sum()) / STEP)
        for name, (low, high) in _SECTIONS.items()
    }
    found = {
        "国内生产总值": totals.gdp,
        "第一产业": totals.primary,
        "第二产业": totals.secondary,
        "第三产业": totals.tertiary,
        "农林牧渔业": sections.pop("农林牧渔业"),
        "工业": totals.industry,
        "制造业": sections.pop("制造业"),
        "建筑业": totals.construction,
        **sections,
    }
    parts = ("农林牧渔业", "工业", "建筑业", *sections)
    return found | {"其他行业": totals.gdp - sum(found[name] for name in parts)}


def _growths(accounts: Accounts, shown: list[Quarter], known: Quarter) -> list[list[Cell]]:
    table: list[list[Cell]] = []
    for series in SERIES:
        name = f"{_INDICES[series]}指数(上年同期=100)"
        singles = [_single_growth(accounts, series, q, known) for q in shown]
        table.append([f"{name}_当季值(%)", *(f"{100 + value:.1f}" for value in singles)])
        table.append([f"{name}_累计值(%)", *(f"{100 + growth(q.year, q.number, series):.1f}" for q in shown)])
    return table


def _single_growth(accounts: Accounts, series: str, quarter: Quarter, known: Quarter) -> float:
    # The cumulative rate is an average of the quarters' rates, weighted with their level (this year's stands in).
    now = growth(quarter.year, quarter.number, series)
    if quarter.number == 1:
        return now
    before = growth(quarter.year, quarter.number - 1, series)
    first = _is_first(quarter, known)
    level = getattr(accounts.control(quarter, first=first), series)
    earlier = getattr(accounts.control(quarter - 1, first=first), series)
    return float((now * level - before * earlier) / (level - earlier))


def _two(value: int) -> str:
    return f"{value / 100:.2f}"


def _write_divisions(accounts: Accounts, inbox: Path, quarter: Quarter, day: dt.date) -> Sent:
    # The year-end file restates the whole year.
    shown = quarters_between(Quarter(quarter.year, 1), quarter) if quarter.number == 4 else [quarter]
    table: list[list[Cell]] = []
    for period in shown:
        value = accounts.by_division(period, first=_is_first(period, quarter))
        for division, amount in zip(divisions(), value.tolist(), strict=True):
            table.append([CITY, str(period), "累计", division.code, division.name, amount, "初步核算", "E", AUTHORITY])
    form = forms()["account_division"]
    name = f"HS01_{form.title}_{quarter.year}年{quarter.number}季度.csv"
    look = Dress(form.title, ("表    号：HS01表    计量单位：万元",), ("数据来源：示范市统计局（合成数据）",))
    write_text(inbox / name, look, list(headers("account_division", 0).values()), table)
    return Sent(name, day, "核算科", "核算数据库")
