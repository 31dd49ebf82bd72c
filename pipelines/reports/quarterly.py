"""季总结: what the quarter's bulletin says, in tables, beside what the ledgers show at the quarter's cut-off.

Belongs here: what is said of a quarter. Does not belong here: making a release, reckoning on ledgers. Nothing of the
two is added up or divided by the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from classification.errors import InputError
from indicators.dispatch import on_list, progress_sentence
from pipelines.ingest.forms.ledgers import ledgers
from pipelines.ledgers.board import FIVE, Board
from pipelines.release import development, monitored, sentences, warnings
from pipelines.release.bulletin import Section
from pipelines.release.figures import CORE, Figure, Figures, Number, Span, count
from pipelines.release.notes import symbols, synthetic
from pipelines.release.sentences import KeyFigure
from pipelines.release.tables import PENETRATION, Cell, Row, Table, divisions, filled, newest_rate, rate_period
from pipelines.release.wording import YI, growth, percent, plain, rounded
from pipelines.reports import monthly, tables
from pipelines.reports.paper import LEVEL, Edition, Paper, quoted
from pipelines.reports.periods import Period
from pipelines.warning.rules import KINDS, LEVELS
from pipelines.workspace import City

_LEFT_OUT: Final = (
    "景气五灯、预警信号、数字经济发展指数、未来产业增加值由未经保密审查的格子算出，不列入专班稿，"
    "只列入内部版（L2）：shuce report quarterly {} --internal。"
)
# The sectors that a summary shows of penetration.
_SECTORS: Final = ("agriculture", "industry", "construction", "services", "secondary", "tertiary", "all")
_REPORTED: Final = "基础设施、治理、数据、企业培育、氢能为部门报送数，按部门口径原样收录。"
_HEADS: Final = ("指标", "时期", "单位", "本期", "增速（%）")


def quarterly(board: Board, figures: Figures, period: Period, city: City, of: Edition) -> Paper:
    """The summary of a quarter.

    Args:
        board: of the day on which the quarter's last month was cut off.
        figures: what of the quarter's release may be seen at the level of the report.
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
    f, span = figures, figures.main
    months = [str(cycle) for cycle in board.cycles if period.since < cycle.last_day <= period.until]
    made = {
        "核心产业": core(f),
        "分大类": divisions(f, span) if span else None,
        "产业数字化": penetration(f),
        "数字化治理": monitored.of_topic(f, "数字治理", "数字化治理"),
        "数据价值化": monitored.of_topic(f, "数据要素", "数据价值化"),
        "基础设施": monitored.of_topic(f, "基础设施", "数字基础设施"),
        "企业培育": monitored.of_topic(f, "企业培育", "企业培育和荣誉"),
        "企业荣誉": tables.honours(board),
        "氢能": monitored.of_topic(f, "氢能", "氢能产业链"),
        "未来产业": tables.futures(board, worth(f), of.level),
        "景气五灯": warnings.cycle_lights(f, str(f.quarter)),
        "预警信号": signals(f),
        "剔除大户增速": warnings.signals(f),
        "发展指数": development.development(f),
        "台账": scorecard(board, period),
        "各月灯号": tables.lights_by_cycle(board, months),
        "灯号": tables.lights(board),
        "进出": tables.entries_and_exits(board, period.since, period.until),
        "未办结问题": tables.problems(tables.undone(board)),
        "三个一批": tables.funnel(board),
        "专项债": tables.bonds(board),
        "园区": tables.parks(board),
        "园区效益": tables.yields(board),
        "措施": tables.measures(board),
    }
    found = {name: bare(table) for name, table in made.items() if table is not None}

    def there(*names: str) -> tuple[Table, ...]:
        return tuple(found[name] for name in names if name in found)

    def reported(topic: str) -> list[str]:
        return monitored.of_departments(f, topic)

    present = monthly.present
    sections = (
        Section("数字产业化", (f"{of_core(f)}。", *(sentences.by_division(f, span) if span else ())), (),
                there("核心产业", "分大类")),
        Section("产业数字化", tuple(of_digitisation(f)), (), there("产业数字化")),
        Section("数字化治理", tuple(reported("数字治理")), (), there("数字化治理")),
        Section("数据价值化", tuple(reported("数据要素")), (), there("数据价值化")),
        Section("基础设施", tuple(reported("基础设施")), (), there("基础设施")),
        Section("企业", tuple(reported("企业培育")), (), there("企业培育", "企业荣誉")),
        Section("氢能", tuple(reported("氢能")), (), there("氢能")),
        Section("未来产业", tuple(of_futures(board, of.level)), (), there("未来产业")),
        Section("景气和预警", tuple(warnings.of_warning(f, each=False)), (),
                there("景气五灯", "预警信号", "剔除大户增速")),
        Section("发展指数", tuple(development.of_development(f)), (), there("发展指数")),
        Section("台账", tuple(of_ledgers(board, period)), (), there("台账", "进出")),
        Section("重点项目", tuple(of_projects(board)), present(monthly.behind(board)), there("各月灯号", "灯号")),
        Section("问题", tuple(monthly.of_problems(board)), (), there("未办结问题")),
        Section("招商", (*of_signings(board, period), *monthly.of_funnel(board)), (), there("三个一批")),
        Section("专项债", tuple(monthly.of_bonds(board)), (), there("专项债")),
        Section("园区", tuple(of_parks(board)), (), there("园区", "园区效益")),
        Section("措施", tuple(monthly.of_measures(board)), (), there("措施")),
    )  # fmt: skip
    return Paper(
        title=f"{city.name}未来产业及数字经济工作专班季总结",
        place=city.name,
        headline=of_core(f),
        keys=tuple([*key_figures(f), *monthly.key_figures(board)][:5]),
        sections=tuple(plain_section(section) for section in sections if section.texts or section.tables),
        notes=(*_notes(f, of, found.values()), *monthly.notes(board, period, of)),
        synthetic=synthetic(city) if city.synthetic else "",
        cite=(quoted(city, of),),
        sheets=found,
    )


