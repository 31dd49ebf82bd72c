"""A city made by hand: one county, three firms (one of a starred class), five quarters, and nothing but its own files.

Belongs here: writing such a workspace, and files of a form with given rows. What it says is invented for tests.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from stdnum.cn import uscc

from indicators.quarter import Quarter, quarters_between
from pipelines.ingest.forms import forms

Row = Mapping[str, Any]
QUARTERS = [str(quarter) for quarter in quarters_between(Quarter(2022, 1), Quarter(2023, 1))]
LAST = QUARTERS[-1]
DUE = "2023-04-20"
COUNTY, CITY = "990101", "990100"
SETTINGS = f"""
code = "{CITY}"
name = "手工市"
kind = "city"
synthetic = true
first_quarter = "2022Q1"
last_quarter = "{LAST}"
base_quarters = 4
required_forms = ["industry", "service", "account", "price", "rate", "coefficient"]
[[counties]]
code = "{COUNTY}"
name = "东区"
"""
COMPUTERS, CABLES, SOFTWARE = "3911", "3831", "6513"  # the second is starred


def unit(number: int) -> str:
    """A credit code with a right check digit."""
    body = f"91{COUNTY}MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def firm(number: int, gbt: str, *, output: object = "", revenue: object, base: object = 0, staff: object = 10) -> Row:
    """A row of a quarterly form, money in 千元."""
    money = {"gross_output": output, "gross_output_base": base if output != "" else ""}
    said = {"unit": unit(number), "name": f"第{number}厂", "county": COUNTY, "gbt": gbt, "staff": staff}
    return said | money | {"revenue": revenue, "revenue_base": base}


def write_form(
    inbox: Path, name: str, form: str, rows: Iterable[Row], *, unit_of_money: str = "千元", also: Sequence[str] = ()
) -> Path:
    """Write a file of a form: a title, the unit, one header row, the rows; Excel or UTF-8 CSV by the name's ending.

    Of the form's columns those that are required are written, and the optional ones named in ``also``.
    """
    said = forms()[form]
    columns = [column for column in said.columns if column.required or column.name in also]
    head = [column.header for column in columns]
    body = [[row.get(column.name, "") for column in columns] for row in rows]
    lines: list[Sequence[Any]] = [[said.title], [f"计量单位：{unit_of_money}"] if said.money else [""], head, *body]
    path = inbox / name
    if path.suffix == ".csv":
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\r\n").writerows(line for line in lines if line != [""])
        path.write_text(out.getvalue(), encoding="utf-8")
        return path
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        book.set_properties({"created": dt.datetime(2023, 1, 1)})
        sheet = book.add_worksheet(said.code)
        for at, line in enumerate(lines):
            sheet.write_row(at, 0, line)
    return path


def months(quarter: str, *, lag: int = 0) -> str:
    """The span of a quarter's file: 2022年1-3月."""
    parsed = Quarter.parse(quarter)
    return f"{parsed.year}年1-{3 * parsed.number - lag}月"


def industry(inbox: Path, quarter: str, rows: Iterable[Row], *, again: str = "") -> Path:
    """Write B203 of a quarter."""
    return write_form(inbox, f"B203_规模以上工业企业财务状况_{months(quarter)}{again}.xlsx", "industry", rows)


def service(inbox: Path, quarter: str, rows: Iterable[Row], *, again: str = "") -> Path:
    """Write F203 of a quarter: full months in 2022, a month behind from 2023."""
    lag = int(quarter >= "2023")
    name = f"F203_规模以上服务业企业财务状况_{months(quarter, lag=lag)}{again}.csv"
    return write_form(inbox, name, "service", rows)


def units(inbox: Path, quarter: str, rows: Iterable[Row], *, again: str = "") -> Path:
    """Write M101 of a quarter, optional columns included."""
    parsed = Quarter.parse(quarter)
    name = f"M101_调查单位名录_{parsed.year}年{parsed.number}季度{again}.csv"
    also = [column.name for column in forms()["register"].columns]
    return write_form(inbox, name, "register", rows, also=also)


