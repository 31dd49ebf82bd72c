"""季总结: the headline of the quarter's bulletin beside what the ledgers show at the quarter's cut-off.

Belongs here: what is said of a quarter. Does not belong here: making a release, reckoning on ledgers. Nothing of the
two is added up or divided by the other.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from classification.errors import InputError
from indicators.dispatch import on_list, progress_sentence
from pipelines.ingest.forms.ledgers import ledgers
from pipelines.ledgers.board import FIVE, Board
from pipelines.release.bulletin import Section
from pipelines.release.figures import CORE, Figure, Figures, Number, count
from pipelines.release.notes import synthetic
from pipelines.release.sentences import KeyFigure
from pipelines.release.tables import Row, Table
from pipelines.release.wording import YI, growth, percent, plain, rounded
from pipelines.reports import monthly, tables
from pipelines.reports.paper import Edition, Paper, quoted
from pipelines.reports.periods import Period
from pipelines.workspace import City

_HEADS: Final = ("指标", "时期", "单位", "本期", "增速（%）")


def quarterly(board: Board, figures: Figures, period: Period, city: City, of: Edition) -> Paper:
    """The summary of a quarter.

    Args:
        board: of the day on which the quarter's last month was cut off.
        figures: what of the quarter's release may be seen at L1.
        period: the quarter.
        city: whose.
        of: what the report is called.

    Raises:
        InputError: the figures are of another quarter.
    """
    if str(figures.quarter) != period.name:
        raise InputError(
            f"发布包是 {figures.quarter} 的，不是 {period.name} 的。",
            f"The release is of {figures.quarter}, not of {period.name}.",
            where=period.name,
        )
    months = [str(cycle) for cycle in board.cycles if period.since < cycle.last_day <= period.until]
    found = {
        "核心产业": core(figures),
        "台账": scorecard(board, period),
        "各月灯号": tables.lights_by_cycle(board, months),
        "灯号": tables.lights(board),
        "进出": tables.entries_and_exits(board, period.since, period.until),
        "未办结问题": tables.problems(tables.undone(board)),
        "三个一批": tables.funnel(board),
        "专项债": tables.bonds(board),
        "园区": tables.parks(board),
        "措施": tables.measures(board),
    }
    present = monthly.present
    sections = (
        Section("核心产业", (f"{of_core(figures)}。",), (), present(found["核心产业"])),
        Section("台账", tuple(of_ledgers(board, period)), (), present(found["台账"], found["进出"])),
        Section("重点项目", tuple(of_projects(board)), present(monthly.behind(board)),
                present(found["各月灯号"], found["灯号"])),
        Section("问题", tuple(monthly.of_problems(board)), (), present(found["未办结问题"])),
        Section("招商", (*of_signings(board, period), *monthly.of_funnel(board)), (), present(found["三个一批"])),
        Section("专项债", tuple(monthly.of_bonds(board)), (), present(found["专项债"])),
        Section("园区", tuple(of_parks(board)), (), present(found["园区"])),
        Section("措施", tuple(monthly.of_measures(board)), (), present(found["措施"])),
    )  # fmt: skip
    return Paper(
        title=f"{city.name}未来产业及数字经济工作专班季总结",
        place=city.name,
        headline=of_core(figures),
        keys=tuple([*key_figures(figures), *monthly.key_figures(board)][:5]),
        sections=tuple(section for section in sections if section.texts or section.tables),
        notes=(*_notes(figures), *monthly.notes(board, period)),
        synthetic=synthetic(city) if city.synthetic else "",
        cite=(quoted(city, of),),
        sheets={name: table for name, table in found.items() if table is not None},
    )


def of_core(f: Figures) -> str:
    """The headline of the quarter's bulletin, as the task force may have it."""
    now = _value(f)
    if now is None or f.main is None:
        return f"{f.quarter.label()}{f.city.name}没有可列出的核心产业增加值"
    said = [f"{f.main.label}{f.city.name}数字经济{_name(f, now)}{plain(_yi(now))}亿元"]
    if grown := f.growth(f.main):
        said.append(f"{'按现价' if grown.price == 'current' else ''}{growth(grown.value)}")
    if part := _share(f):
        said.append(f"占GDP比重{percent(part.value)}%")
    return "，".join(said)


def core(f: Figures) -> Table | None:
    """The bulletin's few numbers, with the name that says whose they are."""
    now = _value(f)
    if now is None or f.main is None:
        return None
    label, grown, part = f.main.label, f.growth(f.main), _share(f)
    rows = [Row(_name(f, now), (label, now.display_unit, _bare(now), _bare(grown)), total=True)]
    if part:
        rows.append(Row(f"占{f.gdp_name}比重", (label, "%", _bare(part), None)))
    firms = f.get("firms", "above_threshold", f.main, cls=CORE)
    if firms:
        rows.append(Row(_name(f, firms), (label, firms.display_unit, _bare(firms), None)))
    price = f"增速为{f.growth_name.removesuffix('增速')}、同口径。" if grown else ""
    return Table("核心产业", "数字经济核心产业", "单位：见各行", _HEADS, tuple(rows), (price,) if price else ())


