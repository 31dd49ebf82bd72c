"""shuce classify: a code or a file, in readable Chinese, without the heavy libraries."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console

from classification.errors import InputError
from pipelines.cli.classify import read_codes, show, show_file


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=120)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "firms.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "财务状况"
    rows: list[list[object]] = [
        ["规模以上工业企业财务状况"],
        ["统一社会信用代码", "单位名称", "行业代码", "营业收入"],
        [None, None, None, "本年累计"],
        ["甲", "乙", "丙", 1],
        ["x", "某公司", "C3911", 1],
        ["x", "某公司", 3911, 1],
        [None, None, None, None],
        ["x", "某公司", "391", 1],
        ["x", "某公司", "6429", 1],
        ["x", "某公司", "3963", 1],
        ["x", "某公司", "0111", 1],
        ["x", "某公司", None, 1],
        ["合计", None, None, 7],
        ["单位负责人：某某"],
    ]
    for row in rows:
        sheet.append(row)
    for column in "ABC":
        sheet.merge_cells(f"{column}2:{column}3")
    workbook.save(path)
    return path


def test_show_a_class(console: Console) -> None:
    show("3911", console)
    said = text(console)
    assert "3911 计算机整机制造" in said
    assert "010101  计算机整机制造" in said


def test_show_both_readings_and_doubts(console: Console) -> None:
    show("01", console)
    show("6429", console)
    show("010101", console)
    show("39", console)
    show("040503", console)
    said = text(console)
    for words in ("两个分类中都有", "农业", "数字产品制造业", "需要剥离系数", "可信度较高", "部分小类是", "可信度低"):
        assert words in said


def test_show_an_unknown_code(console: Console) -> None:
    with pytest.raises(InputError, match="请看：3915"):
        show("3917", console)


def test_a_workbook(book: Path, console: Console, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    show_file(book, console, output=output)
    said = text(console)
    assert "firms.xlsx · 财务状况，列“行业代码”，7 行" in said
    for words in ("已归类", "71.4%", "中类“计算机制造”", "行业代码为空", "集成电路制造", "逐行结果已写入"):
        assert words in said
    rows = list(csv.reader(output.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[1][:7] == ["5", "C3911", "已归类", "3911", "计算机整机制造", "是", "否"]
    assert [row[0] for row in rows[1:]] == ["5", "6", "8", "9", "10", "11", "12"]
    assert rows[4][6:8] == ["是", "030304;030307"]
    assert list(tmp_path.glob(".*")) == []


def test_the_output_is_whole_or_not_there(book: Path, console: Console, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="不能是输入文件"):
        show_file(book, console, output=book)
    taken = tmp_path / "folder"
    taken.mkdir()
    with pytest.raises(OSError, match="folder"):
        show_file(book, console, output=taken)
    assert list(tmp_path.glob(".*")) == []


def test_a_csv_in_gb18030_with_formulas(tmp_path: Path, console: Console) -> None:
    path, output = tmp_path / "firms.csv", tmp_path / "out.csv"
    path.write_bytes("名称,国民经济行业代码\n甲,3911\n乙,=1+1\n丙\n".encode("gb18030"))
    show_file(path, console, output=output)
    rows = list(csv.reader(output.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[1] for row in rows[1:]] == ["3911", "'=1+1", ""]


def test_a_named_column_and_many_rows(tmp_path: Path, console: Console) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("名称,行业\n" + "甲,39\n" * 30, encoding="utf-8")
    with pytest.raises(InputError, match="找到的表头：名称、行业"):
        show_file(path, console)
    with pytest.raises(InputError, match="没有找到“代码”"):
        show_file(path, console, column="代码")
    show_file(path, console, column="行业")
    assert "等 30 行" in text(console)


def test_an_empty_table_and_no_file(tmp_path: Path, console: Console) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("行业代码\n", encoding="utf-8")
    show_file(path, console)
    assert "—" in text(console)
    with pytest.raises(InputError, match="找不到文件"):
        read_codes(tmp_path / "none.csv")
    (tmp_path / "blank.csv").write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="（无）"):
        read_codes(tmp_path / "blank.csv")


def test_the_heavy_libraries_stay_out(book: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from rich.console import Console; import pipelines.cli.classify as c;"
        f"k = Console(quiet=True); c.show('3911', k); c.show_file(Path({str(book)!r}), k);"
        "print([m for m in ('pandas', 'dagster', 'great_expectations') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
