"""The tables of the task force's reports, from a board: lights, what is late, problems, funnel, bonds and so on.

Belongs here: which value stands in which row and column. Does not belong here: reckoning (``ledgers.board``), how a
table is drawn (``release``).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from indicators.dispatch import legend, moves
from indicators.dispatch.lights import GREEN, GREY, RED, YELLOW
from indicators.dispatch.problems import LEVELS, OPEN, OVERDUE, UNPROVEN
from indicators.revision_steps import FEWEST
from pipelines.ingest.forms.ledgers import ledgers
from pipelines.ledgers.board import FIVE, Board
from pipelines.ledgers.cells import told
from pipelines.ledgers.remarks import headers, remark
from pipelines.release.figures import WITHHELD, Number, count
from pipelines.release.tables import Cell, Row, Table, filled
from pipelines.reports.paper import LEVEL
from pipelines.workspace import City

_Cells = Callable[[dict[Any, Any]], tuple[Cell, ...]]
WORST_FIRST: Final = (RED, YELLOW, GREY, GREEN)
STAGES: Final = {"signed": "签约", "fulfilled": "履约", "started": "开工", "produced": "投产", "at_capacity": "达效"}
RATES: Final = {"fulfilled": "履约率", "started": "开工率", "produced": "投产率", "at_capacity": "达效率"}
# A problem's age in days: from, name.
_AGES: Final = ((0, "30天以内"), (31, "31—60天"), (61, "61—90天"), (91, "超过90天"))
_UNDONE: Final = (OPEN, OVERDUE, UNPROVEN)
_MYRIAD: Final = 1e4
_OPERATORS: Final = "园区运营方报送数，不是统计数。"
_LEDGERS: Final = "专班台账数，不是统计数。"
_MOVES: Final = {"in": "入单", "out": "出单"}


def word(light: str) -> str:
    """A light as it is told: its symbol and its word."""
    row = legend().set_index("light").loc[light]
    return f"{row['symbol']}{row['word']}"


def money(value: Any) -> Number | None:
    """Yuan, in 亿元 with two decimals: a project's are small."""
    return None if pd.isna(value) else Number(float(value), "元", "亿元", 2)


def myriad(value: Any) -> Number | None:
    """Yuan, in 万元 with one decimal."""
    return None if pd.isna(value) else Number(float(value) / _MYRIAD, "万元", "万元", 1)


def share(value: Any) -> Number | None:
    """A fraction, in per cent."""
    return None if pd.isna(value) else Number(float(value), "比率", "%", 1)


def whole(value: Any) -> Number | None:
    """A whole number."""
    return None if pd.isna(value) else count(int(value))


def lit(board: Board) -> pd.DataFrame:
    """The lights of the last cycle, the worst first."""
    now = board.lit
    rank = now["light"].map({light: place for place, light in enumerate(WORST_FIRST)})
    ordered: pd.DataFrame = now.assign(rank=rank).sort_values(["rank", "deviation", "entry"])
    return ordered.reset_index(drop=True)


def lights(board: Board) -> Table | None:
    """Every project with its light and the reason."""
    meanings = "；".join(f"{row['symbol']}{row['word']}：{row['meaning']}" for row in legend().to_dict("records"))
    heads = ("项目", "灯号", "完成率", "序时进度", "责任部门", "依据")
    note = f"灯号为调度灯号，与景气灯号无关：{meanings}。"
    return _table(
        Table(
            "灯号", "重点项目灯号及依据", "单位：%", heads, (), (note, *beside(board, "project", "投资合计和完成率"))
        ),
        lit(board),
        lambda one: (
            word(one["light"]),
            share(one["completion"]),
            share(one["scheduled"]),
            one["department"],
            one["reason"],
        ),
    )


def changed_lights(board: Board) -> Table | None:
    """The projects whose light changed in the last cycle."""
    now = lit(board)
    return _table(
        Table("变灯", "灯号变化", "", ("项目", "上月", "本月", "责任部门", "依据"), ()),
        now[now["changed"].astype(bool)],
        lambda one: (word(one["before"]), word(one["light"]), one["department"], one["reason"]),
    )


