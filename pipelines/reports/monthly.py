"""月调度: where projects, problems, contracts, bonds and measures stand at a month's cut-off, and who is late.

Belongs here: what is said of a month, in which order. Does not belong here: tables and lists (tables), reckoning.
"""

from __future__ import annotations

from typing import Any, TypeVar

from indicators.dispatch import against_schedule, progress_sentence
from indicators.dispatch.lights import RED, YELLOW
from indicators.dispatch.problems import LEVELS
from pipelines.ingest.forms.ledgers import ledgers
from pipelines.ledgers.board import Board
from pipelines.ledgers.remarks import overdue, remark, standing
from pipelines.release import charts
from pipelines.release.bulletin import Section
from pipelines.release.exhibits import Exhibit
from pipelines.release.notes import synthetic
from pipelines.release.sentences import KeyFigure
from pipelines.release.wording import YI, percent, plain, rounded
from pipelines.reports import tables
from pipelines.reports.paper import Edition, Paper, quoted
from pipelines.reports.periods import Period
from pipelines.workspace import City

T = TypeVar("T")


def monthly(board: Board, period: Period, city: City, of: Edition) -> Paper:
    """The dispatch of a month, on a board of a day after its cut-off and before the next."""
    found = {
        "灯号": tables.lights(board),
        "灯号变化": tables.changed_lights(board),
        "各月灯号": tables.lights_by_cycle(board, _this_year(board)),
        "逾期": tables.late(board),
        "未报": tables.quiet(board),
        "存疑": tables.doubtful(board.doubtful),
        "问题账龄": tables.ageing(board),
        "责任账龄": tables.ageing_by_owner(board),
        "未办结问题": tables.problems(tables.undone(board)),
        "三个一批": tables.funnel(board),
        "专项债": tables.bonds(board),
        "措施": tables.measures(board),
    }
    of_ages = present(found["问题账龄"], found["责任账龄"], found["未办结问题"])
    of_lights = present(found["灯号变化"], found["灯号"], found["各月灯号"])
    sections = (
        Section("灯号", tuple(of_progress(board)), present(behind(board)), of_lights),
        Section("逾期和未报", tuple(of_late(board)), (), present(found["逾期"], found["未报"])),
        Section("存疑", tuple(of_doubts(board)), (), present(found["存疑"])),
        Section("问题", tuple(of_problems(board)), (), of_ages),
        Section("三个一批", tuple(of_funnel(board)), (), present(found["三个一批"])),
        Section("专项债", tuple(of_bonds(board)), (), present(found["专项债"])),
        Section("措施", tuple(of_measures(board)), (), present(found["措施"])),
    )
    return Paper(
        title=f"{city.name}未来产业及数字经济工作专班月调度",
        place=city.name,
        headline=headline(board, period),
        keys=tuple(key_figures(board)),
        sections=tuple(section for section in sections if section.texts or section.tables),
        notes=tuple(notes(board, period, of)),
        synthetic=synthetic(city) if city.synthetic else "",
        cite=(quoted(city, of),),
        sheets={name: table for name, table in found.items() if table is not None},
    )


def headline(board: Board, period: Period) -> str:
    """The month in one sentence."""
    lit = tables.lit(board)
    if lit.empty:
        return f"{period.label}没有在单的重点项目"
    counts = lit["light"].value_counts()
    said = [f"{counts[light]}个{word_of(light)}" for light in tables.WORST_FIRST if light in counts]
    rate = f"，投资完成率{percent(board.completion.rate)}%" if board.completion else ""
    return f"{period.label}{len(lit)}个重点项目中，{'、'.join(said)}{rate}"


def word_of(light: str) -> str:
    """The word of a light without its symbol."""
    return tables.word(light)[1:]


