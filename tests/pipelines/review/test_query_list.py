"""The lists of queries as workbooks: what is locked, what is chosen from a list, and that nothing in them runs."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.lake import Lake
from pipelines.review.listing import INSTRUCTIONS
from pipelines.review.query_list import KIND, county_lists, summary
from pipelines.review.queue import Queue, read_queue
from pipelines.review.replies import words
from pipelines.steps.queries import parts
from pipelines.workspace import Workspace
from tests.pipelines.review.asking import QUARTER, asking, finding, firm, number_of, unit

DUE = dt.date(2024, 1, 25)
ANSWERS = ["答复类型", "说明", "填报人"]


def made(workspace: Workspace) -> tuple[dict[str, bytes], dict[str, bytes]]:
    queue = the_queue(workspace)
    return county_lists(queue, workspace.city, DUE), summary(queue, workspace.city, DUE)


def the_queue(workspace: Workspace) -> Queue:
    return read_queue(workspace, parts(Lake(workspace.lake), QUARTER), QUARTER, 0.95)


def sheet_of(content: bytes, name: str = KIND) -> Worksheet:
    return openpyxl.load_workbook(io.BytesIO(content))[name]


def rows_of(sheet: Worksheet) -> list[dict[str, object]]:
    heads = [cell.value for cell in sheet[4]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=5)]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return asking(
        tmp_path / "home",
        finding(2, score=600),
        finding(4, score=390),
        finding(4, "C06"),
        finding(6, score=10, value="=1+1", message_zh="=HYPERLINK(1)，请核实。", name="+甲公司"),
        finding(3, score=0, value=None, expected=""),
        finding(8, score=900, note="订单增加"),
    )


def test_each_county_has_its_own_units_alone(workspace: Workspace) -> None:
    lists, _ = made(workspace)
    assert list(lists) == ["核实查询单_2023Q4_419901_甲区.xlsx", "核实查询单_2023Q4_419902_乙区.xlsx"]
    first, second = (rows_of(sheet_of(content)) for content in lists.values())
    assert [row["统一社会信用代码"] for row in first] == [unit(2), unit(4), unit(4), unit(6)]
    assert [row["统一社会信用代码"] for row in second] == [unit(3)]
    for number, content in zip((3, 2), lists.values(), strict=True):
        with zipfile.ZipFile(io.BytesIO(content)) as parts_of:
            assert not any(unit(number).encode() in parts_of.read(name) for name in parts_of.namelist())


def test_the_top_stands_first_and_is_marked(workspace: Workspace) -> None:
    content = next(iter(made(workspace)[0].values()))
    sheet = sheet_of(content)
    rows = rows_of(sheet)
    assert [row["先核"] for row in rows] == ["▲", "▲", "▲", None]
    assert [row["户序"] for row in rows] == ["1", "2", "2", "3"]
    assert rows[0]["查询编号"] == number_of("0000000000000002:001:0000002", "B01")
    assert (rows[0]["单位名称"], rows[0]["原报数"], rows[0]["对照数"]) == (firm(2), "7002", "3500")
    assert rows[0]["疑问与请求"] == "变动很大，请核实（B01）。［B01］"
    assert sheet["A1"].value == "示范市甲区 2023年第四季度 核实查询单"
    said = str(sheet["A2"].value)
    assert "报告期：2023Q4　县区代码：419901　请于 2024-01-25 前答复" in said
    assert "共 3 户 4 条，其中 ▲ 请先核实 2 户 3 条" in said
    assert sheet.freeze_panes == "F5"
    assert sheet.auto_filter.ref == "A4:M8"


def test_only_the_answers_can_be_filled_in(workspace: Workspace) -> None:
    for content in made(workspace)[0].values():
        sheet = sheet_of(content)
        assert sheet.protection.sheet
        assert not sheet.protection.autoFilter  # which means that it is allowed
        assert sheet.protection.password is None
        heads = [cell.value for cell in sheet[4]]
        for row in sheet.iter_rows(min_row=1):
            for cell in row:
                open_cell = cell.row > 4 and heads[cell.column - 1] in ANSWERS
                assert cell.protection.locked is not open_cell, cell.coordinate
        assert sheet_of(content, INSTRUCTIONS).protection.sheet


def test_replies_are_chosen_from_the_words(workspace: Workspace) -> None:
    sheet = sheet_of(next(iter(made(workspace)[0].values())))
    [chosen] = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert chosen.formula1 == f'"{",".join(words())}"'
    assert str(chosen.sqref) == "K5:K8"
    assert chosen.showErrorMessage
    assert {str(rule.sqref) for rule in sheet.data_validations.dataValidation} == {"K5:K8", "L5:L8", "M5:M8"}


def test_nothing_in_a_list_runs(workspace: Workspace) -> None:
    lists, total = made(workspace)
    for content in [*lists.values(), *total.values()]:
        for sheet in openpyxl.load_workbook(io.BytesIO(content)):
            assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
            assert not sheet._hyperlinks
    rows = rows_of(sheet_of(lists["核实查询单_2023Q4_419901_甲区.xlsx"]))
    assert (rows[3]["原报数"], rows[3]["单位名称"]) == ("=1+1", "+甲公司")


def test_a_list_prints_on_a4_and_explains_itself(workspace: Workspace) -> None:
    book = openpyxl.load_workbook(io.BytesIO(next(iter(made(workspace)[0].values()))))
    sheet = book[KIND]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0  # as many pages as it takes, each as wide as the list
    assert sheet.print_title_rows == "$4:$4"
    assert sum(column.width for column in sheet.column_dimensions.values()) < 200
    assert all(sheet.row_dimensions[row].height >= 30 for row in range(5, 9))
    text = "\n".join(str(cell.value) for row in book[INSTRUCTIONS].iter_rows() for cell in row if cell.value)
    assert all(word in text for word in words())
    assert "截止 2024-01-25" in text


def test_the_same_queue_gives_the_same_bytes(workspace: Workspace) -> None:
    assert made(workspace) == made(workspace)


def test_the_summary_counts_and_names_nobody(workspace: Workspace) -> None:
    [(name, content)] = made(workspace)[1].items()
    assert name == "核实汇总_2023Q4.xlsx"
    counties = {row["县（市、区）"]: row for row in rows_of(sheet_of(content, "分县区"))}
    assert counties["甲区"] == {
        "县（市、区）": "甲区", "待答复户数": 3, "先核实户数": 2, "先核实条数": 3, "占预期影响": 1,
        "待答复": 4, "待更正": 0, "已说明": 1, "已重报": 0, "不再计入": 0,
    }  # fmt: skip
    assert (counties["合计"]["待答复户数"], counties["合计"]["待答复"]) == (4, 5)
    rules = rows_of(sheet_of(content, "分规则"))
    assert [str(row["规则"])[:3] for row in rules] == ["B01", "C06", "合计"]
    with zipfile.ZipFile(io.BytesIO(content)) as parts_of:
        texts = b"".join(parts_of.read(part) for part in parts_of.namelist()).decode("utf-8", "ignore")
    assert not any(unit(n) in texts or firm(n) in texts for n in range(1, 9))


def test_nobody_is_asked_where_nothing_is_open(tmp_path: Path) -> None:
    lists, _ = made(asking(tmp_path / "none", finding(2, note="订单增加")))
    assert lists == {}
