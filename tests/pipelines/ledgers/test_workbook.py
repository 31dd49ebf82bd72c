"""The workbook that goes out: the form's layout, lists to choose from, and back again without a change."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipelines.ingest.forms.ledgers import ledgers
from pipelines.lake import Lake
from pipelines.ledgers.board import FIVE, Board
from pipelines.ledgers.workbook import ROOM, workbook
from pipelines.steps.ledgers import board, refreshed
from pipelines.workspace import Workspace

DAY = dt.date(2024, 1, 8)


@pytest.fixture(scope="module")
def last(ledger_city: Workspace) -> Board:
    return board(ledger_city, DAY)


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_the_layout_is_the_forms(last: Board, ledger_city: Workspace) -> None:
    one = ledgers()["project"]
    content = workbook(one, last.of("project"), ledger_city.city, DAY).content()
    assert content == workbook(one, last.of("project"), ledger_city.city, DAY).content()
    sheet = opened(content)[one.terms.title]
    heads = [cell.value for cell in sheet[4]]
    assert heads == [column.header for column in one.columns.values()]
    assert sheet.protection.sheet
    assert sheet["A5"].protection.locked
    assert not sheet["B5"].protection.locked
    assert "万元" in sheet["A2"].value
    assert sheet.max_row == 4 + last.counts["project"] + ROOM
    lists = {
        str(rule.sqref).rstrip("0123456789"): rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    assert any("新建,续建,前期" in formula for formula in lists.values())
    assert any("甲区,乙区" in formula for formula in lists.values())


def test_a_new_entry_can_be_written_and_a_known_ones_number_cannot(last: Board, ledger_city: Workspace) -> None:
    one = ledgers()["project"]
    sheet = opened(workbook(one, last.of("project"), ledger_city.city, DAY).content())[one.terms.title]
    known = 4 + last.counts["project"]
    for name in ("entry", "in_date"):
        column = list(one.columns).index(name) + 1
        assert {sheet.cell(row, column).protection.locked for row in range(5, known + 1)} == {True}
        assert {sheet.cell(row, column).protection.locked for row in range(known + 1, known + ROOM + 1)} == {False}


def test_numbers_are_numbers_and_what_is_typed_becomes_one(last: Board, ledger_city: Workspace) -> None:
    one, there = ledgers()["project"], last.of("project")
    there.loc[0, "year_plan"] = 12_345_678.0
    sheet = opened(workbook(one, there, ledger_city.city, DAY).content())[one.terms.title]
    names = list(one.columns)
    plan, year, county = (sheet.cell(5, names.index(name) + 1) for name in ("year_plan", "year", "county"))
    assert (plan.value, plan.number_format, year.value) == (1234.5678, "General", 2023)
    assert (county.data_type, county.number_format) == ("s", "@")
    new = sheet.cell(4 + len(there) + ROOM, names.index("year_plan") + 1)
    assert (new.value, new.number_format) == (None, "General")


def test_private_columns_go_out_empty_and_nothing_runs(last: Board, ledger_city: Workspace) -> None:
    one = ledgers()["firm"]
    there = last.of("firm")
    there.loc[0, "name"] = '=HYPERLINK("http://x")'
    sheet = opened(workbook(one, there, ledger_city.city, DAY).content())[one.terms.title]
    names = list(one.columns)
    for row in sheet.iter_rows(min_row=5):
        assert not any(row[names.index(name)].value for name in one.private)
        assert all(cell.data_type in {"s", "n", "inlineStr"} for cell in row)
    assert sheet.cell(5, names.index("name") + 1).value == '=HYPERLINK("http://x")'
    assert sheet.cell(5, names.index("name") + 1).data_type == "s"


def test_what_comes_back_untouched_changes_nothing(last: Board, ledger_city: Workspace, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(ledger_city.home, home)
    before = board(Workspace(home), DAY)
    for name in FIVE:
        one = ledgers()[name]
        book = opened(workbook(one, last.of(name), ledger_city.city, DAY).content())
        sheet = book[one.terms.title]
        columns = list(one.columns)
        for row in range(5, 5 + last.counts[name]):
            sheet.cell(row, columns.index("reported_at") + 1).value = "2024-02-01"
        book.save(home / "inbox" / f"{one.terms.code}_{one.terms.title}_报回.xlsx")
    with (home / "inbox" / "received.csv").open("a", encoding="utf-8") as register:
        register.writelines(
            f"{ledgers()[name].terms.code}_{ledgers()[name].terms.title}_报回.xlsx,2024-02-02,某县,,,,,\n"
            for name in FIVE
        )
    workspace = Workspace(home)
    with workspace.held("test"):
        refreshed(workspace)
    after = board(workspace, dt.date(2024, 2, 2))
    assert after.changes(DAY).empty
    assert before.counts == after.counts
    heard = Lake(workspace.lake).read("core_ledger").to_pandas()
    back = heard[heard["known_from"] == dt.date(2024, 2, 2)]
    assert back["entry"].nunique() == sum(last.counts[name] for name in FIVE)
    assert (after.of("project")["last_report"] == pd.Timestamp("2024-02-01")).all()