def key_figures(board: Board) -> list[KeyFigure]:
    """The few large numbers; those of which nothing is known are left out."""
    found = []
    if board.completion is not None:
        reached, month = board.completion, board.cycles[-1].month
        ahead = against_schedule(reached.deviation, "时间进度")
        found.append(KeyFigure("投资完成率", percent(reached.rate), "%", ahead, f"1—{month}月，占年度计划"))
    due, started = board.starts
    if due:
        found.append(
            KeyFigure("开工率", percent(started / due), "%", f"应开工{due}个，已开工{started}个", _known(board))
        )
    undone = tables.undone(board)
    found.append(KeyFigure("未办结问题", str(len(undone)), "个", f"其中{overdue(undone)}", _known(board)))
    arrived, spent = _spent(board)
    if arrived:
        idle = int(board.bonds["idle"].sum())
        found.append(KeyFigure("专项债支出进度", percent(spent / arrived), "%", f"闲置{idle}个", _known(board)))
    done, all_of = int(board.measures["done"].sum()), len(board.measures)
    if all_of:
        late = int(board.measures["late"].sum())
        found.append(KeyFigure("措施完成", str(done), "项", f"共{all_of}项，逾期{late}项", _known(board)))
    return found


def of_progress(board: Board) -> list[str]:
    """Investment against plan and time, then what changed its light."""
    found = []
    if board.completion is not None:
        found.append(f"{progress_sentence(board.completion, board.cycles[-1].month)}{aside(board, 'project')}。")
    due, started = board.starts
    if due:
        found.append(f"应开工{due}个，已开工{started}个，开工率{percent(started / due)}%。")
    lit = tables.lit(board)
    changed = lit[lit["changed"].astype(bool)]
    if len(changed):
        said = "；".join(
            f"{one['name']}由{word_of(one['before'])}转{word_of(one['light'])}（{one['reason']}）"
            for one in changed.to_dict("records")
        )
        found.append(f"{len(changed)}个项目灯号有变化：{said}。")
    elif len(lit):
        found.append("各项目灯号与上月相同。")
    return found


def behind(board: Board) -> Exhibit | None:
    """Completion of the projects that are told to hurry, the furthest behind first."""
    lit = tables.lit(board)
    slow = lit[lit["light"].isin([RED, YELLOW]) & lit["completion"].notna()]
    if slow.empty:
        return None
    records: list[dict[str, Any]] = [
        {
            "name": f"{one['entry']} {one['name']}",
            "short": one["entry"],
            "value": float(one["completion"]),
            "label": f"{percent(one['completion'])}%，应达{percent(one['scheduled'])}%，{tables.word(one['light'])}",
            "colour": charts.LIGHTS[one["light"]],
        }
        for one in slow.to_dict("records")
    ]
    title = f"{len(slow)}个项目{'、'.join(dict.fromkeys(word_of(light) for light in slow['light']))}"
    title += f"，落后最多的是{slow['name'].iloc[0]}"
    alt = f"条形图：{title}。{'；'.join(one['name'] + ' ' + one['label'] for one in records)}。"
    drawing = charts.drawing("behind", alt, charts.ranked(records, row=28))
    subtitle = "投资完成率，占年度计划的%；按灯号和落后程度"
    return Exhibit(title, subtitle, (drawing,), None, "应达为序时进度：项目分月计划，没有的自计划开工月起按月平均。")


def of_late(board: Board) -> list[str]:
    """How much is late, and by whom most."""
    found = []
    if len(board.late):
        owners = board.late["owner"].value_counts()
        most = sorted(owners[owners == owners.max()].index)
        kinds = "、".join(f"{kind}{number}项" for kind, number in board.late["kind"].value_counts().items())
        found.append(f"逾期{len(board.late)}项：{kinds}；最多的是{'、'.join(most)}（{owners.max()}项）。")
    else:
        found.append("没有逾期事项。")
    silent = f"{len(board.quiet)}个条目超过报送周期未报。" if len(board.quiet) else "没有超过报送周期未报的条目。"
    return [*found, silent]


