"""What shuce ledger prints: counts, lists, one entry, the dispatch of a day, late things, pairs.

Belongs here: tables and lines for a terminal of 80 to 100 columns. Does not belong here: reckoning (``ledgers.board``).
A light is always told by its word.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import pandas as pd
from rich.console import Console
from rich.table import Table

from classification.errors import InputError
from indicators.dispatch import legend, progress_sentence
from indicators.dispatch.overdue import NOBODY
from indicators.dispatch.standing import TAKEN
from indicators.rounding import display
from pipelines.ingest.forms.ledgers import Ledger, ledgers
from pipelines.ledgers import cells
from pipelines.ledgers.board import FIVE, Board
from pipelines.ledgers.remarks import headers, overdue, remark, standing
from pipelines.workspace import City

_PLAIN: Final[dict[str, Any]] = {"highlight": False, "soft_wrap": True, "markup": False}
_COLOURS: Final = {"green": "green", "yellow": "yellow", "red": "red", "grey": "bright_black"}
_SHOWN: Final = 12  # lines of a list that fit on a screen
# Columns that tell where an entry of a ledger stands: name → kind of display.
_TELLING: Final[dict[str, tuple[str, ...]]] = {
    "firm": ("chain", "chain_position", "honours"),
    "project": ("type", "year_plan", "cum_year"),
    "lead": ("stage", "signed_on", "planned_investment"),
    "bond": ("issued", "arrived", "spent"),
    "park": ("level", "tenants", "revenue"),
    "problem": ("type", "due", "closed_on"),
    "measure": ("due", "state", "progress"),
    "event": ("type", "held_on", "number"),
}


def counts(board: Board, console: Console) -> None:
    """How many entries stand on each ledger."""
    _title(console, "台账", board)
    rows = [(ledgers()[name].zh, ledgers()[name].terms.code, str(board.counts[name])) for name in ledgers()]
    console.print(_table(("清单", "表号", "在单"), rows, right={2}))


def entries(board: Board, ledger: Ledger, city: City, county: str, console: Console) -> None:
    """The entries on a ledger."""
    there = of_county(board.of(ledger.id), city, county)
    _title(console, f"{ledger.terms.title}（{len(there)}）", board)
    telling = _TELLING[ledger.id]
    heads = ["编号", ledger.columns["name"].header, *(ledger.columns[name].header for name in telling)]
    words = _words(board) if ledger.id == "project" else {}
    rows = [
        (row["entry"], row["name"], *(cells.shown(row[name], ledger.columns[name].kind) for name in telling),
         *((words.get(row["entry"], "—"),) if words else ()))
        for row in there.to_dict("records")
    ]  # fmt: skip
    kinds = [ledger.columns[name].kind for name in telling]
    numbers = {place for place, kind in enumerate(kinds, start=2) if kind in {"money", "count", "number"}}
    console.print(_table((*heads, *(("灯号",) if words else ())), rows, right=numbers))
    if "money" in kinds:
        console.print("金额单位：万元", style="dim", **_PLAIN)


def of_county(there: pd.DataFrame, city: City, county: str) -> pd.DataFrame:
    """The entries of one county, named by its name or code; all where none is named.

    Raises:
        InputError: there is no such county.
    """
    if not county:
        return there
    codes = [code for code, name in city.regions.items() if county in {code, name}]
    if not codes:
        known = "、".join(city.regions.values())
        raise InputError(f"没有“{county}”；有：{known}。", f"There is no county {county!r}.")
    return there[there["county"] == codes[0]]


def entry(board: Board, number: str, city: City, console: Console) -> None:
    """One entry: what holds, and its history."""
    ledger = next((one for one in ledgers().values() if one.numbers(number)), None)
    ever = board.ever(ledger.id) if ledger else pd.DataFrame({"entry": []})
    found = ever[ever["entry"] == number].to_dict("records")
    if ledger is None or not found:
        raise InputError(f"截至 {board.day} 没有编号 {number}。", f"No entry {number} by {board.day}.")
    row = found[0]
    _title(console, f"{number} {row['name']}", board)
    holds = [
        (column.header, city.regions.get(text, text) if column.name == "county" else text)
        for column in ledger.columns.values()
        if column.name in row and (text := cells.shown(row[column.name], _kind(ledger, column.name)))
    ]
    console.print(_table(("栏目", "内容"), holds))
    if ledger.id == "project":
        lit = board.lights[board.lights["entry"] == number]
        rows = [(one["cycle"], f"{one['symbol']}{one['word']}", one["reason"]) for one in lit.to_dict("records")]
        console.print(_table(("调度月", "灯号", "依据"), rows))
    for doubt in board.doubts(ledger.id).query("entry == @number")["zh"]:
        console.print(f"存疑：{doubt}", style="yellow", **_PLAIN)
    history = board.history[(board.history["entry"] == number) & (board.history["known_from"] <= board.day)]
    said = history.sort_values(TAKEN, kind="stable")
    changes = said[said["value"] != said.groupby("field")["value"].shift()].to_dict("records")
    shown = [
        (str(one["reported_at"]), ledger.columns[one["field"]].header, cells.told(one, city), one["reporter"])
        for one in changes[-_SHOWN:]
    ]
    console.print(_table(("填报日期", "栏目", "内容", "填报单位"), shown))
    if len(changes) > _SHOWN:
        console.print(f"以上为最近 {_SHOWN} 次变更，共 {len(changes)} 次（表 core_ledger）。", style="dim", **_PLAIN)


def dispatch(board: Board, city: City, console: Console) -> None:  # noqa: ARG001 - called as ``late`` is
    """Where everything stands on the day."""
    _title(console, "调度", board)
    for line in headline(board):
        console.print(line, **_PLAIN)
    if board.cycles:
        _lights(board, console)
    _funnel(board, console)
    _bonds(board, console)
    _parks(board, console)
    _problems(board, console)
    _doubts(board, console)


def headline(board: Board) -> list[str]:
    """The figures of the day in lines."""
    said = [f"{'、'.join(f'{ledgers()[name].zh} {board.counts[name]}' for name in FIVE)}"]
    if board.completion is not None:
        said.append(progress_sentence(board.completion, board.cycles[-1].month) + _beside(board, "project"))
    due, started = board.starts
    if due:
        said.append(f"应开工 {due} 个，已开工 {started} 个，开工率 {display(started / due, '%', 1)}%")
    said.append(f"问题：{standing(board.problems) or '无'}")
    if len(board.bonds):
        arrived, spent = (float(board.counting("bond")[name].sum()) for name in ("arrived", "spent"))
        share = f"，支出进度 {display(spent / arrived, '%', 1)}%" if arrived else ""
        idle = int(board.bonds["idle"].sum())
        said.append(
            f"专项债：到位 {display(arrived, '亿元', 1)} 亿元，支出 {display(spent, '亿元', 1)} 亿元{share}，"
            f"闲置超 {board.limits['idle_days']:.0f} 天 {idle} 个{_beside(board, 'bond')}"
        )
    measures = board.measures
    said.append(f"工作措施：{len(measures)} 项，完成 {int(measures['done'].sum())}，逾期 {int(measures['late'].sum())}")
    return [f"· {line}" for line in said]


def _lights(board: Board, console: Console) -> None:
    cycle = str(board.cycles[-1])
    now = board.lights[board.lights["cycle"] == cycle]
    count = now["light"].value_counts()
    words = legend().to_dict("records")
    told = "  ".join(f"[{_COLOURS[w['light']]}]{w['symbol']}[/] {w['word']} {count.get(w['light'], 0)}" for w in words)
    console.print(f"\n{cycle} 灯号（{len(now)} 个项目）：{told}", highlight=False)
    order = {light: rank for rank, light in enumerate(("red", "yellow", "grey"))}
    poor = now[now["light"] != "green"]
    shown = poor.assign(rank=poor["light"].map(order)).sort_values(["rank", "entry"])
    word_of = {w["light"]: w["word"] for w in words}
    rows = [
        (one["entry"], one["name"], f"{one['symbol']}{one['word']}", one["reason"] + _moved(one, word_of))
        for one in shown.to_dict("records")
    ]
    if rows:
        console.print(_table(("编号", "项目", "灯号", "依据"), rows))
    better = now[(now["light"] == "green") & now["changed"]]
    if len(better):
        names = "、".join(f"{one['entry']}（上月{word_of[one['before']]}）" for one in better.to_dict("records"))
        console.print(f"转为正常：{names}", **_PLAIN)


def _moved(one: dict[Any, Any], word_of: dict[str, str]) -> str:
    return f"（上月{word_of[one['before']]}）" if one["changed"] else ""


def _funnel(board: Board, console: Console) -> None:
    rows = [
        (
            one["batch"],
            *(str(one[stage]) for stage in ("signed", "fulfilled", "started", "produced", "at_capacity")),
            *(_rate(one[f"{stage}_rate"]) for stage in ("fulfilled", "started", "produced", "at_capacity")),
        )
        for one in board.funnel.to_dict("records")
        if one["signed"]
    ]
    if rows:
        heads = ("三个一批", "签约", "履约", "开工", "投产", "达效", "履约率", "开工率", "投产率", "达效率")
        console.print(_table(heads, rows, right=set(range(1, 10))))


def _bonds(board: Board, console: Console) -> None:
    doubted = board.left_out("bond")
    rows = [
        (one["entry"], one["name"],
         *(_yi(one[name], 2) for name in ("arrived", "spent")), _rate(one["progress"]), _days(one["waiting"]),
         "存疑" if one["entry"] in doubted else "闲置" if one["idle"] else "")
        for one in board.bonds.to_dict("records")
    ]  # fmt: skip
    if rows:
        heads = ("编号", "专项债（亿元）", "到位", "支出", "支出进度", "未动天", "")
        console.print(_table(heads, rows, right={2, 3, 4, 5}))


def _parks(board: Board, console: Console) -> None:
    rows = [
        (one["entry"], one["name"],
         *(cells.shown(one[name], "count") for name in ("tenants", "tenants_digital")), _rate(one["digital_share"]),
         _yi(one["revenue"], 1), cells.shown(one["net_new"], "count"))
        for one in board.parks.to_dict("records")
    ]  # fmt: skip
    if rows:
        heads = ("编号", "园区", "入驻", "数字经济", "占比", "营收（亿元）", "净增")
        console.print(_table(heads, rows, right=set(range(2, 7))))
        if said := remark(board, "park"):
            console.print(f"合计和占比：{said}", style="yellow", **_PLAIN)


def _problems(board: Board, console: Console) -> None:
    there = board.problems[board.problems["level"] != ""]
    ordered = there.sort_values(["overdue", "age", "entry"], ascending=[False, False, True])
    rows = [
        (one["entry"], one["name"], one["type"], one["department"] or NOBODY, cells.shown(one["due"], "date"),
         _days(one["age"]), str(one["overdue"]), one["level"])
        for one in ordered.to_dict("records")
    ]  # fmt: skip
    if rows:
        console.print(f"\n未办结问题（{len(rows)} 个，其中{overdue(there)}）", highlight=False)
        heads = ("编号", "问题", "类型", "责任单位", "期限", "已历天", "逾期天", "督办")
        console.print(_table(heads, rows, right={5, 6}))


def _doubts(board: Board, console: Console) -> None:
    found = board.doubtful
    rows = [
        (one["owner"], ledgers()[one["ledger"]].zh, f"{one['entry']} {one['name']}", headers(one), one["zh"],
         cells.shown(one["since"], "date"))
        for one in found.to_dict("records")
    ]  # fmt: skip
    console.print(f"\n存疑（{len(rows)} 条，存疑的数不计入合计和比率）", highlight=False)
    if rows:
        console.print(_table(("责任单位", "清单", "条目", "栏目", "原因", "自何日"), rows))


def _beside(board: Board, ledger: str) -> str:
    said = remark(board, ledger)
    return f"（{said}）" if said else ""


def late(board: Board, city: City, console: Console) -> None:  # noqa: ARG001
    """What is late and who has not reported, by owner."""
    _title(console, "逾期和未报", board)
    rows = [
        (one["owner"], one["kind"], one["entry"], one["name"], f"{one['due']:%Y-%m-%d}", str(one["days"]))
        for one in board.late.to_dict("records")
    ]
    console.print(_table(("责任部门", "事项", "编号", "名称", "期限", "逾期天"), rows, right={5}))
    quiet = [
        (one["owner"], ledgers()[one["ledger"]].zh, one["entry"], one["name"], one["cycle"],
         f"{one['last_report']:%Y-%m-%d}", str(int(one["days"])))
        for one in board.quiet.to_dict("records")
    ]  # fmt: skip
    console.print(_table(("责任部门", "清单", "编号", "未报", "应报", "上次填报", "天数"), quiet, right={6}))


def pairs(found: pd.DataFrame, city: City, console: Console) -> None:
    """Pairs that may be one and the same."""
    rows = [
        (
            f"{one['score']:.2f}",
            f"{one['entry']} {one['name']}\n{one['other']} {one['other_name']}",
            "\n".join(city.regions.get(one[side], "") for side in ("county", "other_county")),
            one["reason"] + ("；已登记关联" if one["declared"] else ""),
        )
        for one in found.to_dict("records")
    ]
    console.print(_table(("相似度", "两条", "县（市、区）", "依据"), rows))
    said = f"共 {len(rows)} 对，请逐对认定：确属重复的在清单中填“原项目编号”或“招商项目编号”，不会自动合并。"
    console.print(said, style="yellow" if rows else "green", **_PLAIN)


def set_aside(lines: list[dict[str, Any]], console: Console) -> None:
    """What did not go through, without what stood there."""
    _places(lines, console)
    console.print(f"共 {len(lines)} 条", style="yellow" if lines else "green", **_PLAIN)


def unread(lines: list[dict[str, Any]], console: Console) -> None:
    """Columns that were not read, or that are missing."""
    if lines:
        console.print("\n未读或缺少的列", highlight=False)
        _places(lines, console)
        console.print(f"共 {len(lines)} 张表", style="yellow", **_PLAIN)


def _places(lines: list[dict[str, Any]], console: Console) -> None:
    rows = [
        (line["file"], f"{line['sheet']} {row}".strip(), line["column"], line["reason_zh"])
        for line in lines
        for row in [f"第{line['row']}行" if line["row"] else ""]
    ]
    if rows:
        console.print(_table(("文件", "位置", "列", "原因与处理"), rows))


def _words(board: Board) -> dict[str, str]:
    if not board.cycles:
        return {}
    now = board.lights[board.lights["cycle"] == str(board.cycles[-1])]
    return dict(zip(now["entry"], now["symbol"] + now["word"], strict=True))


def _kind(ledger: Ledger, name: str) -> str:
    return "text" if name in ledger.private else ledger.columns[name].kind


def _rate(value: float) -> str:
    return "—" if math.isnan(value) else f"{display(value, '%', 1)}%"


def _yi(value: float, digits: int) -> str:
    return "—" if math.isnan(value) else display(value, "亿元", digits)


def _days(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:.0f}"


def _title(console: Console, text: str, board: Board) -> None:
    console.print(text, style="bold", end="", markup=False, highlight=False)
    console.print(f"（截至 {board.day}）", style="dim", **_PLAIN)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Collection[int] = ()) -> Table:
    from rich.markup import escape

    table = Table(box=None, header_style="bold", pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", justify="right" if number in right else "left")
    for row in rows:
        table.add_row(*map(escape, row))
    return table