def lights_by_cycle(board: Board, cycles: Sequence[str]) -> Table | None:
    """How many projects had which light, cycle by cycle."""
    counts = pd.crosstab(board.lights["cycle"], board.lights["light"]).reindex(
        index=list(cycles), columns=list(WORST_FIRST), fill_value=0
    )
    rows = tuple(
        Row(f"{int(str(cycle)[5:])}月", tuple(count(int(number)) for number in (*found, found.sum())))
        for cycle, found in counts.iterrows()
        if found.sum()
    )
    heads = ("月份", *(word(light) for light in WORST_FIRST), "合计")
    return Table("灯号月", "各月灯号", "单位：个", heads, rows) if rows else None


def late(board: Board) -> Table | None:
    """What is past due, by owner."""
    return _by_owner(
        Table("逾期", "逾期事项，按责任部门", "单位：天", ("事项", "类别", "期限", "逾期"), ()),
        board.late,
        lambda one: (one["kind"], _on(one["due"]), whole(one["days"])),
    )


def quiet(board: Board) -> Table | None:
    """Who has not reported, by owner."""
    heads = ("条目", "清单", "应报", "上次填报", "未报")
    return _by_owner(
        Table("未报", "超过报送周期未报，按责任部门", "单位：天", heads, ()),
        board.quiet,
        lambda one: (ledgers()[one["ledger"]].zh, one["cycle"], _on(one["last_report"]), whole(one["days"])),
    )


def doubtful(found: pd.DataFrame, title: str = "存疑事项，按责任部门") -> Table | None:
    """What is doubted of entries, by owner: which columns, why, since when."""
    notes = ("自何日：所涉栏目现内容收到之日；存疑的数不计入合计和比率，核实后更正或说明。",)
    return _by_owner(
        Table("存疑", title, "单位：天", ("条目", "清单", "栏目", "原因", "自何日", "已历"), (), notes),
        found,
        lambda one: (ledgers()[one["ledger"]].zh, headers(one), one["zh"], _on(one["since"]), whole(one["days"])),
    )


def beside(board: Board, ledger: str, what: str) -> tuple[str, ...]:
    """A note on what is not in sums of a list; none where all is."""
    said = remark(board, ledger)
    return (f"{what}：{said}。",) if said else ()


def silent(board: Board) -> Table | None:
    """The same with a row for each entry alone, which takes less room; who is silent longest comes first."""
    return _table(
        Table("未报", "超过报送周期未报", "单位：天", ("条目", "清单", "责任部门", "上次填报", "未报"), ()),
        board.quiet.sort_values(["days", "entry"], ascending=[False, True]),
        lambda one: (ledgers()[one["ledger"]].zh, one["owner"], _on(one["last_report"]), whole(one["days"])),
    )


def undone(board: Board) -> pd.DataFrame:
    """The problems that are not closed with evidence, the most overdue first."""
    there = board.problems[board.problems["state"].isin(_UNDONE)]
    ordered: pd.DataFrame = there.sort_values(["overdue", "age", "entry"], ascending=[False, False, True])
    return ordered.reset_index(drop=True)


def problems(found: pd.DataFrame, title: str = "未办结问题") -> Table | None:
    """Problems with type, owner, due day, age and who is to push."""
    heads = ("问题", "类型", "责任单位", "责任人", "期限", "已历", "逾期", "状态", "督办")
    return _table(
        Table("问题", title, "单位：天", heads, ()),
        found,
        lambda one: (
            *(one[name] for name in ("type", "department", "owner")),
            _on(one["due"]),
            whole(one["age"]),
            whole(one["overdue"]),
            one["state"],
            one["level"],
        ),
    )


