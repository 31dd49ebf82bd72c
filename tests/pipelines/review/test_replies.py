"""Answers from list to table: taken in one piece, once, on a day of their own, and never at the cost of a value."""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path

import openpyxl
import pytest

from classification.errors import InputError
from pipelines.ingest.receipts import STORE
from pipelines.lake import Lake
from pipelines.review.folder import Folder
from pipelines.review.query_list import KIND, county_lists
from pipelines.review.queue import read_queue
from pipelines.review.replies import entries, latest, log_path
from pipelines.review.reply_lists import ListRead
from pipelines.steps.queries import answered, core_query, parts
from pipelines.workspace import Workspace
from tests.pipelines.ingest.builders import repacked
from tests.pipelines.review.asking import QUARTER, RECEIVED, asking, filled, finding, put, queries, unit

DAY = dt.date(2024, 1, 22)
TRUE = ("情况属实", "新签大客户，订单增加", "张三")
WILL = ("将更正重报", "预计26日报送", "李四")
DID = ("已更正重报", None, "李四")
NONE = (None, None, None)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """甲区 is asked about units 2, 4, 6, 8 in this order, 乙区 about unit 3."""
    found = [finding(n, score=100 - n) for n in (2, 4, 6, 8)]
    return asking(tmp_path / "home", *found, finding(3, score=1))


def sent(workspace: Workspace, county: str = "419901") -> Path:
    queue = read_queue(workspace, parts(Lake(workspace.lake), QUARTER), QUARTER, 0.95)
    lists = county_lists(queue, workspace.city, DAY)
    written = Folder(workspace.review / QUARTER, KIND).put(lists, read=())
    return next(path for path in written if county in path.name)


def read(workspace: Workspace, path: Path, day: dt.date = DAY) -> ListRead:
    return answered(workspace, path, day=day, by="王科")


def faults(found: ListRead) -> list[tuple[str, int, str, str]]:
    return [(fault.sheet, fault.row, fault.column, fault.code) for fault in found.refused]


def statuses(workspace: Workspace) -> dict[str, str]:
    return {row["unit"]: row["status"] for row in queries(workspace).values()}


