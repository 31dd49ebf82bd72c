"""Lists of missing returns (催报清单): one workbook per county with its own units alone.

Belongs here: which columns a list has and what its page of instructions says. Does not belong here: who is missing
(``late``), how a list is laid out (``listing``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.review.folder import named
from pipelines.review.late import Arrival, Late, Missing
from pipelines.review.listing import Column, Listing, Workbook
from pipelines.workspace import City

KIND: Final = "催报清单"
REASONS: Final = ("即将报送", "停产或歇业", "已注销或退库", "迁出或改行业", "联系不上", "其他")


def county_lists(late: Late, city: City) -> dict[str, bytes]:
    """The list of each county with units that have not reported or reported late: file name → workbook."""
    names = {county.code: county.name for county in city.counties}
    found = {}
    for code in sorted({unit.county for unit in late.missing} | {unit.county for unit in late.late}):
        missing = [unit for unit in late.missing if unit.county == code]
        arrived = [unit for unit in late.late if unit.county == code]
        found[named(KIND, late.quarter, code, names.get(code, ""))] = _county(
            late, city, names.get(code, ""), missing, arrived
        )
    return found


def _county(late: Late, city: City, name: str, missing: Sequence[Missing], arrived: Sequence[Arrival]) -> bytes:
    title = f"{city.name}{name} {Quarter.parse(late.quarter).label('quarter')} {KIND}"
    about = f"报告期：{late.quarter}　截至 {late.day}　未报 {len(missing)} 家，迟报 {len(arrived)} 家"
    owed = tuple(_missing(late, number, unit) for number, unit in enumerate(missing, start=1))
    came = tuple(_arrival(number, unit) for number, unit in enumerate(arrived, start=1))
    sheets = (
        Listing("未报", title, about, tuple(_missing_columns()), owed, frozen=3),
        Listing("迟报", title, about, tuple(_late_columns()), came, frozen=3),
    )
    kept = tuple(sheet for sheet in sheets if sheet.rows)
    return Workbook(title, late.day, kept, tuple(_instructions(city))).content()


def _missing_columns() -> Iterator[Column]:
    yield Column("序", 5, align="center")
    yield Column("统一社会信用代码", 20)
    yield Column("单位名称", 26)
    yield Column("应报报表", 24)
    yield Column("截止日", 11, align="center")
    yield Column("逾期天数", 9, align="right")
    yield Column("情况", 26)
    yield Column("上次报送", 10, align="center")
    yield Column("未报原因", 14, answer=True, choices=REASONS, align="center", hint="从下拉列表中选择")
    yield Column("说明（预计报送日期）", 26, answer=True)
    yield Column("联系人", 10, answer=True, align="center")


def _missing(late: Late, number: int, unit: Missing) -> tuple[str | int, ...]:
    due = late.deadlines[unit.sector]
    said = (
        f"已报但被搁置（规则 {unit.rules.replace(';', '、')}），请更正后重报" if unit.state == "set_aside" else "未收到"
    )
    return (
        number,
        unit.unit,
        unit.name,
        _form(unit.sector),
        str(due),
        max(0, (late.day - due).days),
        said,
        unit.last_quarter or "新单位",
        "",
        "",
        "",
    )


def _late_columns() -> Iterator[Column]:
    yield Column("序", 5, align="center")
    yield Column("统一社会信用代码", 20)
    yield Column("单位名称", 30)
    yield Column("报表", 28)
    yield Column("截止日", 12, align="center")
    yield Column("收到日期", 12, align="center")
    yield Column("迟报天数", 10, align="right")


def _arrival(number: int, unit: Arrival) -> tuple[str | int, ...]:
    days = (unit.arrived - unit.due).days
    return (number, unit.unit, unit.name, _form(unit.sector), str(unit.due), str(unit.arrived), days)


def _form(sector: str) -> str:
    form = forms()[sector]
    return f"{form.code} {form.title}"


def _instructions(city: City) -> Iterator[tuple[str, str]]:
    yield "催报", f"请先催排在前面的单位（按上次报送的营业收入从大到小）。报表按原渠道报送{city.name}统计局。"
    yield "已报但被搁置", "报表收到了，但不符合强制性审核规则，不能计入。请企业按搁置原因更正后重报。"
    yield "已停产、注销", "仍在名录库中的单位都应报送。确已注销、停产、迁出的，请通过名录库办理退库，下次即不再催报。"
    yield "填哪里", "浅黄色各列由县（市、区）填写并留存；其他各列已锁定（没有密码），可以筛选和排序。"
    yield "保密", "本表含单个企业的信息，依《统计法》不得外传，不得用于统计以外的目的。"