def of_doubts(board: Board) -> list[str]:
    """How much is doubted, and whose most is."""
    found = board.doubtful
    if found.empty:
        return ["各台账没有存疑事项。"]
    owners = found["owner"].value_counts()
    most = sorted(owners[owners == owners.max()].index)
    counts = found["ledger"].value_counts()
    lists = "、".join(f"{one.zh}{counts[name]}条" for name, one in ledgers().items() if name in counts)
    return [f"存疑{len(found)}条：{lists}；最多的是{'、'.join(most)}（{owners.max()}条）。存疑的数不计入合计和比率。"]


def aside(board: Board, ledger: str) -> str:
    """In brackets what is not in a sum; '' where all is."""
    said = remark(board, ledger)
    return f"（{said}）" if said else ""


def of_problems(board: Board) -> list[str]:
    """Problems by state, the oldest, and who is to push."""
    there = tables.undone(board)
    if there.empty:
        return ["没有未办结的问题。"]
    oldest = there.sort_values(["age", "entry"]).iloc[-1]
    pushed = there["level"].value_counts()
    levels = "，".join(f"{level}{pushed[level]}个" for level in LEVELS if level in pushed)
    return [
        f"未办结问题{len(there)}个：{standing(there)}；历时最长的{oldest['age']:.0f}天（{oldest['entry']}）。",
        f"按督办级次：{levels}。",
    ]


def of_funnel(board: Board) -> list[str]:
    """The funnel of all batches in one sentence."""
    if not len(board.funnel) or not board.funnel.iloc[-1]["signed"]:
        return []
    whole = board.funnel.iloc[-1]
    rates = [
        f"{name}{percent(whole[f'{stage}_rate'])}%"
        for stage, name in tables.RATES.items()
        if whole[f"{stage}_rate"] == whole[f"{stage}_rate"]
    ]
    return [f"“三个一批”签约{whole['signed']}个，{'，'.join(rates)}。"]


def of_bonds(board: Board) -> list[str]:
    """Money that arrived and was spent, and where it lies idle."""
    arrived, spent = _spent(board)
    if not arrived:
        return []
    idle = board.bonds[board.bonds["idle"]]
    days = f"{board.limits['idle_days']:.0f}天"
    said = f"闲置超过{days}的有{len(idle)}个：{'、'.join(idle['name'])}" if len(idle) else f"没有闲置超过{days}的"
    told = f"到位{yi(arrived)}亿元，支出{yi(spent)}亿元，支出进度{percent(spent / arrived)}%"
    return [f"{told}{aside(board, 'bond')}；{said}。"]


def of_measures(board: Board) -> list[str]:
    """The work plan in one sentence."""
    there = board.measures
    if there.empty:
        return []
    late = there[there["late"]]
    said = f"逾期{len(late)}项：{'、'.join(late['name'])}" if len(late) else "没有逾期"
    return [f"{len(there)}项工作措施，完成{int(there['done'].sum())}项；{said}。"]


def notes(board: Board, period: Period, of: Edition) -> list[tuple[str, str]]:
    """What the figures mean."""
    return [
        ("口径", "专班台账数，由各责任单位填报，不是统计数，不与核算数相加或比较。"),
        ("截止", (f"{period.label}的灯号以{period.first:%-m月%-d日}以前收到的为准，此后收到的不改变；"
                f"其余截至{board.day:%Y年%-m月%-d日}。")),
        ("序时", "按项目分月计划，没有或与年度计划不符的自计划开工月起按月平均；差额由未修约数相减后修约。"),
        ("保密", f"级别{of.level}（{of.stamp}），不得公布；不含统一社会信用代码、联系方式和企业自报数。"),
    ]  # fmt: skip


def yi(value: float) -> str:
    """Yuan in 亿元."""
    return plain(rounded(value, divide=YI))


def present(*things: T | None) -> tuple[T, ...]:
    """Those that there are."""
    return tuple(thing for thing in things if thing is not None)


def _this_year(board: Board) -> list[str]:
    return [str(cycle) for cycle in board.cycles if cycle.year == board.year]


def _known(board: Board) -> str:
    return f"截至{board.day:%-m月%-d日}"


def _spent(board: Board) -> tuple[float, float]:
    counted = board.counting("bond")
    return float(counted["arrived"].sum()), float(counted["spent"].sum())
