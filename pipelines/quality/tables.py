"""The tables of the report on a quarter's data.

Belongs here: which facts stand in which row and column. Does not belong here: how a table is drawn (release).
"""

from __future__ import annotations

from typing import Final

from pipelines.checking.outcomes import Outcome
from pipelines.contracts import contract
from pipelines.ingest.forms import forms
from pipelines.quality.facts import Facts, RuleFacts
from pipelines.release.figures import Number, count
from pipelines.release.tables import Cell, Row, Table
from pipelines.review.queue import STATUSES
from pipelines.surveys import SURVEYS

STATES: Final = {
    "assigned": "已归类",
    "unmatched": "行业代码无对应",
    "ambiguous": "行业代码有歧义",
    "superseded": "已被更正",
    "set_aside": "搁置",
}
LOST: Final = {"refused": "拒收", "unknown": "未识别"}
_UNMET: Final = {
    "error": "阻断：不符合契约或不守恒，须先解决",
    "warn": "提示：原报填写不合要求，由审核逐行搁置或查询",
}
_SHOWN: Final = 40  # broken laws that a reader goes through; the rest is in check_result


def share(value: float | None) -> Number | None:
    """A share as it is shown."""
    return None if value is None else Number(value, "比率", "%", 1)


def forms_of(facts: Facts) -> Table:
    """T1: files and rows by form."""
    blocks = (("本季报表和名录", True), ("年报与参考表（历次累计）", False))
    rows = [
        row
        for title, quarterly in blocks
        for row in (Row(title), *_form_rows(facts, quarterly=quarterly))
        if any(form.quarterly is quarterly for form in facts.forms)
    ]
    head = ("报表", "文件", "其中更正", "拒收", "待读", "行数", "接受", "搁置", "搁置率")
    return Table("T1", "各表收文与接受情况", "单位：个、行、%", head, tuple(rows), ("空格为尚未审核或不适用。",))


def _form_rows(facts: Facts, *, quarterly: bool) -> list[Row]:
    return [
        Row(
            f"{form.code} {form.title}",
            (
                *map(count, (form.files, form.corrections, form.refused, form.waiting, form.rows)),
                _counted(form.accepted),
                _counted(form.set_aside),
                share(form.set_aside / form.rows if form.set_aside is not None and form.rows else None),
            ),
            indent=1,
        )
        for form in facts.forms
        if form.quarterly is quarterly
    ]


def _counted(value: int | None) -> Cell:
    return None if value is None else count(value)


def states(facts: Facts) -> Table:
    """T2: what became of the rows of firm returns."""
    rows = [Row("收到的行", (count(facts.received), share(1.0)), total=True)]
    rows += [
        Row(name, (count(number), share(number / facts.received)), indent=1)
        for state, name in STATES.items()
        if (number := facts.states.get(state, 0)) or state in ("assigned", "set_aside")
    ]
    return Table("T2", "企业报表各行的去向", "单位：行、%", ("去向", "行数", "占比"), tuple(rows))


def lost_files(facts: Facts) -> Table | None:
    """T3: refused and unrecognised files with their reason."""
    rows = [Row(file.name, (str(file.received_at), file.form, LOST[file.state], file.reason)) for file in facts.lost]
    head = ("文件", "收到日期", "表号", "状态", "原因与处理")
    return Table("T3", "拒收和未识别的文件", "", head, tuple(rows)) if rows else None


def days(facts: Facts) -> Table | None:
    """T4: rows by day received."""
    rows = [Row(f"{line.day:%-m月%-d日}", (count(line.rows), count(line.late))) for line in facts.days]
    head = ("收到日期", "行数", "其中逾期")
    return Table("T4", "企业报表到报日期", "单位：行", head, tuple(rows)) if rows else None


def set_aside(facts: Facts) -> Table | None:
    """T5: rows set aside by rule."""
    rows = [Row(line.rule, (count(line.rows), line.message)) for line in facts.set_aside]
    notes = ("一行违反多条规则时逐条计数。强制性规则：不合即搁置，不删不改，待更正重报。",)
    return (
        Table("T5", "搁置的行，按强制性规则", "单位：行", ("规则", "行数", "要求"), tuple(rows), notes)
        if rows
        else None
    )


def queries(facts: Facts) -> Table | None:
    """T6: queries by rule and what became of them."""
    shown = [status for status in STATUSES if any(line.of(status) for line in facts.queries)]
    whole = sum(line.impact for line in facts.queries)
    rows = [Row(line.rule, _query_cells(line, shown, whole)) for line in facts.queries]
    head = ("规则", "查询", *(STATUSES[status] for status in shown), "占可能影响", "疑问与请求")
    notes = ("核实性规则：数值照常计入，请企业核实。可能影响：偏差对核心产业增加值的影响估计，只列占比。",)
    return Table("T6", "核实查询，按核实性规则", "单位：条、%", head, tuple(rows), notes) if rows else None


def _query_cells(line: RuleFacts, shown: list[str], whole: float) -> tuple[Cell, ...]:
    by_status = (count(line.of(status)) for status in shown)
    return count(line.rows), *by_status, share(line.impact / whole if whole else None), line.message


def coverage(facts: Facts) -> Table | None:
    """T7: coverage of last year's revenue by county and survey."""
    surveys = [survey for survey in SURVEYS if survey != "all" and facts.share(survey, "")]
    places = {"": facts.city.name, **{county.code: county.name for county in facts.city.counties}}
    rows = [
        Row(name, tuple(_rate(facts, survey, county) for survey in ("", *surveys)), indent=int(bool(county)))
        for county, name in places.items()
        if facts.share("", county)
    ]
    head = ("地区", "合计", *(SURVEYS[survey] for survey in surveys))
    return Table("T7", "已报单位占上年同期营业收入的比重", "单位：%", head, tuple(rows)) if rows else None


def _rate(facts: Facts, survey: str, county: str) -> Cell:
    found = facts.share(survey, county)
    return share(found.rate) if found else None


def unmet(facts: Facts) -> Table | None:
    """T8: laws of contracts and forms that are not kept."""
    shown = facts.unmet[:_SHOWN]
    rows = [
        row
        for severity, heading in _UNMET.items()
        if (found := [outcome for outcome in shown if outcome.severity == severity])
        for row in (Row(heading), *map(_unmet_row, found))
    ]
    head = ("数据表", "列", "要求", "不符", "位置（前几处）")
    rest = len(facts.unmet) - _SHOWN
    notes = (f"另有 {rest} 项未列出，见数据表 check_result。",) if rest > 0 else ()
    return Table("T8", "未达到的检查项", "单位：行", head, tuple(rows), notes) if rows else None


def _unmet_row(outcome: Outcome) -> Row:
    title = table_title(outcome.table)
    cells = (outcome.column_zh, outcome.requirement, count(outcome.unexpected), outcome.places)
    return Row(title, cells, indent=1)


def table_title(table: str) -> str:
    """What a checked table is called: a form's rows as received by its code."""
    form = forms().get(table.removeprefix("raw_")) if table.startswith("raw_") else None
    return f"{form.code} 原报" if form else contract(table).title


def findings(facts: Facts) -> Table | None:
    """T9: rules over totals that are broken."""
    rows = [
        Row(finding.rule, (finding.subject, "阻断" if finding.blocking else "提示", finding.message))
        for finding in facts.findings
    ]
    head = ("规则", "对象", "程度", "要求")
    return Table("T9", "总量审核（D01—D04）未通过的项", "", head, tuple(rows)) if rows else None