def key_figures(f: Figures) -> list[KeyFigure]:
    """Value added and its share, where they may be seen."""
    now, part = _value(f), _share(f)
    if now is None or f.main is None:
        return []
    grown = f.growth(f.main)
    word = growth(grown.value) if grown else ""
    found = [KeyFigure("核心产业增加值", plain(_yi(now)), "亿元", word, f"{f.main.label}，{now.authority}")]
    return [*found, KeyFigure("占GDP比重", percent(part.value), "%", "", f.main.label)] if part else found


def scorecard(board: Board, period: Period) -> Table:
    """The five ledgers: how many entries at the start and at the end of the quarter, who came and who left."""
    moved = tables.moved(board, period.since, period.until)
    rows = []
    for name in FIVE:
        mine = moved[moved["ledger"] == name]["move"]
        counts = [_there(board, name, day) for day in (period.since, period.until)]
        rows.append(Row(ledgers()[name].zh, tuple(map(count, (*counts, int((mine == "in").sum()),
                                                              int((mine == "out").sum()))))))  # fmt: skip
    notes = ("季初、季末为当日在单的条数，按本期截止日所知。",)
    return Table("台账", "五张清单", "单位：条", ("清单", "季初", "季末", "入单", "出单"), tuple(rows), notes)


def of_ledgers(board: Board, period: Period) -> list[str]:
    """How many entries stand on each list, then who came and who left."""
    counts = "、".join(f"{ledgers()[name].zh}{_there(board, name, period.until)}" for name in FIVE)
    moved = tables.moved(board, period.since, period.until)
    came, left = (int((moved["move"] == move).sum()) for move in ("in", "out"))
    said = f"本季入单{came}条，出单{left}条，原因见表。" if came or left else "本季没有入单、出单。"
    return [f"季末在单：{counts}。", said]


def of_projects(board: Board) -> list[str]:
    """Investment, starts, and the lights of the quarter's last month."""
    lit = tables.lit(board)["light"].value_counts()
    said = "、".join(f"{monthly.word_of(light)}{lit[light]}个" for light in tables.WORST_FIRST if light in lit)
    found = []
    if board.completion:
        said_of = progress_sentence(board.completion, board.cycles[-1].month)
        found.append(f"{said_of}{monthly.aside(board, 'project')}。")
    due, started = board.starts
    found += [f"应开工{due}个，已开工{started}个，开工率{percent(started / due)}%。"] if due else []
    return [*found, f"季末月灯号：{said}。"] if said else found


def of_signings(board: Board, period: Period) -> list[str]:
    """First signings of the quarter and of the year so far, with what was planned."""
    found = []
    for name, since in (("本季", period.since + dt.timedelta(days=1)), ("本年", dt.date(period.until.year, 1, 1))):
        signed = board.signings(since)
        signed = signed[signed["signed_on"].dt.date <= period.until]
        found.append(
            f"{name}首次签约{int(signed['counted'].sum())}个，计划投资{monthly.yi(float(signed['amount'].sum()))}亿元"
        )
    return [f"{'；'.join(found)}（升格和重复不计，增资只计增资额）。"]


def of_parks(board: Board) -> list[str]:
    """All parks together."""
    there = board.counting("park")
    if there.empty:
        return []
    tenants, digital = there["tenants"].sum(), there["tenants_digital"].sum()
    share = f"，其中数字经济企业{digital:.0f}家，占{percent(digital / tenants)}%" if tenants else ""
    revenue = monthly.yi(float(there["revenue"].sum()))
    said = f"{len(there)}个重点园区入驻企业{tenants:.0f}家{share}；营业收入{revenue}亿元"
    return [f"{said}{monthly.aside(board, 'park')}。"]


def _notes(f: Figures) -> list[tuple[str, str]]:
    now = _value(f)
    whose = f"由{now.authority}提供，" if now else ""
    return [
        ("核心产业", (f"{whose}取自 {f.quarter} 发布包的专班稿（L1，数据截止 {f.as_of}），已经保密审查；"
                 "监测测算数不是国家或省级统计机构核定的数。台账数与其各成一套，不相加、不相除。")),
    ]  # fmt: skip


def _there(board: Board, ledger: str, day: dt.date) -> int:
    return len(on_list(board.ever(ledger), day))


def _value(f: Figures) -> Figure | None:
    return f.get("core_value_added", f.definition, f.main, cls=CORE, price="current") if f.main else None


def _share(f: Figures) -> Figure | None:
    return f.get("core_share_gdp", "same_vintage", f.main, cls=CORE) if f.main else None


def _name(f: Figures, figure: Figure) -> str:
    return str(f.catalogue[figure.indicator, figure.definition]["name_zh"])


def _yi(figure: Figure) -> Decimal:
    return rounded(figure.value, divide=YI)


def _bare(figure: Figure | None) -> Number | None:
    """The number without the cells of the release behind it, which are not for this level."""
    if figure is None:
        return None
    return Number(figure.value, figure.unit, figure.display_unit, figure.decimals, figure.status)
