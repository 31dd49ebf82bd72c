"""The charts of the report on a quarter's data, each under the finding that it shows, with its table.

Belongs here: which chart shows which facts under which title. Does not belong here: marks and colours (release.charts).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Final

from pipelines.quality import tables
from pipelines.quality.facts import DayFacts, Facts, RuleFacts, Share
from pipelines.release import charts
from pipelines.release.charts import ACCENT, GREY, Drawing
from pipelines.release.exhibits import Exhibit
from pipelines.release.figures import Number
from pipelines.release.wording import percent
from pipelines.surveys import SURVEYS

_DAYS: Final = 12
_RULES: Final = 12
_WORDS: Final = 10  # characters of a rule's message that fit beside a bar on a phone


def arrivals(facts: Facts) -> Exhibit | None:
    """Rows by day received, those in time and those late told apart."""
    if not facts.days:
        return None
    whole, late = sum(day.rows for day in facts.days), sum(day.late for day in facts.days)
    title = f"{percent(1 - late / whole)}%的企业报表按期报到，{late:,}行逾期" if late else "企业报表全部按期报到"
    records: list[dict[str, Any]] = [
        {
            "name": name,
            "value": float(day.rows),
            "label": f"{day.rows:,}行{f'，逾期{day.late:,}行' if day.late else ''}",
            "colour": GREY if day.late else ACCENT,
        }
        for name, day in _folded(facts.days)
    ]
    alt = f"条形图：企业报表各日到报行数。{title}。{'，'.join(r['name'] + r['label'] for r in records)}。"
    drawing = charts.drawing("days", alt, charts.ranked(records))
    note = f"截止日：{_limits(facts)}；灰色为有逾期的日子。含更正表的行。"
    return Exhibit(title, "按收到日期，行", (drawing,), tables.days(facts), note)


def _limits(facts: Facts) -> str:
    """The deadlines in words, surveys of one day together."""
    names: dict[dt.date, list[str]] = {}
    for survey, day in facts.deadlines:
        names.setdefault(day, []).append(SURVEYS[survey])
    if len(names) == 1:
        return f"{next(iter(names)):%-m月%-d日}"
    return "，".join(f"{'、'.join(surveys)}{day:%-m月%-d日}" for day, surveys in sorted(names.items()))


def _folded(days: Sequence[DayFacts]) -> list[tuple[str, DayFacts]]:
    """The days in order; where there are too many, the earliest as one."""
    first, rest = days[: len(days) - _DAYS + 1], days[len(days) - _DAYS + 1 :]
    if len(days) <= _DAYS:
        return [(f"{day.day:%-m月%-d日}", day) for day in days]
    last = first[-1].day
    early = DayFacts(last, sum(day.rows for day in first), sum(day.late for day in first))
    return [(f"{last:%-m月%-d日}及以前", early), *((f"{day.day:%-m月%-d日}", day) for day in rest)]


def set_aside(facts: Facts) -> Exhibit | None:
    """Rows set aside by rule."""
    if not facts.set_aside:
        return None
    first, *rest = facts.set_aside
    title = f"{facts.states.get('set_aside', 0):,}行被搁置"
    title += f"，最多的是{first.rule}（{first.rows:,}行）" if rest and rest[0].rows < first.rows else ""
    drawing, note = _by_rule(facts.set_aside, "aside", title, "行")
    return Exhibit(title, "按强制性规则，行", (drawing,), tables.set_aside(facts), note)


def queries(facts: Facts) -> Exhibit | None:
    """Queries by rule."""
    if not facts.queries:
        return None
    whole = sum(line.rows for line in facts.queries)
    title = f"{whole:,}条核实查询，{facts.queries_open:,}条待答复"
    drawing, note = _by_rule(facts.queries, "query", title, "条")
    return Exhibit(title, "按核实性规则，条", (drawing,), tables.queries(facts), note)


def _by_rule(lines: Sequence[RuleFacts], key: str, title: str, unit: str) -> tuple[Drawing, str]:
    """Bars by rule, and the note below them."""
    records: list[dict[str, Any]] = [
        {"name": _short(line), "value": float(line.rows), "label": f"{line.rows:,}{unit}", "colour": ACCENT}
        for line in lines[:_RULES]
    ]
    alt = f"条形图：{title}。{'，'.join(r['name'] + ' ' + r['label'] for r in records)}。"
    rest = "" if len(lines) <= _RULES else f"另有{len(lines) - _RULES}条规则见数据表。"
    return charts.drawing(key, alt, charts.ranked(records, row=26)), f"各规则的含义见数据表。{rest}"


def _short(line: RuleFacts) -> str:
    """A rule with the beginning of what it says; the whole stands in the table."""
    clause = re.split("[，。；（]", re.sub("[“”]", "", line.message))[0]
    return f"{line.rule} {clause[:_WORDS]}{'…' if len(clause) > _WORDS else ''}"


def coverage(facts: Facts) -> Exhibit | None:
    """Coverage by county and survey."""
    table, whole = tables.coverage(facts), facts.coverage
    if table is None or whole is None:
        return None
    records: list[dict[str, Any]] = [
        {"row": row.label, "column": column, "value": cell.value, "label": percent(cell.value)}
        for row in table.rows
        for column, cell in zip(table.head[1:], row.cells, strict=True)
        if isinstance(cell, Number)
    ]
    low = min(records, key=lambda record: (record["value"], record["row"], record["column"]))
    title = f"已报单位占应报单位上年同期营业收入的{percent(whole.rate)}%"
    if low["value"] < whole.rate:
        title += f"，最低为{low['row']}{low['column'] if low['column'] != '合计' else ''}（{low['label']}%）"
    alt = f"色块图：各县（市、区）和专业的报表覆盖率。{title}。"
    drawing = charts.drawing("cover", alt, charts.grid(records))
    subtitle = "应报单位中，已报单位的上年同期营业收入所占比重，%"
    return Exhibit(title, subtitle, (drawing,), table, "颜色越深，未报的越多；空白为该专业在当地没有上年同期数。")


def surveys(facts: Facts) -> dict[str, Share]:
    """The coverage of each survey, by its name."""
    found = {name: facts.share(survey, "") for survey, name in SURVEYS.items() if survey != "all"}
    return {name: share for name, share in found.items() if share}