def ageing(board: Board) -> Table | None:
    """The open problems by age, and by who is to push."""
    there = undone(board)
    if there.empty:
        return None
    place = list(map(_age, there["age"].fillna(0)))
    counts = pd.crosstab(pd.Series(place), there["level"]).reindex(
        index=range(len(_AGES)), columns=list(LEVELS), fill_value=0
    )
    rows = [Row(name, _counts(counts.loc[number])) for number, (_, name) in enumerate(_AGES)]
    rows.append(Row("合计", _counts(counts.sum()), total=True))
    return Table("账龄", "未办结问题的账龄和督办级次", "单位：个", ("提出以来", *LEVELS, "合计"), tuple(rows))


def ageing_by_owner(board: Board) -> Table | None:
    """The open problems of each owner by age, how many are overdue, and how far up they have been pushed."""
    there = undone(board)
    if there.empty:
        return None
    rows = []
    for owner, mine in there.groupby("department", sort=True):
        counts = [sum(_age(age) == number for age in mine["age"].fillna(0)) for number in range(len(_AGES))]
        highest = max(mine["level"], key=list(LEVELS).index)
        rows.append(Row(str(owner), (*map(count, counts), count(int((mine["overdue"] > 0).sum())), highest)))
    heads = ("责任单位", *(name for _, name in _AGES), "其中逾期", "最高督办")
    return Table("责任账龄", "未办结问题的账龄，按责任单位", "单位：个", heads, tuple(rows))


def _age(days: float) -> int:
    """The place of an age among the classes of ages."""
    return sum(days >= start for start, _ in _AGES[1:])


def funnel(board: Board) -> Table | None:
    """The funnel of 三个一批 by batch."""
    found = board.funnel[board.funnel["signed"] > 0]
    if found.empty:
        return None
    rows = tuple(
        Row(
            one["batch"],
            (*(count(one[stage]) for stage in STAGES), *(share(one[f"{stage}_rate"]) for stage in RATES)),
            total=one["batch"] == "合计",
        )
        for one in found.to_dict("records")
    )
    notes = (
        "只计首次签约；各率为到达本环节的个数与上一环节之比，进入本环节的须已过此前各环节。",
        *beside(board, "lead", "招商对接"),
    )
    return Table(
        "三个一批", "“三个一批”各环节，按批次", "单位：个、%", ("批次", *STAGES.values(), *RATES.values()), rows, notes
    )


def bonds(board: Board) -> Table | None:
    """Special bonds: arrived, spent, idle."""
    there = board.bonds
    if there.empty:
        return None
    days, doubted = board.limits["idle_days"], board.left_out("bond")
    found = [
        Row(
            f"{one['entry']} {one['name']}",
            (money(one["issued"]), money(one["arrived"]), money(one["spent"]), share(one["progress"]),
             whole(one["waiting"]),
             "存疑" if one["entry"] in doubted else f"闲置超{days:.0f}天" if one["idle"] else ""),
        )
        for one in there.sort_values(["idle", "progress", "entry"], ascending=[False, True, True]).to_dict("records")
    ]  # fmt: skip
    issued, arrived, spent = (float(board.counting("bond")[name].sum()) for name in ("issued", "arrived", "spent"))
    progress = share(spent / arrived) if arrived else None
    found.append(Row("合计", (money(issued), money(arrived), money(spent), progress, None, ""), total=True))
    heads = ("项目", "发行", "到位", "支出", "支出进度", "未动天数", "闲置、存疑")
    notes = (
        "支出进度为支出与到位之比；未动天数自资金到位或最近一次支出增加之日起算。",
        *beside(board, "bond", "合计和支出进度"),
    )
    return Table("专项债", "专项债支出进度和闲置", "单位：亿元、%、天", heads, tuple(found), notes)