def plain_section(section: Section) -> Section:
    """A section whose texts name no cells of the release, which stay in it."""
    return replace(section, texts=tuple(str(text) for text in section.texts))


def bare(table: Table) -> Table:
    """A table of a release without the cells behind its numbers and words."""
    rows = tuple(replace(row, cells=tuple(map(_bare, row.cells))) for row in table.rows)
    return replace(table, title=str(table.title), rows=rows, notes=tuple(map(str, table.notes)))


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
    rows = [Row(_name(f, now), (label, now.display_unit, now, grown), total=True)]
    if part:
        rows.append(Row(f"占{f.gdp_name}比重", (label, "%", part, None)))
    firms = f.get("firms", "above_threshold", f.main, cls=CORE)
    if firms:
        rows.append(Row(_name(f, firms), (label, firms.display_unit, firms, None)))
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


def penetration(f: Figures) -> Table | None:
    """Penetration, a row per definition; whole sectors alone, each definition in its own period."""
    found = {
        definition: {figure.cls: figure for cls in _SECTORS if (figure := newest_rate(f, definition, cls))}
        for definition in PENETRATION
    }
    rows = tuple(
        Row(
            f.catalogue["digital_penetration", definition]["name_zh"],
            (*map(of.get, _SECTORS), rate_period(f, next(iter(of.values())))),
        )
        for definition, of in found.items()
        if of
    )
    heads = ("口径", *(f.name("sector", cls) for cls in _SECTORS), "时期")
    notes = ("各口径的定义见公报；定义不同，数值不可相互比较，也不可连成一个序列。",)
    return filled(Table("产业数字化", "产业数字化渗透率与普及率", "单位：%", heads, rows, notes)) if rows else None


def of_digitisation(f: Figures) -> list[str]:
    """By how many definitions digitisation is measured, and what is said of those of other bodies."""
    table = penetration(f)
    if table is None:
        return []
    others = "外部测算数原样收录，不与本系统口径比较。" if f.classes("digital_penetration", "external") else ""
    return [f"产业数字化按{len(table.rows)}种口径列出，口径之间不作比较。{others}"]


def signals(f: Figures) -> Table | None:
    """The signals of the quarter, each with its sentence and who has to look."""
    order = list(KINDS)
    standing = [row for row in f.signals if row["status"] == "open"]
    rows = tuple(
        Row(KINDS[row["kind"]], (LEVELS[row["level"]], row["sentence"], row["owner"]))
        for row in sorted(standing, key=lambda row: (order.index(row["kind"]), row["rule"], row["signal"]))
    )
    notes = ("规则得出，只提示核实，不说明原因；附理由排除的不列。",)
    return Table("预警信号", "预警信号", "", ("性质", "层级", "信号", "责任人"), rows, notes) if rows else None


def of_futures(board: Board, level: str) -> list[str]:
    """The six future industries together, and in which there is nothing yet; no sum that tells one that is hidden."""
    found = board.futures()
    firms, projects = int(found["future_firms"].sum()), int(found["future_projects"].sum())
    if not firms and not projects:
        return []
    empty = found.loc[(found["future_firms"] == 0) & (found["future_projects"] == 0), "name_zh"]
    without = f"；{'、'.join(empty)}还没有在单企业和项目" if len(empty) else ""
    together = f"，本年完成投资{monthly.yi(float(found['future_invested'].sum()))}亿元"
    invested = "" if tables.few(found, level).any() else together
    return [f"六大未来产业在单企业{firms}家、项目{projects}个{invested}{without}。"]


def worth(f: Figures) -> dict[str, Figure]:
    """Value added of the future industries, where it may be told."""
    span = Span("cumulative", str(f.quarter))
    classes = f.classes("future_value_added", "rate_method", span)
    found = {cls: f.get("future_value_added", "rate_method", span, cls=cls) for cls in classes}
    return {cls: figure for cls, figure in found.items() if figure}


def _notes(f: Figures, of: Edition, tables: Iterable[Table]) -> list[tuple[str, str]]:
    now = _value(f)
    shown = [cell for table in tables for row in table.rows for cell in row.cells if isinstance(cell, Number)]
    whose = f"由{now.authority}提供，" if now else ""
    apart = "监测测算数不是国家或省级统计机构核定的数。台账数与其各成一套，不相加、不相除。"
    if of.level == LEVEL:
        kind = f"专班稿（L1，数据截止 {f.as_of}），已经保密审查；"
        rest = [("未列入", _LEFT_OUT.format(f.quarter))]
    else:
        kind, rest = f"内部版（{of.level}，数据截止 {f.as_of}），未经保密审查；", []
    return [
        ("核心产业", f"{whose}取自 {f.quarter} 发布包的{kind}{apart}"),
        ("部门数", _REPORTED),
        ("符号", symbols(f, shown)),
        *rest,
    ]


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


def _bare(cell: Cell) -> Cell:
    """A cell without those of the release behind it, which are not for the readers of a report."""
    if not isinstance(cell, Number):
        return cell if cell is None else str(cell)
    return Number(cell.value, cell.unit, cell.display_unit, cell.decimals, cell.status, step=cell.step)
