"""Files that should not be there or cannot be read: a notice, an empty file, a wrong sheet, no unit, a bad header.

Belongs here: those files, each listed as a planted error. Does not belong here: errors in single rows (planted).
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipelines.ingest.forms import forms
from pipelines.sample.firm_files import Planted, Sent
from pipelines.sample.layout import Dress, dress, headers, write_sheet, write_text

_UNIT: Final = "91419901MA00000000"
_DAY: Final = dt.date(2023, 4, 18)


def write_strays(inbox: Path) -> Iterator[Sent | Planted]:
    """Write the stray files. None of them holds an accepted row, so no total moves."""
    titles = {name: form.title for name, form in forms().items()}
    notice = "关于召开二季度统计工作会议的通知.txt"
    (inbox / notice).write_text("关于召开二季度统计工作会议的通知（合成）\r\n", encoding="gb18030")
    yield from _listed("P51", "irrelevant_file", notice, "与任何报表无关的文件", "not_a_form")

    empty = f"E203_{titles['trade']}_2022年1-6月_补报.csv"
    (inbox / empty).write_bytes(b"")
    yield from _listed("P52", "empty_file", empty, "空文件", "refused")

    future = f"B203_{titles['industry']}_2025年1-3月.xlsx"
    header = headers("industry", 0)
    row = [_sample(name) for name in header]
    write_sheet(inbox / future, dress("industry", "2025年1-3月"), list(header.values()), [row], sheet="B203")
    yield from _listed("P53", "quarter_out_of_range", future, "报告期不在工作区的季度范围内", "refused")

    bare = f"F203_{titles['service']}_2023年1-2月_补报.csv"
    header = headers("service", 0)
    look = Dress(titles["service"], ("表    号：F203表    2023年1-2月",), (), "gb18030")
    write_text(inbox / bare, look, list(header.values()), [[_sample(name) for name in header]])
    yield from _listed("P54", "unit_not_declared", bare, "没有注明金额单位", "refused")

    renamed = f"E203_{titles['trade']}_2023年1-3月_补报.csv"
    header = headers("trade", 0) | {"revenue": "累计进项"}
    look = dress("trade", "2023年1-3月", unit="万元")
    write_text(inbox / renamed, look, list(header.values()), [[_sample(name) for name in header]])
    yield from _listed("P55", "renamed_header", renamed, "必需的列“营业收入”被改成别的名字", "refused")

    wrong = f"C203_{titles['construction']}_2023年1-3月_补报.xlsx"
    write_sheet(
        inbox / wrong, Dress("填报说明", (), ()), ["序号", "说明"], [[1, "请于季后18日前报送"]], sheet="填报说明"
    )
    yield from _listed("P56", "wrong_sheet", wrong, "工作簿里只有填报说明，没有报表", "refused")

    broken = f"HS03_{titles['coefficient']}_损坏.xlsx"
    (inbox / broken).write_bytes(b"PK\x03\x04 this is no workbook")
    yield from _listed("P57", "damaged_file", broken, "文件损坏，打不开", "refused")

    original = f"F203_{titles['service']}_2022年1-11月.csv"
    again = f"F203_{titles['service']}_2022年1-11月_重复报送.csv"
    shutil.copyfile(inbox / original, inbox / again)
    yield from _listed("P58", "same_file_again", again, f"与 {original} 逐字节相同", "recognised_as_received")


def _listed(code: str, kind: str, name: str, what: str, expected: str) -> Iterator[Sent | Planted]:
    yield Sent(name, _DAY, "收发室", "电子邮件")
    yield Planted(code, kind, name, "", "", what, expected, "", "", "")


def _sample(column: str) -> str | int:
    texts = {"unit": _UNIT, "name": "示范无效单位", "county": "419901", "gbt": "3911"}
    return texts.get(column, 100)