def test_a_list_goes_out_and_its_answers_come_back(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(sent(workspace), tmp_path / sent(workspace).name, TRUE, WILL, DID, NONE)
    before = {p: p.read_bytes() for p in workspace.lake.rglob("*.parquet") if p.parent.name != "core_query"}
    found = read(workspace, path)
    assert (found.refusal, found.refused, found.unchanged, found.unanswered) == (None, (), 0, 1)
    assert [reply.reply for reply in found.taken] == ["情况属实", "将更正重报", "已更正重报"]
    assert statuses(workspace) == {
        unit(2): "confirmed",
        unit(4): "promised",
        unit(6): "promised",
        unit(8): "open",
        unit(3): "open",
    }
    row = next(row for row in queries(workspace).values() if row["unit"] == unit(2))
    assert (row["reply"], row["note"], row["replied_on"]) == ("情况属实", "新签大客户，订单增加", DAY)
    # Nothing else is touched: no value, no finding, no return.
    assert {p: p.read_bytes() for p in before} == before
    assert (row["value"], row["score"]) == ("7002", 98)


def test_the_log_says_who_when_from_what_and_is_for_its_owner_alone(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(sent(workspace), tmp_path / "答复.xlsx", TRUE)
    found = read(workspace, path)
    [entry] = entries(workspace)
    assert (entry.file, entry.sha256, entry.received_on, entry.read_by) == ("答复.xlsx", found.sha256, DAY, "王科")
    [reply] = entry.replies
    assert (reply.quarter, reply.rule, reply.row_id) == (QUARTER, "B01", "0000000000000002:001:0000002")
    assert (reply.by, reply.note) == ("张三", "新签大客户，订单增加")
    assert stat.S_IMODE(log_path(workspace).stat().st_mode) == 0o600
    line = json.loads(log_path(workspace).read_text(encoding="utf-8"))
    assert len(line["chain"]) == 64
    kept = workspace.home / STORE / f"{found.sha256}.xlsx"
    assert kept.read_bytes() == path.read_bytes()


def test_a_list_read_twice_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(sent(workspace), tmp_path / "a.xlsx", TRUE, WILL)
    read(workspace, path)
    log, note = log_path(workspace).read_bytes(), Lake(workspace.lake).note("core_query", QUARTER)
    again = read(workspace, path)
    assert (again.taken, again.unchanged, again.unanswered) == ((), 2, 2)
    assert log_path(workspace).read_bytes() == log
    assert Lake(workspace.lake).note("core_query", QUARTER) == note
    assert not any(made.computed for made in core_query(workspace, QUARTER))


def test_an_old_list_read_again_does_not_bring_back_its_answers(workspace: Workspace, tmp_path: Path) -> None:
    first, second = (
        filled(sent(workspace), tmp_path / name, said) for name, said in (("a.xlsx", TRUE), ("b.xlsx", WILL))
    )
    read(workspace, first)
    read(workspace, second)
    before = statuses(workspace)
    log = log_path(workspace).read_bytes()
    assert (read(workspace, first).taken, read(workspace, second).taken) == ((), ())
    assert statuses(workspace) == before
    assert log_path(workspace).read_bytes() == log


def test_the_reply_received_last_holds(workspace: Workspace, tmp_path: Path) -> None:
    path = sent(workspace)
    read(workspace, filled(path, tmp_path / "a.xlsx", WILL, TRUE), day=DAY)
    # Read later, but received earlier: kept in the log, and the later one holds.
    read(workspace, filled(path, tmp_path / "b.xlsx", TRUE), day=DAY - dt.timedelta(days=2))
    assert statuses(workspace)[unit(2)] == "promised"
    read(
        workspace, filled(path, tmp_path / "c.xlsx", ("情况属实", "已再次核对", "张三")), day=DAY + dt.timedelta(days=1)
    )
    assert statuses(workspace)[unit(2)] == "confirmed"
    assert len(entries(workspace)) == 3
    [(reply, day)] = [found for key, found in latest(workspace, QUARTER).items() if key[0].startswith(f"{2:016x}")]
    assert (reply.reply, day) == ("情况属实", DAY + dt.timedelta(days=1))
    assert latest(workspace, "2023Q3") == {}


def test_a_later_return_closes_its_queries(workspace: Workspace, tmp_path: Path) -> None:
    read(workspace, filled(sent(workspace), tmp_path / "a.xlsx", WILL, NONE, TRUE))
    corrected = dt.date(2024, 1, 26)
    rows = [finding(n, score=100 - n, **({"known_to": corrected} if n in (2, 4) else {})) for n in (2, 4, 6, 8)]
    put(workspace, "core_finding", QUARTER, rows)
    core_query(workspace, QUARTER)
    found = {row["unit"]: (row["status"], row["replied_on"]) for row in queries(workspace).values()}
    assert found[unit(2)] == ("resubmitted", DAY)
    assert found[unit(4)] == ("resubmitted", corrected)
    assert found[unit(6)] == ("confirmed", DAY)


def test_a_note_on_the_return_is_an_answer_of_its_day(tmp_path: Path) -> None:
    workspace = asking(tmp_path / "home", finding(2, note="退货"))
    [row] = queries(workspace).values()
    assert (row["status"], row["note"], row["reply"], row["replied_on"]) == ("confirmed", "退货", "", RECEIVED)


def test_lists_survive_sorting_cutting_and_extra_columns(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(sent(workspace), tmp_path / "a.xlsx", TRUE, NONE, WILL, DID)
    book = openpyxl.load_workbook(path)
    sheet = book[KIND]
    sheet.protection.disable()
    body = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    sheet.delete_rows(1, sheet.max_row)
    heads = [
        "先核", "户序", "查询编号", "统一社会信用代码", "单位名称", "表号", "指标", "原报数", "对照数", "疑问与请求",
        "答复类型", "说明", "填报人",
    ]  # fmt: skip
    sheet.append(["备忘", *heads, "科室"])
    for row in (body[3], body[0], body[2]):
        sheet.append(["已电话", *row, "工业科"])
    book.create_sheet("草稿").append(["随手记"])
    book.save(path)
    found = read(workspace, path)
    assert (len(found.taken), found.refused, found.unanswered) == (3, (), 0)
    assert statuses(workspace)[unit(8)] == "promised"


def test_bad_lines_are_named_and_the_good_ones_taken(workspace: Workspace, tmp_path: Path) -> None:
    source = sent(workspace)
    path = filled(
        source,
        tmp_path / "a.xlsx",
        ("情况属实", "经核实，数据无误", "张三"),
        ("属实", "订单增加", "张三"),
        TRUE,
        ("", "停产", "张"),
    )
    found = read(workspace, path)
    assert faults(found) == [
        (KIND, 5, "说明", "no_note"),
        (KIND, 6, "答复类型", "unknown_reply"),
        (KIND, 8, "答复类型", "unknown_reply"),
    ]
    assert all(fault.zh.endswith("。") and fault.en.endswith(".") for fault in found.refused)
    assert "请选其一：情况属实、已更正重报、将更正重报" in found.refused[1].zh
    assert statuses(workspace)[unit(6)] == "confirmed"
    # What the clerk wrote stands in no message.
    assert not any("订单" in fault.zh + fault.en for fault in found.refused)
    corrected = filled(path, tmp_path / "b.xlsx", TRUE, TRUE, TRUE, DID)
    again = read(workspace, corrected)
    assert (len(again.taken), again.unchanged, again.refused) == (3, 1, ())


@pytest.mark.parametrize(
    ("answer", "column", "code"),
    [
        (("情况属实", "订单增加", None), "填报人", "no_name"),
        (("情况属实", "订单增加", "张" * 41), "填报人", "no_name"),
        (("情况属实", "增" * 501, "张三"), "说明", "long_note"),
        (("情况属实", None, "张三"), "说明", "no_note"),
        (("情况属实", "无", "张三"), "说明", "no_note"),
        (("改好了", None, "张三"), "答复类型", "unknown_reply"),
    ],
)
def test_each_guard_of_a_line(
    workspace: Workspace, tmp_path: Path, answer: tuple[object, ...], column: str, code: str
) -> None:
    found = read(workspace, filled(sent(workspace), tmp_path / "a.xlsx", answer))
    assert faults(found) == [(KIND, 5, column, code)]
    assert not found.taken
    assert not log_path(workspace).exists()
    assert not (workspace.home / STORE).exists()


def changed(path: Path, cell: str, value: object) -> Path:
    book = openpyxl.load_workbook(path)
    book[KIND][cell].value = value
    book.save(path)
    return path


def test_numbers_that_were_tampered_with(workspace: Workspace, tmp_path: Path) -> None:
    source = sent(workspace)
    numbers = [row[0].value for row in openpyxl.load_workbook(source)[KIND]["C5:C8"]]
    path = changed(filled(source, tmp_path / "a.xlsx", TRUE), "C5", "Q000000000000")
    assert faults(read(workspace, path)) == [(KIND, 5, "查询编号", "unknown_query")]
    path = changed(filled(source, tmp_path / "b.xlsx", TRUE), "C5", numbers[1])
    assert faults(read(workspace, path)) == [(KIND, 5, "统一社会信用代码", "wrong_unit")]
    path = changed(filled(source, tmp_path / "c.xlsx", TRUE, WILL), "C6", numbers[0])
    assert faults(read(workspace, changed(path, "D6", unit(2)))) == [
        (KIND, 5, "查询编号", "twice"),
        (KIND, 6, "查询编号", "twice"),
    ]
    path = changed(filled(source, tmp_path / "d.xlsx", TRUE, TRUE), "C6", numbers[0].lower())
    assert len(read(workspace, changed(path, "D6", unit(2))).taken) == 1


def test_a_query_of_another_county_or_quarter(workspace: Workspace, tmp_path: Path) -> None:
    other = sent(workspace, "419902")
    strange = openpyxl.load_workbook(other)[KIND]
    path = filled(sent(workspace), tmp_path / "a.xlsx", TRUE)
    changed(path, "C5", strange["C5"].value)
    assert faults(read(workspace, changed(path, "D5", strange["D5"].value))) == [(KIND, 5, "查询编号", "wrong_county")]
    path = filled(other, tmp_path / "b.xlsx", TRUE)
    said = str(strange["A2"].value).replace(QUARTER, "2023Q3")
    [fault] = read(workspace, changed(path, "A2", said)).refused
    assert (fault.code, "属于 2023Q4，与表头的报告期 2023Q3 不符" in fault.zh) == ("wrong_quarter", True)


def test_a_reply_cannot_come_before_the_return(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(sent(workspace), tmp_path / "a.xlsx", TRUE)
    found = read(workspace, path, day=RECEIVED - dt.timedelta(days=1))
    assert faults(found) == [(KIND, 5, "查询编号", "before_return")]


def test_a_number_of_two_queries_answers_neither(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(sent(workspace), tmp_path / "a.xlsx", TRUE)
    [first, *rest] = [finding(n, score=100 - n) for n in (2, 4, 6, 8)]
    put(workspace, "core_finding", QUARTER, [first, *rest[1:], rest[0] | {"query": first["query"]}])
    core_query(workspace, QUARTER)
    assert faults(read(workspace, path)) == [(KIND, 5, "查询编号", "unknown_query")]


def test_files_that_are_refused_whole(workspace: Workspace, tmp_path: Path) -> None:
    good = filled(sent(workspace), tmp_path / "a.xlsx", TRUE)
    macros = repacked(good, tmp_path / "b.xlsx", {"xl/vbaProject.bin": b"x"})
    broken = tmp_path / "c.xlsx"
    broken.write_bytes(b"PK\x03\x04")
    text = tmp_path / "d.txt"
    text.write_text("x", encoding="utf-8")
    link = tmp_path / "e.xlsx"
    link.symlink_to(good)
    headless = changed(filled(good, tmp_path / "f.xlsx"), "K4", "回复")
    renamed = filled(good, tmp_path / "核实查询单_2023Q3_419901_甲区.xlsx")
    found = {
        path: read(workspace, path) for path in (macros, broken, text, link, headless, renamed, tmp_path / "none.xlsx")
    }
    assert [item.refusal and item.refusal.code for item in found.values()] == [
        "macros", "broken_file", "unsupported_type", "symlink", "missing_header", "period_conflict", "cannot_open",
    ]  # fmt: skip
    assert found[headless].refusal.row == 4
    assert "“答复类型”" in found[headless].refusal.zh
    assert not log_path(workspace).exists()


def test_a_damaged_log_is_told(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(sent(workspace), tmp_path / "a.xlsx", TRUE)
    read(workspace, path)
    log = log_path(workspace)
    content = log.read_text(encoding="utf-8")
    log.write_text(content.replace("新签", "续签"), encoding="utf-8")
    with pytest.raises(InputError, match="第 1 行被改动过"):
        core_query(workspace, QUARTER)
    log.unlink()
    log.with_name(log.name + ".head").unlink()
    from pipelines.journal import Journal

    Journal(log).append(['{"a":1}'])
    with pytest.raises(InputError, match="答复日志第 1 行已损坏"):
        entries(workspace)


def test_nothing_can_be_answered_before_anything_was_asked(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(sent(workspace), tmp_path / "a.xlsx", TRUE)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "city.toml").write_text((workspace.home / "city.toml").read_text("utf-8"), encoding="utf-8")
    with pytest.raises(InputError, match="还没有审核过的季度"):
        read(Workspace(tmp_path / "empty"), path)


def test_plain_text_lists_are_read_too(workspace: Workspace, tmp_path: Path) -> None:
    number = next(n for n, row in queries(workspace).items() if row["unit"] == unit(3))
    path = tmp_path / "答复.csv"
    line = f'{number},{unit(3)},情况属实,"新\x07厂\t投产",王五'
    path.write_text(f"查询编号,统一社会信用代码,答复类型,说明,填报人\n{line}\n", encoding="gb18030")
    [reply] = read(workspace, path).taken
    assert (reply.note, reply.by) == ("新 厂 投产", "王五")