def parks(board: Board) -> Table | None:
    """Parks: who is in them."""
    heads = ("园区", "级别", "入驻企业", "数字经济企业占比", "规上企业占比", "净增企业", "空置率")
    return _table(
        Table("园区", "重点园区入驻情况", "单位：家、%", heads, (), (_OPERATORS, *beside(board, "park", "合计和占比"))),
        board.parks,
        lambda one: (
            one["level"],
            whole(one["tenants"]),
            share(one["digital_share"]),
            share(one["above_share"]),
            whole(one["net_new"]),
            share(one["vacancy"] / 100),
        ),
    )


def yields(board: Board) -> Table | None:
    """Parks: what they make of their ground and with whom."""
    heads = ("园区", "营业收入", "税收", "亩均营收", "亩均税收", "人均营收")
    return _table(
        Table("园区效益", "重点园区产出效益", "单位：亿元；亩均、人均为万元", heads, (), (_OPERATORS,)),
        board.parks,
        lambda one: (
            money(one["revenue"]),
            money(one["tax"]),
            *(myriad(one[name]) for name in ("revenue_per_mu", "tax_per_mu", "revenue_per_head")),
        ),
    )


def honours(board: Board) -> Table | None:
    """How many of the key firms hold which honour."""
    held = board.of("firm")["honours"].fillna("").str.split("、").explode()
    counts = held[held != ""].value_counts(sort=False)
    rows = tuple(Row(str(name), (count(int(number)),)) for name, number in counts.sort_values(ascending=False).items())
    return Table("荣誉", "在单重点企业的荣誉", "单位：家", ("荣誉", "企业"), rows, (_LEDGERS,)) if rows else None


def futures(board: Board, worth: Mapping[str, Number], level: str) -> Table | None:
    """The six future industries: firms and projects on the lists, what was invested this year, value added.

    Args:
        board: whose lists.
        worth: value added by industry, of those of which it may be told.
        level: of the report; what few invested is told in the house alone.
    """
    found = board.futures()
    if not found[["future_firms", "future_projects"]].to_numpy().any():
        return None
    kept_back = Number(math.nan, "元", "亿元", 2, WITHHELD)
    rows = tuple(
        Row(
            one["name_zh"],
            (
                whole(one["future_firms"]),
                whole(one["future_projects"]),
                kept_back if hidden else money(one["future_invested"]),
                worth.get(one["id"]),
            ),
        )
        for one, hidden in zip(found.to_dict("records"), few(found, level), strict=True)
    )
    heads = ("未来产业", "在单企业", "在单项目", "本年完成投资", "增加值（监测测算）")
    notes = ("企业、项目、投资为专班台账数；增加值按行业小类整类计入，是上限，没有对应小类的不测算。",)
    notes = notes if worth else (_LEDGERS,)
    return filled(Table("未来产业", "六大未来产业", "单位：家、个、亿元", heads, rows, notes))


def few(futures: pd.DataFrame, level: str) -> pd.Series:
    """Of which future industries the task force may not be told what was invested, as it is in their release."""
    invested_by = futures["future_investors"].where(futures["future_projects"] > 0)
    return (invested_by < FEWEST) & (level == LEVEL)


def measures(board: Board) -> Table | None:
    """The work plan as a checklist."""
    heads = ("措施", "牵头部门", "时限", "状态", "进度", "完成情况")
    return _table(
        Table("措施", "工作措施清单", "单位：%", heads, (), ("报“已完成”而没有佐证的不计完成。",)),
        board.measures,
        lambda one: (
            one["department"],
            _on(one["due"]),
            one["state"],
            share(one["progress"] / 100),
            "完成" if one["done"] else "逾期" if one["late"] else "",
        ),
    )


def moved(board: Board, since: dt.date, until: dt.date, *, as_heard: bool = False) -> pd.DataFrame:
    """Who came onto the five ledgers and who left them in a span: ``ledger`` and what ``moves`` gives."""
    parts = [moves(board.ever(name), since, until, as_heard=as_heard).assign(ledger=name) for name in FIVE]
    found: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return found


