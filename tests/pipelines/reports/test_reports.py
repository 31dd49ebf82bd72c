"""Reports of a synthetic year: what they say follows from the board, their bytes repeat, nothing private is in them."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from classification.errors import InputError
from indicators.dispatch import progress_sentence
from indicators.dispatch.problems import LEVELS
from pipelines.cli.ledger_views import headline
from pipelines.lake import Lake
from pipelines.ledgers import remarks
from pipelines.ledgers.board import Board
from pipelines.release import copies, document
from pipelines.release.manuscript import passages
from pipelines.release.tables import Row, Table
from pipelines.reports import monthly, quarterly, sheet, tables, weekly
from pipelines.reports.paper import edition, render
from pipelines.reports.periods import Kind, period
from pipelines.review.identifiers import LOOKS_LIKE
from pipelines.steps import reports
from pipelines.steps.ledgers import board
from pipelines.steps.reports import Written, report
from pipelines.workspace import Workspace
from tests.end_to_end.running import told
from tests.pipelines.release import stand_in
from tests.pipelines.reports.conftest import TODAY, copied

ORDER = ("未报", "新增问题", "新增存疑", "进出", "新登记", "变化")
HALVED, DROPPED = weekly._HALVED, weekly._DROPPED
KINDS: tuple[Kind, ...] = ("weekly", "monthly", "quarterly")


def made(written: Written, suffix: str) -> Path:
    (found,) = written.folder.glob(f"*.{suffix}")
    return found


def text_of(path: Path) -> str:
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None)
    return "\n".join(passage.text for passage in passages(path))


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_a_report_lies_in_its_folder_for_the_task_force(written: dict[str, Written], home: Workspace) -> None:
    names = {"weekly": "2023-W52", "monthly": "2023-11", "quarterly": "2023Q4"}
    for kind, name in names.items():
        folder = written[kind].folder
        assert folder == home.reports / kind / name
        assert oct(folder.stat().st_mode & 0o777) == "0o750"
        assert {path.suffix for path in folder.iterdir()} == {".html", ".docx", ".xlsx"}
        assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o440"}
        assert [path.name for path in folder.parent.iterdir()] == [name]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_reaches_nothing_outside_itself(kind: str, written: dict[str, Written]) -> None:
    html = made(written[kind], "html").read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    assert "://" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", html)
    assert "<script" not in html
    assert not re.search(r"[\ue000-\uf8ff]", html)  # no mark of a number is left


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_private_is_in_a_report(kind: str, written: dict[str, Written], home: Workspace) -> None:
    history = Lake(home.lake).read("core_ledger_history").to_pandas()
    private = {"credit_code", "contact", "own_revenue", "own_investment", "own_research"}
    values = {value for value in history.loc[history["field"].isin(private), "value"] if len(value) > 5}
    assert len(values) > 50
    for path in written[kind].folder.iterdir():
        said = text_of(path)
        assert not re.search(LOOKS_LIKE, said), path.name
        assert not [value for value in values if value in said], path.name
        assert "已填" not in said


@pytest.mark.parametrize(
    ("field", "code"),
    [("name", "91350100M000100Y43"), ("department", "91350100M000100Y43"), ("name", "91350100m000100y43")],
)
def test_a_code_in_a_text_stops_the_report(
    field: str, code: str, home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = board(home, dt.date(2023, 10, 29))
    rows = there.history.copy()
    rows.loc[(rows["field"] == field) & (rows["entry"] == "XM025"), "value"] = f"某项目（{code}）"
    monkeypatch.setattr(reports, "board", lambda *_: replace(there, history=rows))
    with pytest.raises(InputError, match="有统一社会信用代码") as fault:
        report(home, "weekly", "2023-W43")
    assert code not in str(fault.value)
    assert not (home.reports / "weekly" / "2023-W43").exists()
    assert not list((home.reports / "weekly").glob(".*"))


@pytest.mark.parametrize("kind", ["weekly", "monthly"])
def test_the_same_bytes_whatever_came_later(
    kind: Kind, written: dict[str, Written], home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, day = hashes(written[kind].folder), written[kind].as_of
    last = board(home)
    assert last.kept is not None
    known = last.history[last.history["known_from"] <= day]
    lit = last.kept[last.kept["cut_off"] <= day]
    assert len(known) < len(last.history)
    assert len(lit) < len(last.kept)
    monkeypatch.setattr(reports, "board", lambda *_: replace(last, history=known, day=day, kept=lit))
    again = report(home, kind, written[kind].folder.name, day, TODAY)
    assert hashes(again.folder) == before


def test_a_quarter_says_the_bulletins_headline_as_the_task_force_may_have_it(written: dict[str, Written]) -> None:
    said = text_of(made(written["quarterly"], "docx"))
    assert written["quarterly"].headline.startswith(
        "2023年全年示范市数字经济核心产业增加值（监测测算）92.3亿元，同比增长"
    )
    assert "核心产业增加值（监测测算）" in said
    assert "占GDP比重" not in said  # the copy hides it
    assert "重点企业38、重点项目24、招商对接15、专项债8、园区7" in said
    assert "停产歇业" in said


def sheet_of(path: Path, name: str) -> list[list[str]]:
    """The rows of a sheet as text."""
    sheet = openpyxl.load_workbook(path)[name]
    return [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


def test_a_quarter_joins_what_departments_report_with_target_and_completion(written: dict[str, Written]) -> None:
    for suffix in ("html", "docx"):
        said = text_of(made(written["quarterly"], suffix))
        for word in ("数字产业化", "产业数字化", "数字化治理", "数据价值化", "基础设施", "未来产业", "亩均税收"):
            assert word in said, word
    path = made(written["quarterly"], "xlsx")
    [head] = [row for row in sheet_of(path, "基础设施") if row[:1] == ["指标"]]
    assert {"年度目标", "数据来源"} <= set(head)
    [piles] = [row for row in sheet_of(path, "基础设施") if row[:1] == ["新建5G基站"]]
    assert piles[1:3] == ["906", "个"]
    assert any(row[:1] == ["一件事一次办事项"] for row in sheet_of(path, "数字化治理"))
    assert any(row[:1] == ["数据资源目录"] for row in sheet_of(path, "数据价值化"))
    assert len([row for row in sheet_of(path, "未来产业") if row[:1] == ["量子信息"]]) == 1
    # On the cover a sentence stands under the name of its section.
    cover = {row[0]: row[1] for row in sheet_of(path, "说明") if len(row) > 1}
    assert "六大未来产业" in cover["未来产业"]
    # The classes of GB/T 4754 stand in the bulletin.
    assert not any("行业小类" in row for row in sheet_of(path, "未来产业"))


def test_only_the_house_has_lights_signals_and_the_index(written: dict[str, Written], home: Workspace) -> None:
    task_force = text_of(made(written["quarterly"], "html"))
    assert "只列入内部版（L2）" in task_force
    inner = report(home, "quarterly", "2023Q4", today=TODAY, internal=True)
    assert inner.folder == home.reports / "quarterly" / "2023Q4_L2"
    sheets = {name: openpyxl.load_workbook(made(one, "xlsx")).sheetnames
              for name, one in (("L1", written["quarterly"]), ("L2", inner))}  # fmt: skip
    assert "核心产业" in sheets["L1"]
    assert not {"景气五灯", "预警信号", "发展指数"} & set(sheets["L1"])
    said = text_of(made(inner, "html"))
    assert "级别L2（内部）" in said
    assert "占GDP比重" in said  # nothing is hidden in the house
    assert "只列入内部版" not in said
    assert not re.search(r"[\ue000-\uf8ff]", made(inner, "html").read_text(encoding="utf-8"))
    shutil.rmtree(inner.folder)


def test_the_command_says_where_the_houses_own_is(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "export", copied)
    quarter = ("report", "quarterly", "2023Q4", "--home", str(home.home))
    said = told(*quarter)
    assert said.code == 0
    assert said.out.rstrip().endswith("加 --internal")
    inner = told(*quarter, "--internal")
    assert "L2，内部" in inner.out
    assert "--internal" not in inner.out
    shutil.rmtree(home.reports / "quarterly" / "2023Q4_L2")


def test_what_fewer_than_three_invested_is_told_in_the_house_alone(home: Workspace) -> None:
    there = board(home, dt.date(2024, 1, 5))
    found = there.futures().set_index("name_zh")
    hidden = set(found.index[(found["future_projects"] > 0) & (found["future_investors"] < 3)])
    told = {level: tables.futures(there, {}, level) for level in ("L1", "L2")}
    assert hidden
    for level, expected in (("L1", hidden), ("L2", set())):
        table = told[level]
        assert table is not None
        money = {row.label: row.cells[table.head.index("本年完成投资") - 1] for row in table.rows}
        assert {name for name, cell in money.items() if cell.withheld} == expected  # type: ignore[union-attr]
        assert [note for note in table.said if "因保密未公布" in note] == list(table.said[len(table.notes) :])
        assert bool(table.said[len(table.notes) :]) == bool(expected)
    # With a total, one that is hidden alone could be told.
    assert "本年完成投资" not in quarterly.of_futures(there, "L1")[0]
    assert "本年完成投资" in quarterly.of_futures(there, "L2")[0]


def test_a_quarter_explains_its_marks_once(written: dict[str, Written]) -> None:
    marks = set(re.findall("<sup>(.)</sup>", made(written["quarterly"], "html").read_text(encoding="utf-8")))
    assert marks
    for suffix in ("html", "docx", "xlsx"):
        said = text_of(made(written["quarterly"], suffix))
        for mark in marks:
            assert said.count(f"上标{mark}为") == 1, suffix
    for name, rows in openpyxl_sheets(made(written["quarterly"], "xlsx")).items():
        assert sum("因保密未公布" in cell for row in rows for cell in row) <= 1, name


def openpyxl_sheets(path: Path) -> dict[str, list[list[str]]]:
    return {name: sheet_of(path, name) for name in openpyxl.load_workbook(path, read_only=True).sheetnames}


def test_a_quarter_keeps_to_the_copy_that_left(
    written: dict[str, Written], home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = home.releases / f"{stand_in.LAST}_{stand_in.AS_OF}_0123456789"
    before = hashes(written["quarterly"].folder)
    monkeypatch.setattr(copies, "copy_of", lambda _, of, level: home.exports(level) / of.name)
    monkeypatch.setattr(reports, "export", lambda *_, **__: pytest.fail("the lake of today is asked"))
    assert (home.exports("L1") / release.name).is_dir()
    assert hashes(report(home, "quarterly", "2023Q4", written["quarterly"].as_of, TODAY).folder) == before


def test_a_problem_is_counted_once_and_everywhere_in_the_same_words(home: Workspace) -> None:
    there, on = board(home, dt.date(2023, 12, 5)), dt.date(2023, 12, 4)
    for entry, due in (("WT901", "2023-12-31"), ("WT902", "2023-12-01")):
        said = {"name": "问题", "raised_on": "2023-11-01", "closed_on": "2023-12-04", "due": due}
        there = heard(there, "problem", entry, on, **said)
    late = remarks.overdue(tables.undone(there))
    assert re.fullmatch("逾期[0-9]+个（含办结无佐证[0-9]+个）", late)
    [figure] = [one for one in monthly.key_figures(there) if one.label == "未办结问题"]
    assert figure.change == f"其中{late}"
    assert late in monthly.of_problems(there)[0]
    assert any(late in line for line in headline(there))
    for problems in (tables.undone(there), there.problems):
        numbers = map(int, re.findall("([0-9]+)个", re.sub("（.*?）", "", remarks.standing(problems))))
        assert sum(numbers) == len(problems)


def test_a_quarter_without_a_release_is_refused(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "export", copied)
    with pytest.raises(InputError, match="还没有 2023Q3 的发布包"):
        report(home, "quarterly", "2023Q3", today=TODAY)
    with pytest.raises(InputError, match="截至 2024-01-19 还没有 2023Q4 的发布包"):
        report(home, "quarterly", "2023Q4", dt.date(2024, 1, 19), TODAY)
    assert not (home.reports / "quarterly" / "2023Q3").exists()


def test_a_workspace_without_ledgers_is_told_what_to_do(home: Workspace) -> None:
    with pytest.raises(InputError, match="没有收到台账"):
        report(home, "weekly", "2022-W50")


def test_a_month_says_what_the_board_shows(written: dict[str, Written], home: Workspace) -> None:
    there = board(home, dt.date(2023, 12, 5))
    said = text_of(made(written["monthly"], "html"))
    assert there.completion is not None
    assert progress_sentence(there.completion, 11) in said
    lit = there.lights[there.lights["cycle"] == "2023-11"]
    for one in lit[lit["light"] != "green"].to_dict("records"):
        assert f"{one['symbol']}{one['word']}" in said
        assert one["reason"] in said
    changed = lit[lit["changed"].astype(bool)]
    assert len(changed)
    assert all(f"{name}由提示转警告" in said for name in changed["name"])
    for owner in (*there.late["owner"], *there.quiet["owner"]):
        assert owner in said
    book = openpyxl.load_workbook(made(written["monthly"], "xlsx"))
    assert book.sheetnames == [
        "说明",
        "灯号",
        "灯号变化",
        "各月灯号",
        "逾期",
        "未报",
        "存疑",
        "问题账龄",
        "责任账龄",
        "未办结问题",
        "三个一批",
        "专项债",
        "措施",
    ]
    assert len([row for row in book["措施"]["A"] if str(row.value).startswith("CS")]) == 23


def test_bars_have_the_names_of_entries_where_there_is_room_and_limits_are_the_boards(home: Workspace) -> None:
    there = board(home, dt.date(2023, 12, 5))
    exhibit = monthly.behind(there)
    assert exhibit is not None
    [drawing] = exhibit.drawings
    slow = there.lights.query("cycle == '2023-11' and light == 'red' and completion == completion")
    assert len(slow)
    for entry, name in zip(slow["entry"], slow["name"], strict=True):
        assert f"{entry} {name}" in drawing.wide
        assert f">{entry}<" in drawing.narrow
        assert name not in re.sub('<(title|desc)>.*?</|aria-label=".*?"', "", drawing.narrow)
    other = replace(there, limits={**there.limits, "idle_days": 70.0})
    assert "闲置超过70天" in monthly.of_bonds(other)[0]
    bonds = tables.bonds(other)
    assert bonds is not None
    assert any("闲置超70天" in row.cells for row in bonds.rows)


def test_ageing_counts_each_problem_once(home: Workspace) -> None:
    there = board(home, dt.date(2023, 12, 5))
    table = tables.ageing(there)
    assert table is not None
    numbers = [[cell.value for cell in row.cells] for row in table.rows]  # type: ignore[union-attr]
    assert [sum(column) for column in zip(*numbers[:-1], strict=True)] == numbers[-1]
    assert numbers[-1][-1] == len(tables.undone(there))


def test_ageing_by_owner_says_who_has_what_and_how_far_up_it_was_pushed(home: Workspace) -> None:
    there = board(home, dt.date(2023, 12, 5))
    table, undone = tables.ageing_by_owner(there), tables.undone(there)
    assert table is not None
    for row in table.rows:
        mine = undone[undone["department"] == row.label]
        *ages, late, highest = row.cells
        assert sum(int(cell.value) for cell in ages) == len(mine)  # type: ignore[union-attr]
        assert int(late.value) == (mine["overdue"] > 0).sum()  # type: ignore[union-attr]
        assert highest in set(mine["level"])
        assert LEVELS.index(str(highest)) == max(LEVELS.index(level) for level in mine["level"])
    assert {row.label for row in table.rows} == set(undone["department"])


def test_a_closing_without_evidence_is_overdue_only_when_it_is_past_due(home: Workspace) -> None:
    def key(there: Board) -> tuple[int, int]:
        [figure] = [one for one in monthly.key_figures(there) if one.label == "未办结问题"]
        [late] = re.findall("其中逾期([0-9]+)个", figure.change)
        return int(figure.value), int(late)

    there, on = board(home, dt.date(2023, 12, 5)), dt.date(2023, 12, 4)
    (undone, late), said = key(there), {"name": "问题", "raised_on": "2023-12-01", "closed_on": "2023-12-04"}
    assert key(heard(there, "problem", "WT901", on, due="2023-12-31", **said)) == (undone + 1, late)
    assert key(heard(there, "problem", "WT901", on, due="2023-12-01", **said)) == (undone + 1, late + 1)


def test_what_is_silent_is_counted_by_entries_as_bonds_are_no_projects(home: Workspace) -> None:
    there = heard(board(home, dt.date(2023, 12, 31)), "bond", "ZX901", dt.date(2023, 1, 2), name="无声的债")
    assert set(there.quiet["ledger"]) == {"firm", "project", "lead", "bond"}
    about = period("weekly", "2023-W52", home.city, {}, last=TODAY, today=TODAY)
    assert f"{len(there.quiet)}个条目超期未报" in weekly.headline(there, about)
    assert monthly.of_late(there)[-1] == f"{len(there.quiet)}个条目超过报送周期未报。"


def test_what_is_doubted_stands_in_the_month_by_owner_and_the_week_counts_what_is_new(home: Workspace) -> None:
    there = board(home, dt.date(2023, 9, 10))
    table = tables.doubtful(there.doubtful)
    assert table is not None
    labels = [row.label for row in table.rows]
    bond = table.rows[labels.index("ZX006 庚县城市大脑二期项目")]
    assert bond.cells[:4] == ("专项债", "支出金额、到位金额", "支出金额大于到位金额", "2023-09-08")
    assert any(label.startswith("财政局（") for label in labels[: labels.index(bond.label)])
    assert monthly.of_doubts(there)[0].startswith(f"存疑{len(there.doubtful)}条：")
    assert "（其中1项存疑未计入）" in monthly.of_bonds(there)[0]
    about = period("weekly", "2023-W36", home.city, {}, last=TODAY, today=TODAY)
    assert "新增存疑1条" in weekly.headline(there, about)
    assert "存疑" not in weekly.headline(board(home, dt.date(2023, 9, 3)), replace(about, until=dt.date(2023, 9, 3)))
    nothing = board(home, dt.date(2023, 10, 5))
    assert nothing.doubtful["ledger"].tolist() == ["problem"] * len(nothing.doubtful)


def test_text_that_looks_like_a_formula_stays_text(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    there = board(home, dt.date(2023, 2, 3))
    rows = there.history.copy()
    rows.loc[(rows["field"] == "name") & (rows["ledger"] == "project"), "value"] = "=1+1"
    monkeypatch.setattr(reports, "board", lambda *_: replace(there, history=rows))
    found = report(home, "weekly", "2023-W05", dt.date(2023, 2, 3))
    sheet = openpyxl.load_workbook(made(found, "xlsx"))["变化"]
    cells = [cell for cell in sheet["A"] if "=1+1" in str(cell.value)]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    shutil.rmtree(found.folder)


def heard(there: Board, ledger: str, entry: str, on: dt.date, **said: str) -> Board:
    """The board with one more report of an entry."""
    about = {"ledger": ledger, "entry": entry, "reporter": "x", "reported_at": on, "known_from": on}
    about |= {"turn": int(there.history["turn"].max()) + 1, "row_id": "r"}
    more = pd.DataFrame([about | {"field": name, "value": value} for name, value in said.items()])
    return replace(there, history=pd.concat([there.history, more]))


def nothing(home: Workspace) -> Board:
    """A board on which nothing was received in its week, and everybody has reported."""
    there = board(home, dt.date(2023, 1, 8))
    return replace(there, day=dt.date(2023, 1, 22), history=there.history[there.history["known_from"] <= there.day])


def test_a_week_without_changes_says_so(home: Workspace) -> None:
    about = period("weekly", "2023-W03", home.city, {}, last=TODAY, today=TODAY)
    said = weekly.weekly(nothing(home), about, home.city, edition(about, about.until))
    assert said.headline == "2023年第3周（1月16日—1月22日）各台账没有变化"
    assert said.sections == ()
    assert said.sheets == {}


def test_a_week_tells_changes_of_what_was_known_and_lists_the_new(written: dict[str, Written], home: Workspace) -> None:
    there, since = board(home, dt.date(2023, 12, 31)), dt.date(2023, 12, 24)
    found = tables.changes(there, since)
    assert set(found["ledger"]) == {"lead", "bond", "measure"}
    assert f"{found['entry'].nunique()}个条目的{len(found)}个栏目有变化" in written["weekly"].headline
    said = text_of(made(written["weekly"], "docx"))
    assert "XM025" in said
    assert "HD014" in said
    assert re.search("另有[0-9]+条，见工作簿", said)
    sheet = openpyxl.load_workbook(made(written["weekly"], "xlsx"))["变化"]
    listed = [str(cell.value) for cell in sheet["A"] if re.match("[A-Z]{2}[0-9]{3} ", str(cell.value))]
    assert len(listed) == found["entry"].nunique()


def test_an_entry_that_is_registered_late_is_in_the_week_in_which_it_was_heard_of(home: Workspace) -> None:
    there = board(home, dt.date(2023, 12, 31))
    there = heard(there, "park", "YQ999", dt.date(2023, 12, 28), name="迟登园区", in_date="2023-12-01")
    about_it = period("weekly", "2023-W52", home.city, {}, last=TODAY, today=TODAY)
    said_of_week = weekly.weekly(there, about_it, home.city, edition(about_it, about_it.until))
    assert "入单1个" in said_of_week.headline
    [row] = [row for row in said_of_week.sheets["进出"].rows if row.label.startswith("YQ999")]
    assert row.cells[1:3] == ("入单", "2023-12-28")
    # A quarter looks back: there it counts from its day.
    quarter = tables.moved(there, dt.date(2023, 9, 30), dt.date(2023, 12, 31)).set_index("entry")
    assert quarter.loc["YQ999", "on"] == pd.Timestamp("2023-12-01")


def test_what_does_not_fit_is_counted() -> None:
    rows = (Row("甲部门（2）"), Row("XM001 甲", ("一",)), Row("乙部门（1）"), Row("XM002 乙", ("二",)))
    table = Table("T", "表", "", ("条目", "数"), rows)
    whole, used = sheet.fitted(table, 4, sheet.DOCUMENT)
    assert (whole.rows, whole.notes, used) == (rows, (), 4)
    cut, used = sheet.fitted(table, 3, sheet.DOCUMENT)
    assert ([row.label for row in cut.rows], cut.notes) == (["甲部门（2）", "XM001 甲"], ("另有1条，见工作簿。",))
    least, _ = sheet.fitted(table, 0, sheet.DOCUMENT)
    assert [row.label for row in least.rows] == ["甲部门（2）", "XM001 甲"]


@pytest.mark.parametrize("on", [sheet.PAGE, sheet.DOCUMENT])
@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize("name", ["短名", "关于协调解决产业园二期工程用电负荷不足及道路配套滞后等问题的情况说明"])
def test_a_week_is_one_sheet_whatever_happened_in_it(count: int, name: str, on: sheet.Sheet) -> None:
    rows = (Row("甲部门"), *(Row(f"XM{number:03d} {name}", (name, "是")) for number in range(count)))
    found = {title: Table("T", "表", "", ("条目", "内容", "否"), rows) for title in ORDER}
    kept = sheet.filled(found, on, room := on.lines - 2 * on.headline, halved=HALVED, dropped=DROPPED)
    used = sum(on.heading + on.height(table) + on.note * len(table.notes) for table in kept.values())
    assert used <= room
    assert list(kept) == [title for title in ORDER if title in kept]
    assert len(kept) > 1
    assert all(sheet.entries(table) for table in kept.values())
    # Nothing is cut while there is room: not even the shortest row that was left out would still go on the sheet.
    cut = len(kept) < len(found) or any(table.notes for table in kept.values())
    assert not cut or used > room - on.heading - 5


def test_who_is_silent_is_named_before_changes_are_told() -> None:
    rows = tuple(Row(f"XM{number:03d} 项目", ("部门",)) for number in range(12))
    found = {title: Table("T", "表", "", ("条目", "部门"), rows) for title in ("未报", "变化")}
    kept = sheet.filled(found, sheet.DOCUMENT, sheet.DOCUMENT.room("短"))
    assert (len(kept["未报"].rows), kept["未报"].notes) == (12, ())
    assert 1 <= len(kept["变化"].rows) < 12


def test_tables_of_a_week_come_in_one_order_on_page_document_and_workbook(home: Workspace) -> None:
    about = period("weekly", "2023-W27", home.city, {}, last=TODAY, today=TODAY)
    there = board(home, about.until)
    assert tuple(weekly._found(there, about, home.city)) == ORDER
    assert {*HALVED, *DROPPED, *weekly._COLUMNS} <= set(ORDER)
    said = weekly.weekly(there, about, home.city, edition(about, about.until))
    assert said.page is not None
    for titles in ([section.title for section in said.page.sections], list(said.sheets)):
        assert titles == [title for title in ORDER if title in titles]
        assert len(titles) > 4
    # The page holds more than the document.
    page, document = (sum(len(part.tables[0].rows) for part in paper.sections) for paper in (said.page, said))
    assert page > document
    assert said.page.sections[-1].tables[0].rows[-1].label in render(said, edition(about, about.until))


def test_a_page_shares_its_width_as_a_browser_does() -> None:
    short = Table("T", "表", "", ("条目", "部门"), (Row("XM001 项目", ("发展改革委",)),))
    assert sheet.on_page(short) == [document.length("XM001 项目"), 5.0]
    texts, numbers = "字" * 200, "发展改革委"
    long = Table("T", "表", "", ("条目", "说明", "部门"), (Row("甲" * 30, (texts, numbers)), Row("乙", ("", ""))))
    label, text, kept = sheet.on_page(long)
    assert kept == 5.0  # what may not break is not squeezed
    assert 8.4 < label < 30 < text < 200
    assert label + text + kept == pytest.approx(58.0 - 1.1 - 2 * 1.8)


def test_a_longer_headline_leaves_fewer_lines_and_so_do_the_words_of_a_made_up_city() -> None:
    assert sheet.PAGE.room("字" * 24) == sheet.PAGE.lines
    assert sheet.PAGE.room("字" * 25) == sheet.PAGE.lines - sheet.PAGE.headline
    assert sheet.PAGE.room("字", synthetic=True) == sheet.PAGE.lines - sheet.PAGE.synthetic


def test_a_table_without_room_is_counted_in_a_note(home: Workspace) -> None:
    there, on = board(home, dt.date(2023, 7, 2)), dt.date(2023, 6, 28)
    for number in range(3):
        problem = {"name": f"问题{number}", "raised_on": "2023-06-28", "due": "2023-12-31"}
        there = heard(there, "problem", f"WT90{number}", on, **problem)
        there = heard(there, "event", f"HD90{number}", on, name=f"活动{number}", held_on="2023-06-28")
    about = period("weekly", "2023-W26", home.city, {}, last=TODAY, today=TODAY)
    said = weekly.weekly(there, about, home.city, edition(about, about.until))
    assert [section.title for section in said.sections] == ["未报", "新增问题", "新增存疑"]
    assert said.notes[0] == ("另见工作簿", "进出2条、新登记3条、变化46条。")
    assert list(said.sheets) == list(ORDER)
    assert all(not table.notes for name, table in said.sheets.items() if name in {"进出", "新登记"})


def test_a_list_without_anything_late_says_so(home: Workspace) -> None:
    there = board(home, dt.date(2023, 1, 8))
    assert there.cycles == []
    assert monthly.of_late(there) == ["没有逾期事项。", "没有超过报送周期未报的条目。"]
    about = period("monthly", "2023-01", home.city, {"cut_off_days": 5}, last=TODAY, today=TODAY)
    assert monthly.headline(there, about) == "2023年1月没有在单的重点项目"
    assert monthly.behind(there) is None
    empty = replace(there, history=there.history.iloc[:0])
    assert monthly.of_problems(empty) == ["没有未办结的问题。"]
    assert monthly.of_bonds(empty) == monthly.of_measures(empty) == monthly.of_funnel(empty) == []
    assert tables.bonds(empty) is tables.funnel(empty) is tables.ageing(empty) is None
    assert tables.ageing_by_owner(empty) is tables.honours(empty) is tables.futures(empty, {}, "L1") is None
    assert quarterly.of_futures(empty, "L1") == []
    assert isinstance(tables.lit(empty), pd.DataFrame)


def test_the_document_has_the_official_layout_and_no_page_of_its_own_for_leaders(written: dict[str, Written]) -> None:
    assert document.STYLES
    for kind in KINDS:
        with zipfile.ZipFile(made(written[kind], "docx")) as archive:
            xml = archive.read("word/document.xml").decode()
        assert 'w:val="GwTitle"' in xml
        assert "〔" not in xml
        assert xml.count("pageBreakBefore") == (kind != "weekly")  # the annex alone begins a page
