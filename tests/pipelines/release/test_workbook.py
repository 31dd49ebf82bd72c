"""The workbook: sheets, numbers as numbers, no formula ever, the same bytes again."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow.compute as pc
import pytest

from pipelines.release import workbook
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made, figures_of
from tests.pipelines.release.test_report import ISSUE


@pytest.fixture(scope="module")
def book(city: Made) -> openpyxl.Workbook:
    return openpyxl.load_workbook(city.folder / "workbook.xlsx")


def test_sheets(book: openpyxl.Workbook, nation: Made) -> None:
    assert book.sheetnames == [
        "说明", "总表 T1", "大类 T2", "中类 T3", "县区 T4", "渗透率 T6", "基础设施与部门 T7", "未来产业", "产业链",
        "产业链分母",
        "全口径与年度衔接", "系数敏感性", "时间序列（累计）", "时间序列（当季）", "拉动",
        "五张清单 T8", "重点项目 T9", "项目灯号分县区", "招商 T10", "专项债 T11", "园区 T12", "报表覆盖",
        "图", "指标目录",
    ]  # fmt: skip
    national = openpyxl.load_workbook(nation.folder / "workbook.xlsx").sheetnames
    assert national == ["说明", "总表 T1", "大类 T2", "占GDP比重与版次", "图", "指标目录"]


def test_sheet_shows_rounded_and_keeps_the_whole_number(book: openpyxl.Workbook) -> None:
    sheet = book["大类 T2"]
    assert sheet["A1"].value == "数字经济核心产业增加值，分大类"
    assert sheet["A2"].value.startswith("内部 · L2 · 核心产业增加值（监测测算） · 初步 · 2023Q4_2024-01-20_")
    assert sheet.freeze_panes == "B5"
    assert sheet["B5"].value == pytest.approx(92.29444)
    assert sheet["B5"].number_format.startswith("#,##0.0")
    assert sheet["A6"].alignment.indent == 1
    assert any("单位" in str(cell.value) for cell in sheet[3])


def test_estimates_are_marked(book: openpyxl.Workbook) -> None:
    rows = {row[0].value: row for row in book["总表 T1"].iter_rows(min_row=5)}
    assert '" E"' in rows["地区生产总值"][3].number_format


def test_notes_and_charts(book: openpyxl.Workbook) -> None:
    notes = {row[0].value: row[1].value for row in book["说明"].iter_rows(min_row=3)}
    assert notes["级别"] == "内部（L2）"
    assert "合成" in notes["合成数据"]
    assert "1—11月" in notes["错月"]
    assert len(book["图"]._charts) == 5
    assert book["指标目录"].max_row > 50


def test_the_catalogue_is_in_chinese(book: openpyxl.Workbook) -> None:
    head, *rows = book["指标目录"].iter_rows(values_only=True)
    names = ("名称", "价格", "基数", "时期类型", "假设")
    said = [[row[head.index(name)] for name in names] for row in rows]
    assert ["核心产业增加值（监测测算）", "现价", "无基数", "当季；年初累计"] in [row[:4] for row in said]
    assert all(row[4] for row in said)


def test_nothing_is_a_formula(city: Made, tmp_path: Path) -> None:
    settings = city.figures.city.model_copy(
        update={
            "name": "=1+1",
            "counties": tuple(c.model_copy(update={"name": "@SUM(A1)"}) for c in city.figures.city.counties),
        }
    )
    path = tmp_path / "hostile.xlsx"
    workbook.write(replace(city.figures, city=settings), ISSUE, path)
    book = openpyxl.load_workbook(path)
    types = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in types
    assert book["县区 T4"]["A5"].value == "=1+1"


def test_a_copy_in_which_divisions_are_folded_has_its_other_charts(city: Made, tmp_path: Path) -> None:
    tables = stand_in.city_tables()
    rows = tables["observation"]
    core = pc.equal(rows["class"], "core")
    tables["observation"] = rows.filter(pc.or_(core, pc.invert(pc.starts_with(rows["indicator"], "core_"))))
    workbook.write(figures_of(city.workspace, tables), ISSUE, tmp_path / "folded.xlsx")
    titles = {
        chart.title.tx.rich.p[0].r[0].t for chart in openpyxl.load_workbook(tmp_path / "folded.xlsx")["图"]._charts
    }
    assert any("累计同比增速" in title for title in titles)
    assert not any("当季" in title for title in titles)


def test_bytes_repeat(city: Made, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        workbook.write(city.figures, ISSUE, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b"2024-01-20T00:00:00Z" in archive.read("docProps/core.xml")


def test_notes_stand_in_lines_below_their_table(book: openpyxl.Workbook) -> None:
    """A text that runs on beyond the columns would make the printed sheet as small as it is long."""
    sheet = book["渗透率 T6"]
    notes = [row[0] for row in sheet.iter_rows(min_row=5) if str(row[0].value).startswith("注：")]
    assert len(notes) > 3
    merged = {str(area) for area in sheet.merged_cells.ranges}
    longest = max(notes, key=lambda note: len(str(note.value)))
    assert all(note.alignment.wrap_text and f"A{note.row}:D{note.row}" in merged for note in notes)
    width = sum(sheet.column_dimensions[column].width for column in "ABCD")
    assert len(str(longest.value)) * 2 > 1.5 * width
    assert sheet.row_dimensions[longest.row].height >= 2 * 13
