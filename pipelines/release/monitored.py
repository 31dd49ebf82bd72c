"""What departments monitor (T7) and the future industries: tables and sentences.

Belongs here: which figures of departments stand beside which target, and who has not reported. Does not belong here:
what an item is (``indicators.monitored``) or how a table is drawn.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Final

from classification import future_industries
from indicators import monitored
from pipelines.release.cited import Said, cite, percent, said
from pipelines.release.figures import Figure, Figures, Span
from pipelines.release.tables import Row, Table, filled, newest

NO_TARGET: Final = "未设目标"
_AS_REPORTED: Final = "以下为部门报送数，按部门口径原样收录。"
_HEADS: Final = ("指标", "数值", "单位", "时期", "年度目标", "完成率", "全省位次", "数据来源")
_COMPLETION: Final = "完成率为同一报送中的本期数与年度目标之比。"


def departments(f: Figures) -> Table | None:
    """T7: what departments report, by block, with target, completion and rank."""
    found = _reported(f)
    if not found:
        return None
    rows: list[Row] = []
    for topic, block in groupby(found, key=lambda pair: pair[0].entry.topic):
        rows.append(Row(topic, total=True))
        rows += [_row(f, item, figure) for item, figure in block]
    return Table(
        "T7",
        "基础设施与部门监测数",
        "单位：见各行、%、位",
        _HEADS,
        tuple(rows),
        (_COMPLETION, *_silent(f, found)),
    )


def of_topic(f: Figures, topic: str, title: str) -> Table | None:
    """One block of T7 as a table of its own, without the columns in which it has nothing."""
    found = _reported(f, topic)
    if not found:
        return None
    rows = tuple(replace(_row(f, item, figure), indent=0) for item, figure in found)
    return filled(Table(topic, title, "单位：见各行、%、位", _HEADS, rows, (_COMPLETION, *_silent(f, found, topic))))


def of_departments(f: Figures, topic: str = "") -> list[str]:
    """基础设施与部门监测, or one block of it: where the figures are from, how far their targets are reached."""
    found = _reported(f, topic)
    if not found:
        return []
    done = {item: figure for item, own in found if (figure := _beside(f, monitored.COMPLETION, own))}
    texts = [] if topic else [_AS_REPORTED]
    if not done:
        return said(*texts, "各项指标均未设年度目标，不计算完成率。")
    reached = [figure for figure in done.values() if figure.value >= 1]
    item, least = min(done.items(), key=lambda pair: (pair[1].value, pair[0].id))
    text = f"设有年度目标的{cite(str(len(done)), *done.values())}项指标中，{_reached(reached)}"
    if least.value < 1:
        text += f"，完成率最低的是{item.entry.name_zh}（{percent(least)}%）"
    without = [own for item, own in found if item not in done]
    tail = f"其余{cite(str(len(without)), *without)}项未设目标，不计算完成率。" if without else ""
    return said(*texts, f"{text}。{tail}")


def futures(f: Figures) -> Table | None:
    """The future industries: firms and projects on the lists, investment of the year, value added."""
    span = Span("cumulative", str(f.quarter))
    columns = (*((f"future_{name}", "ledger") for name in ("firms", "projects", "investment")),
               ("future_value_added", "rate_method"))  # fmt: skip
    members = future_industries()
    rows, notes = [], []
    for name, mine in members.groupby("id", sort=False):
        codes = [str(code) for code in mine["gbt"] if code]
        cells = tuple(f.get(indicator, definition, span, cls=str(name)) for indicator, definition in columns)
        rows.append(Row(mine["name_zh"].iloc[0], (*cells, "、".join(codes) or "无对应小类")))
        notes += [] if codes else [f"{mine['name_zh'].iloc[0]}：{mine['note'].iloc[0]}，不测算增加值。"]
    table = Table(
        "未来产业",
        "未来产业的企业、项目、投资与增加值",
        "单位：个、亿元",
        ("未来产业", "在单企业", "在单项目", "本年完成投资", "增加值（监测测算）", "行业小类"),
        tuple(rows),
        ("增加值按所列行业小类整类计入，是上限；小类为本地界定，一个小类可同时属于产业链。", *notes),
    )
    return table if table.figures else None


def _reported(f: Figures, topic: str = "") -> list[tuple[monitored.Item, Figure]]:
    """Each item (of a topic) with its newest figure, in the order of the catalogue."""
    mine = (item for item in monitored.items().values() if topic in ("", item.entry.topic))
    found = ((item, newest(f, item.id, monitored.DEFINITION)) for item in mine)
    return [(item, figure) for item, figure in found if figure]


def _row(f: Figures, item: monitored.Item, figure: Figure) -> Row:
    name = f"{item.link}：{item.entry.name_zh}" if item.link else item.entry.name_zh
    entry = item.entry
    target = _beside(f, monitored.TARGET, figure, monitored.target_definitions()[entry.unit, entry.display_unit])
    cells = (
        figure,
        figure.display_unit,
        Span(figure.span, figure.period).label,
        target or NO_TARGET,
        _beside(f, monitored.COMPLETION, figure),
        _beside(f, monitored.RANK, figure),
        figure.authority,
    )
    return Row(name, cells, indent=1)


def _beside(f: Figures, indicator: str, figure: Figure, definition: str = monitored.DEFINITION) -> Figure | None:
    """Target, completion or rank of the same report."""
    found = f.all(indicator, definition, Span(figure.span, figure.period), cls=figure.indicator)
    return next((one for one in found if (one.authority, one.vintage) == (figure.authority, figure.vintage)), None)


def _reached(figures: list[Figure]) -> str:
    return f"{cite(str(len(figures)), *figures)}项已完成" if figures else "尚无一项完成"


def _silent(f: Figures, found: list[tuple[monitored.Item, Figure]], topic: str = "") -> list[str]:
    """Who has not reported what is due (of a topic) of the release quarter: of a year only when it is over."""
    year_over = f.quarter.number == 4
    told = {item.id for item, figure in found if figure.period == str(f.quarter) or
            (figure.period == str(f.quarter.year) and year_over)}  # fmt: skip
    due = [item for item in monitored.items().values() if (year_over or item.frequency == "quarterly")
           and topic in ("", item.entry.topic)]  # fmt: skip
    owing = sorted((item for item in due if item.id not in told), key=lambda item: item.entry.source)
    listed = [
        f"{source.removesuffix('报送')}（{'、'.join(item.entry.name_zh for item in mine)}）"
        for source, mine in groupby(owing, key=lambda item: item.entry.source)
    ]
    return [Said(f"本期应报未报：{'；'.join(listed)}。")] if listed else []