def entries_and_exits(board: Board, since: dt.date, until: dt.date, *, as_heard: bool = False) -> Table | None:
    """The same as a table."""
    return _table(
        Table("进出", "入单和出单", "", ("条目", "清单", "进出", "日期", "原因"), ()),
        moved(board, since, until, as_heard=as_heard),
        lambda one: (
            ledgers()[one["ledger"]].zh,
            _MOVES[one["move"]],
            _on(one["on"]),
            one["reason"] or ("未写明" if one["move"] == "out" else ""),
        ),
    )


def changes(board: Board, since: dt.date) -> pd.DataFrame:
    """What changed of entries that had been known before, without private columns: what ``Board.changes`` gives."""
    found = board.changes(since)
    if found.empty:
        return found
    private = {(one.id, name) for one in ledgers().values() for name in one.private}
    shown = [key not in private for key in zip(found["ledger"], found["field"], strict=True)]
    return found[pd.Series(shown, index=found.index) & ~_new(board, found, since)].reset_index(drop=True)


def _new(board: Board, found: pd.DataFrame, since: dt.date) -> pd.Series:
    """Whether a changed cell is of an entry that was not known before."""
    new: set[str] = set()
    for name in found["ledger"].unique():
        ever = board.ever(name)
        new |= set(ever.loc[ever["first_known"] > pd.Timestamp(since), "entry"])
    return found["entry"].isin(new)


def changed(board: Board, since: dt.date, city: City) -> Table | None:
    """What changed, one row per entry: each column with what it held and what it holds."""
    found = changes(board, since)
    if found.empty:
        return None
    rows = []
    for name in found["ledger"].unique():
        names = board.ever(name).set_index("entry")["name"]
        for entry, cells in found[found["ledger"] == name].groupby("entry"):
            said = "；".join(_change(cell, city) for cell in cells.to_dict("records"))
            by = "、".join(sorted(set(cells["reporter"])))
            rows.append(Row(f"{entry} {names[entry]}", (said, by)))
    return Table("变化", "变化的栏目", "金额单位：万元", ("条目", "栏目：原→现", "填报单位"), tuple(rows))


def _change(cell: dict[Any, Any], city: City) -> str:
    header = ledgers()[cell["ledger"]].columns[cell["field"]].header
    new = told({**cell, "value": cell["new"]}, city)
    return f"{header} {told({**cell, 'value': cell['old']}, city)}→{new}" if cell["old"] else f"{header} {new}"


def new_problems(board: Board, since: dt.date) -> pd.DataFrame:
    """The problems that came to be known after a day."""
    found: pd.DataFrame = board.problems[board.problems["first_known"] > pd.Timestamp(since)]
    return found


def registered(board: Board, since: dt.date) -> Table | None:
    """What was entered into the register after a day."""
    there = board.of("event")
    return _table(
        Table("登记", "新登记", "", ("条目", "类别", "日期"), ()),
        there[there["first_known"] > pd.Timestamp(since)],
        lambda one: (one["type"], _on(one["held_on"])),
    )


def _table(empty: Table, found: pd.DataFrame, cells: _Cells) -> Table | None:
    """A row per entry, by number and name; none where there is no entry."""
    rows = tuple(Row(f"{one['entry']} {one['name']}", cells(one)) for one in found.to_dict("records"))
    return replace(empty, rows=rows) if rows else None


def _by_owner(empty: Table, found: pd.DataFrame, cells: _Cells) -> Table | None:
    """The same under the names of owners."""
    rows: list[Row] = []
    for owner, mine in found.groupby("owner", sort=True):
        rows.append(Row(f"{owner}（{len(mine)}）"))
        rows += [Row(f"{one['entry']} {one['name']}", cells(one), indent=1) for one in mine.to_dict("records")]
    return replace(empty, rows=tuple(rows)) if rows else None


def _counts(found: Any) -> tuple[Number, ...]:
    return tuple(count(int(number)) for number in (*found, found.sum()))


def _on(day: Any) -> str:
    return "" if pd.isna(day) else f"{day:%Y-%m-%d}"
