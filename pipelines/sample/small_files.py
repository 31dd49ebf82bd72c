"""The small tables of the synthetic city as files: prices JG01, rates HS02, coefficients HS03, d HS04, published WB01.

Belongs here: when each table comes and how it looks. Does not belong here: how the numbers come about (calibration,
coefficients, profile).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.sample.calibration import province_rates, structural_rate
from pipelines.sample.firm_files import BASE_RECEIVED, Sent, received_on
from pipelines.sample.layout import Cell, Dress, headers, write_sheet, write_text
from pipelines.sample.profile import CITY, CITY_NAME, classes, divisions, rows

# How far a year's price change had gone by the end of each quarter: 2021 rising, 2022 falling back.
_PRICE_PATH: Final = {
    2020: (0.8, 1.15, 1.08, 1.0),
    2021: (0.45, 0.75, 0.9, 1.0),
    2022: (1.5, 1.35, 1.18, 1.0),
    2023: (0.55, 0.95, 1.04, 1.0),
}
_APPROVER: Final = "示范市统计局核算科"


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
    yield from write_published(inbox)


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


def write_published(inbox: Path) -> Iterator[Sent]:
    """Write WB01, one file for each day on which figures of other bodies and of departments came."""
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
