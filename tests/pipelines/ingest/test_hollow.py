"""Cells that are not empty and yet hold no value: told by their address, never read as blank."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from pipelines.ingest.hollow import UNCALCULATED, UNNAMED, cells
from pipelines.ingest.reading import FileRead, read_file
from tests.pipelines.ingest.builders import NAME, firm, industry, repacked, xlsx

REVENUE, BASE = 6, 7  # columns of the industry form as the builders write it, from 0


def spoilt(path: Path, places: dict[tuple[int, int], str]) -> Path:
    """A workbook of two firms, on its second sheet, in which some cells hold errors or formulas never calculated."""
    xlsx(path, [["封面"]], industry(firm(1), firm(2)), names=("封面", "财务"))
    book = openpyxl.load_workbook(path)
    for (row, column), text in places.items():
        cell = book["财务"].cell(row + 1, column + 1, text)
        cell.data_type = "e" if text.startswith("#") else "f"
    book.save(path)
    return path


def read(path: Path) -> FileRead:
    return read_file(path, "industry", NAME)


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?"])
def test_an_error_sets_its_row_aside_by_address(tmp_path: Path, error: str) -> None:
    result = read(spoilt(tmp_path / "a.xlsx", {(3, REVENUE): error}))
    assert result.table["row"].to_pylist() == [3]
    (fault,) = result.refused
    assert (fault.code, fault.sheet, fault.row, fault.column) == ("error_cell", "财务", 4, "营业收入/本年累计")
    assert f"单元格 G4 是错误值 {error}" in fault.zh
    assert f"Cell G4 shows the error {error}" in fault.en


def test_a_formula_that_nobody_calculated_is_no_blank(tmp_path: Path) -> None:
    result = read(spoilt(tmp_path / "a.xlsx", {(2, REVENUE): "=1+1", (2, BASE): "=2+2"}))
    assert result.table["row"].to_pylist() == [4]
    assert [(fault.code, fault.row) for fault in result.refused] == [("formula_cell", 3)] * 2
    assert ["G3" in result.refused[0].zh, "H3" in result.refused[1].zh] == [True, True]


def test_only_rows_of_data_and_columns_of_the_form_count(tmp_path: Path) -> None:
    result = read(spoilt(tmp_path / "a.xlsx", {(3, 12): "#REF!", (4, 3): "#N/A", (0, 5): "=A1"}))
    assert result.table["row"].to_pylist() == [3, 4]
    assert not result.refused


def test_calculated_formulas_and_empty_texts_are_values() -> None:
    sheet = (
        b'<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>IF(A1,"","")</f><v></v></c><c r="C2" s="1"/>'
        b'<c r="D2"><f t="shared" si="0"/><v>5</v></c><c r="AA2"><f t="shared" si="0"/></c><c r="AB2" t="e"><f>1/0</f>'
        b"<v>#DIV/0!</v></c></row>"
    )
    assert cells(sheet) == {(1, 26): UNCALCULATED, (1, 27): "#DIV/0!"}
    assert cells(sheet.replace(b"<c ", b"<x:c ").replace(b"</c>", b"</x:c>")) == cells(sheet)


@pytest.mark.parametrize(
    "error", [b'<c r="A1" t="e"><f>1/0</f></c>', b'<c r="A1" t="e"/>', b'<c r="A1" t="e"><v>7</v></c>']
)
def test_an_error_that_is_not_named_borrows_no_value(error: bytes) -> None:
    assert cells(error + b'<c r="B1"><v>123456</v></c>') == {(0, 0): UNNAMED}


def test_the_sheet_is_the_one_that_the_workbook_names(tmp_path: Path) -> None:
    book = spoilt(tmp_path / "a.xlsx", {(3, REVENUE): "#REF!"})
    with zipfile.ZipFile(book) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels")
        sheets = {n: archive.read(f"xl/worksheets/sheet{n}.xml") for n in (1, 2)}
    # The archive's own numbers say nothing: here the second sheet lies in the first part.
    other = relations.replace(b"sheet1.xml", b"sheet0.xml").replace(b"sheet2.xml", b"sheet1.xml")
    turned = {
        "xl/_rels/workbook.xml.rels": other.replace(b"sheet0.xml", b"sheet2.xml"),
        "xl/worksheets/sheet1.xml": sheets[2],
        "xl/worksheets/sheet2.xml": sheets[1],
    }
    result = read(repacked(book, tmp_path / "b.xlsx", turned))
    assert [(fault.sheet, fault.row) for fault in result.refused] == [("财务", 4)]
    assert result.table["row"].to_pylist() == [3]
