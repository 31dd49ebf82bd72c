"""Files as bureaus send them, made on the spot: the quirks of real exports without their contents."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from pathlib import Path
from typing import Any

import xlsxwriter

from pipelines.ingest.forms import forms

Rows = list[list[Any]]

INDUSTRY_TOP = [
    "统一社会信用代码",
    "单位详细名称",
    "行政区划代码",
    "行业代码",
    "工业总产值",
    "",
    "营业收入",
    "",
    "平均用工人数",
]
INDUSTRY_SUB = ["", "", "", "", "本年累计", "上年同期", "本年累计", "上年同期", ""]
INDUSTRY = [
    ["统一社会信用代码", "单位详细名称", "行政区划代码", "行业代码", "工业总产值/本年累计", "工业总产值/上年同期",
     "营业收入/本年累计", "营业收入/上年同期", "平均用工人数"],
]  # fmt: skip
NAME = "B203_规模以上工业企业财务状况_2023年1-12月.xlsx"
TITLE = ["规模以上工业企业财务状况（2023年1—12月）　计量单位：千元"]


def firm(number: int = 1) -> list[Any]:
    """One industrial firm."""
    return [f"91419900{number:010d}", f"第{number}厂", "419901", "3911", 1200, 1000.5, 1100, 900, 35]


def industry(*firms: list[Any]) -> Rows:
    """A sheet of the industry form: title, header, rows, notes."""
    body = list(firms) or [firm(1), firm(2)]
    return [TITLE, *INDUSTRY, *body, ["注：财务数据为初步数。"], ["单位负责人：甲", "填表人：乙"]]


def xlsx(path: Path, *sheets: Rows, names: tuple[str, ...] = (), merges: tuple[str, ...] = ()) -> Path:
    """Write a workbook; ``merges`` are ranges of the first sheet that are merged, keeping their first cell."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        for i, rows in enumerate(sheets):
            sheet = book.add_worksheet(names[i] if names else None)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    sheet.write(r, c, value)
            for merge in merges if i == 0 else ():
                first = merge.partition(":")[0]
                r, c = int(first[1:]) - 1, ord(first[0]) - 65
                sheet.merge_range(merge, rows[r][c])
    return path


def xls(path: Path, rows: Rows, name: str = "Sheet1") -> Path:
    """Write an old workbook."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import xlwt

        book = xlwt.Workbook(encoding="utf-8")
        sheet = book.add_sheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value != "":
                    sheet.write(r, c, value)
        book.save(str(path))
    return path


def text(rows: Rows) -> str:
    """Rows as CSV text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def csv_file(path: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    """Write a CSV in an encoding."""
    path.write_bytes(text(rows).encode(encoding))
    return path


def repacked(source: Path, target: Path, replace: dict[str, bytes]) -> Path:
    """A workbook with members replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in replace:
                new.writestr(name, old.read(name))
        for name, content in replace.items():
            new.writestr(name, content)
    return target


def table(form: str, *rows: list[Any]) -> Rows:
    """A sheet of any table form: its own headers, then rows."""
    return [[column.header for column in forms()[form].columns], *rows]


QUARTERS = ["指标", "2022年第一季度", "2021年第四季度", "2021年第三季度"]
EXPORT: Rows = [
    ["数据库：季度数据"],
    ["时间：最近3季度"],
    QUARTERS,
    ["国内生产总值当季值(亿元)", "300.5", "400.0", ""],
    ["国内生产总值累计值(亿元)", "300.5", "1500.0", "1100.0"],
    ["注：1.按当年价格计算。"],
    ["　　　2.行业分类采用国家标准。"],
    ["数据来源：国家统计局"],
]
