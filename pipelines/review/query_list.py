"""Lists of queries (查询单): one workbook per county with its own units alone, and a summary for the bureau.

Belongs here: which columns a list has and what its page of instructions says. Does not belong here: the order of the
queue (``queue``), how a list is laid out (``listing``).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from indicators.quarter import Quarter
from pipelines.ingest.forms import slips
from pipelines.review.folder import named
from pipelines.review.listing import Cell, Column, Listing, Workbook
from pipelines.review.queue import STATUSES, Query, Queue, Respondent, Wanted
from pipelines.review.replies import words
from pipelines.workspace import City

KIND: Final = "核实查询单"
SUMMARY: Final = "核实汇总"
TOP: Final = "▲"
# The part of the queue that goes out: what nobody has answered, then corrections that were announced and have not come.
ASKED: Final = ("open", "promised")
_SUMMARY_HEADS: Final = ("待答复户数", "先核实户数", "先核实条数", "占预期影响", *STATUSES.values())


def county_lists(queue: Queue, city: City, due: dt.date) -> dict[str, bytes]:
    """The list of each county that has something to answer: file name → workbook.

    Args:
        queue: of the quarter.
        city: the workspace's place, for names.
        due: the day until which answers are asked for.
    """
    names = {county.code: county.name for county in city.counties}
    found = {}
    for code in sorted({respondent.county for respondent in queue.respondents}):
        asked = [r for status in ASKED for r in queue.chosen(Wanted(county=code, statuses=frozenset({status})))]
        if asked:
            name = names.get(code, "")
            found[named(KIND, queue.quarter, code, name)] = _county(queue, city, (code, name), asked, due)
    return found


def _county(queue: Queue, city: City, county: tuple[str, str], asked: Sequence[Respondent], due: dt.date) -> bytes:
    code, name = county
    label = Quarter.parse(queue.quarter).label("quarter")
    title = f"{city.name}{name} {label} {KIND}"
    rows = [(respondent, query) for respondent in asked for query in respondent.queries]
    first = [(r, q) for r, q in rows if r.top and q.status == "open"]
    about = (
        f"报告期：{queue.quarter}　县区代码：{code}　请于 {due} 前答复　"
        f"共 {len({r.unit for r, _ in rows})} 户 {len(rows)} 条，"
        f"其中 {TOP} 请先核实 {len({r.unit for r, _ in first})} 户 {len(first)} 条"
    )
    listing = Listing(
        KIND,
        title,
        about,
        tuple(_columns()),
        tuple(_cells(respondent, query) for respondent, query in rows),
        frozenset(number for number, (r, q) in enumerate(rows) if r.top and q.status == "open"),
        frozen=5,
    )
    return Workbook(title, due, (listing,), tuple(_instructions(city, due))).content()


def _columns() -> Iterator[Column]:
    headers = {column.name: column.header for column in slips()["reply"].columns}
    yield Column("先核", 4.5, align="center")
    yield Column("户序", 4.5, align="center")
    yield Column(headers["query"], 14.5)
    yield Column(headers["unit"], 19.5)
    yield Column("单位名称", 18)
    yield Column("表号", 6, align="center")
    yield Column("指标", 11)
    yield Column("原报数", 10.5, align="right")
    yield Column("对照数", 10.5, align="right")
    yield Column("疑问与请求", 32)
    yield Column(headers["reply"], 11.5, answer=True, choices=tuple(words()), align="center", hint="从下拉列表中选择")
    yield Column(headers["note"], 25, answer=True, hint="选“情况属实”的必须写明具体原因，不超过 500 字")
    yield Column(headers["by"], 8, answer=True, align="center", hint="必填")


def _cells(respondent: Respondent, query: Query) -> tuple[str, ...]:
    first = respondent.top and query.status == "open"
    promised = f"（{query.replied_on} 答复“{query.reply}”，更正表尚未收到）" if query.status == "promised" else ""
    return (
        TOP if first else "",
        str(respondent.place),
        query.query,
        respondent.unit,
        respondent.name,
        query.form,
        query.column.replace("/", "\n"),
        query.value or "（空）",
        query.expected,
        f"{query.message_zh}［{query.rule}］{promised}",
        "",
        "",
        "",
    )


def _instructions(city: City, due: dt.date) -> Iterator[tuple[str, str]]:
    yield "填哪里", "只填右边浅黄色的三列。其他各列已锁定，请勿改动；尤其是“查询编号”，答复靠它对应。"
    for word in words().values():
        yield word.word, word.meaning
    yield "先核", f"有 {TOP} 的各户对全市核心产业增加值影响最大，请最先核实。同一户的几条请一次问清。"
    yield (
        "数据有误",
        "不要在本表改数：答复不改动任何数据。请企业按原表报送更正表，更正表收到并读入后，本条自动了结。",
    )
    yield "计量单位", "“原报数”“对照数”按企业报表自己的计量单位；“对照数”为空的，没有可比的单一数值。"
    yield (
        "排序与删行",
        "可以筛选、删去不归本人办理的行、在右侧加列、拆成几份分头填写；编号与信用代码对不上的行会被退回。",
    )
    yield "怎样排序", "先点“审阅—撤销工作表保护”（没有密码），再选中整张表排序；按“户序”排序可以恢复原样。"
    yield "报回", f"填好后把本文件原样发回{city.name}统计局，截止 {due}。没有填的行视为未答复，可以以后再报。"
    yield "保密", "本表含单个企业的数据，依《统计法》不得外传，不得用于统计以外的目的；办结后按规定保管或销毁。"


def summary(queue: Queue, city: City, due: dt.date) -> dict[str, bytes]:
    """The bureau's own summary: how much is asked of each county and by each rule, without naming a unit."""
    title = f"{city.name} {Quarter.parse(queue.quarter).label('quarter')} {SUMMARY}"
    about = f"报告期：{queue.quarter}　答复截止：{due}　{queue.sentence}"
    rules = {query.rule: query.message_zh for r in queue.respondents for query in r.queries}
    counties = [(county.name, queue.chosen(Wanted(county=county.code))) for county in city.counties]
    found = [(f"{rule} {text}", queue.chosen(Wanted(rule=rule))) for rule, text in sorted(rules.items())]
    total = ("合计", queue.chosen(Wanted()))
    listings = tuple(
        Listing(name, title, about, _summary_columns(head, width), _summary_rows([*groups, total]), warning="")
        for name, head, width, groups in (("分县区", "县（市、区）", 16, counties), ("分规则", "规则", 60, found))
    )
    return {named(SUMMARY, queue.quarter): Workbook(title, due, listings).content()}


def _summary_columns(head: str, width: float) -> tuple[Column, ...]:
    return (Column(head, width), *(Column(name, 11, align="right") for name in _SUMMARY_HEADS))


def _summary_rows(groups: Sequence[tuple[str, Sequence[Respondent]]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple((name, *_summary_cells(found)) for name, found in groups)


def _summary_cells(found: Sequence[Respondent]) -> list[Cell]:
    """Units that are asked, those asked first and their queries, their share of the impact, queries by status."""
    asked = [r for r in found if any(query.status == "open" for query in r.queries)]
    first = [r for r in asked if r.top]
    status = Counter(query.status for respondent in found for query in respondent.queries)
    return [
        len(asked),
        len(first),
        sum(query.status == "open" for respondent in first for query in respondent.queries),
        float(sum(respondent.share for respondent in asked)),
        *(status[name] for name in STATUSES),
    ]
