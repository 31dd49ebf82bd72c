"""Accounts, prices, rates, coefficients and published figures of the synthetic city, as files.

Belongs here: the national bureau's export layout and the small tables HS01–HS04, JG01, WB01. Does not belong here: how
the numbers come about (accounts, macro, calibration).
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
from pipelines.sample.calibration import province_rates, structural_rate
from pipelines.sample.firm_files import BASE_RECEIVED, Sent, received_on
from pipelines.sample.layout import Cell, Dress, headers, write_sheet, write_text
from pipelines.sample.macro import SERIES, growth
from pipelines.sample.profile import CITY, CITY_NAME, COUNTY_NAMES, classes, divisions, rows
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
# How far a year's price change had gone by the end of each quarter: 2021 rising, 2022 falling back.
_PRICE_PATH: Final = {
    2020: (0.8, 1.15, 1.08, 1.0),
    2021: (0.45, 0.75, 0.9, 1.0),
    2022: (1.5, 1.35, 1.18, 1.0),
    2023: (0.55, 0.95, 1.04, 1.0),
}
_APPROVER: Final = "示范市统计局核算科"


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


def write_prices(inbox: Path, quarter: Quarter) -> Sent:
    """Write JG01 of a quarter: cumulative price indices by division, last year's same months = 100."""
    table: list[list[Cell]] = []
    for division in divisions():
        change = division.prices[quarter.year - 2020] * _PRICE_PATH[quarter.year][quarter.number - 1]
        table.append([str(quarter), division.code, _price_name(division.code), f"{100 + change:.1f}", "E"])
    form = forms()["price"]
    name = f"JG01_{form.title}_{quarter.year}年{quarter.number}季度.csv"
    look = Dress(form.title, ("表    号：JG01表    上年同期=100",), ("数据来源：示范市统计局（合成数据）",), "gb18030")
    write_text(inbox / name, look, list(headers("price", 0).values()), table)
    return Sent(name, received_on(quarter, day=19), "价格科", "价格统计")


def _price_name(code: str) -> str:
    if code <= "05":
        return "农产品生产者价格指数"
    if code <= "46":
        return "工业生产者出厂价格指数"
    return "建筑安装工程价格指数" if code <= "50" else "居民消费价格指数（服务）"


def write_small(coefficients: list[dict[str, str]], inbox: Path) -> Iterator[Sent]:
    """Write HS02 (province's rates), HS03 (coefficients and their update), HS04 (efficiency), WB01 (published)."""
    for year in range(2019, 2023):
        yield _write_rates(inbox, year)
    first = [row | {"valid_to": ""} for row in coefficients if row["valid_from"] < "2022"]
    update = [row for row in coefficients if row["gbt"] == "6429" and row["level"] == "city"]
    yield _write_coefficients(inbox, first, "2020年", BASE_RECEIVED)
    yield _write_coefficients(inbox, update, "2022年更新", dt.date(2022, 2, 21))
    table: list[list[Cell]] = [
        [d.code, d.d, "专家评估，参照数字技术应用情况调查", "示范市数字化效率评估（合成）", "2020-01-01", "", _APPROVER]
        for d in divisions()
    ]
    name = f"HS04_{forms()['efficiency'].title}_2020年.csv"
    look = Dress("数字化效率系数", ("表    号：HS04表",), ("说明：合成数据。",))
    write_text(inbox / name, look, list(headers("efficiency", 0).values()), table)
    yield Sent(name, BASE_RECEIVED, "核算科", "系数审定会")
    yield from _write_published(inbox)


def _write_rates(inbox: Path, year: int) -> Sent:
    drift = structural_rate(year) / classes().rate
    division = np.array([gbt[:2] for gbt in classes().gbt])
    known = {code: rate * float(drift[division == code].mean()) for code, rate in province_rates().items()}
    table: list[list[Cell]] = [
        [year, d.code, round(known.get(d.code, 0.4) * 100, 2), "省统计局反馈（合成）"]
        for d in divisions()
        if d.code > "05"
    ]
    name = f"HS02_{forms()['rate'].title}_{year}年.xlsx"
    look = Dress(f"{year}年分行业增加值率", ("表    号：HS02表    计量单位：%",), ("说明：合成数据。",))
    write_sheet(inbox / name, look, list(headers("rate", 0).values()), table, sheet="HS02")
    received = BASE_RECEIVED if year == 2019 else dt.date(year + 1, 7, 15)
    return Sent(name, received, "核算科", "省统计局反馈")


def _write_coefficients(inbox: Path, table: list[dict[str, str]], label: str, day: dt.date) -> Sent:
    header = headers("coefficient", 0)
    methods = {"reidentified": "再识别", "census": "普查", "survey": "调查", "expert": "专家评估"}
    levels = {"unit": "单位", "county": "县", "city": "市"}
    cells: list[list[Cell]] = []
    for row in table:
        shown = row | {"method": methods[row["method"]], "level": levels[row["level"]]}
        cells.append([float(shown[name]) if name == "k" else shown[name] for name in header])
    name = f"HS03_{forms()['coefficient'].title}_{label}.xlsx"
    notes = ("说明：一个行业小类的各数字经济小类系数构成一组；未列出的小类系数为 0。合成数据。",)
    look = Dress("数字经济核心产业剥离系数", ("表    号：HS03表",), notes)
    write_sheet(inbox / name, look, list(header.values()), cells, sheet="HS03")
    return Sent(name, day, "核算科", "系数审定会")


def _write_published(inbox: Path) -> Iterator[Sent]:
    header = headers("published", 0)
    table = rows("departments.csv")
    for day in sorted({row["received"] for row in table}):
        lines = []
        for row in table:
            if row["received"] == day:
                shown = row | {"region": CITY, "span": "年度", "vintage": "初步", "status": row["status"]}
                shown["value"] = row["value"]
                lines.append([shown[name] for name in header])
        reporter = "专班" if day >= "2023-06" else "统计局综合科"
        name = f"WB01_{forms()['published'].title}_{day}.xlsx"
        look = Dress(f"{CITY_NAME}外部公布数与部门监测数", ("表    号：WB01表",), ("说明：原样收录，保留公布机关。",))
        write_sheet(inbox / name, look, list(header.values()), lines, sheet="WB01")
        yield Sent(name, dt.date.fromisoformat(day), reporter, "公开发布与部门报送")