def claims(inbox: Path, quarter: str, rows: Iterable[Row], *, again: str = "") -> Path:
    """Write ZD01 of a quarter."""
    parsed = Quarter.parse(quarter)
    name = f"ZD01_重点企业申报归类_{parsed.year}年{parsed.number}季度{again}.csv"
    return write_form(inbox, name, "claim", rows)


def registered(number: int, gbt: str = COMPUTERS, **changes: object) -> Row:
    """A row of M101."""
    said = {"unit": unit(number), "name": f"第{number}厂", "county": COUNTY, "gbt": gbt, "entry_date": "2015-01-01"}
    return said | changes


def coefficient(*, k: str = "0.4", method: str = "专家") -> Row:
    """A row of HS03: the digital part of cables, for the whole city."""
    place = {"gbt": CABLES, "de": "010606", "level": "市", "key": "*", "k": k}
    return place | {"method": method, "source": "评估（手工）", "valid_from": "2020-01-01", "approver": "核算科"}


def rates(inbox: Path, name: str = "HS02_增加值率_2021年.csv", codes: Sequence[str] = ("39", "38", "65")) -> Path:
    """Write HS02: a quarter of output in each division."""
    rows = [{"year": 2021, "code": code, "rate": 25, "source": "省局（手工）"} for code in codes]
    return write_form(inbox, name, "rate", rows)


def write(home: Path, *, register: bool = True) -> Path:
    """Write the city: settings, twelve files, and the register of incoming papers where it is wanted."""
    inbox = home / "inbox"
    inbox.mkdir(parents=True)
    (home / "city.toml").write_text(SETTINGS, encoding="utf-8")
    for at, quarter in enumerate(QUARTERS):
        now, before = (1 + at % 4) * 1000 + 100 * at, (1 + at % 4) * 1000
        industry(
            inbox,
            quarter,
            [
                firm(1, COMPUTERS, output=4 * now, revenue=4 * now, base=4 * before),
                firm(2, CABLES, output=2 * now, revenue=2 * now, base=2 * before),
            ],
        )
        service(inbox, quarter, [firm(3, SOFTWARE, revenue=now, base=before)])
    rates(inbox)
    write_form(inbox, "HS03_剥离系数_2021年.csv", "coefficient", [coefficient()])
    prices = [
        {"period": quarter, "division": division, "item": "价格", "index": 102, "status": "A"}
        for quarter in QUARTERS
        for division in ("38", "39", "65")
    ]
    write_form(inbox, "JG01_价格指数.csv", "price", prices)
    (inbox / "GDP_手工市_季度.csv").write_text(_accounts(), encoding="gb18030")
    if register:
        (inbox / "received.csv").write_text(_register(inbox), encoding="utf-8")
    return home


def _accounts() -> str:
    columns = ["2023年第一季度", "2022年第四季度", "2022年第三季度", "2022年第二季度", "2022年第一季度"]
    lines = [
        ["数据库：季度数据"],
        ["指标", *columns],
        ["地区生产总值当季值(亿元)", "1.1", "1.2", "1.1", "1.0", "1.0"],
        ["地区生产总值累计值(亿元)", "1.1", "4.3", "3.1", "2.0", "1.0"],
        ["数据来源：手工市统计局"],
    ]
    return "\r\n".join(",".join(line) for line in lines)


def _register(inbox: Path) -> str:
    """The quarter's own papers came on the 18th after it, those of 2022 and the small tables on 2023-02-10."""
    lines = ["file,received_at,reporter,source"]
    for name in sorted(path.name for path in inbox.iterdir()):
        day = "2023-04-18" if "2023年" in name or "GDP" in name else "2023-02-10"
        lines.append(f"{name},{day},综合科,直报")
    return "\n".join(lines)
