from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from pipelines.ingest import safety
from pipelines.ingest.faults import RefusalError
from pipelines.ingest.guard import read_files
from pipelines.ingest.safety import inspect
from tests.pipelines.ingest.builders import industry, repacked, xls, xlsx

SHEET = "xl/worksheets/sheet1.xml"
FAR = b'<worksheet><sheetData><row r="1"><c r="%s"><v>1</v></c></row></sheetData></worksheet>'


def refused(path: Path) -> str:
    with pytest.raises(RefusalError) as caught:
        inspect(path)
    assert caught.value.zh
    assert caught.value.en
    return caught.value.fault.code


def test_kinds_are_told_by_bytes(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    assert inspect(book) == "xlsx"
    assert inspect(book.rename(tmp_path / "a.csv")) == "xlsx"
    assert inspect(xls(tmp_path / "b.csv", industry())) == "xls"
    (tmp_path / "c.xlsx").write_text("指标,2022年\n", encoding="utf-8")
    assert inspect(tmp_path / "c.xlsx") == "csv"
    for page in ("<HTML><table>", "\ufeff\n<!-- made by a site -->\n<table>", "<!DOCTYPE html>"):
        (tmp_path / "d.xls").write_text(page, encoding="utf-8")
        assert inspect(tmp_path / "d.xls") == "html"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("指标,2022年第一季度\r\n国内生产总值,1234.5\r\n".encode(encoding))
    assert inspect(path) == "csv"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"<?xml version='1.0'?><Workbook>", "not_a_table"),
        (b"\x00\x01" * 40, "not_a_table"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?>", "not_a_table"),
        (b"%PDF\x00\x01", "not_a_table"),
        (b"PK\x03\x04 broken", "broken_file"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert refused(path) == code


def test_macros_are_refused(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    assert refused(repacked(book, tmp_path / "b.xlsx", {"xl/vbaProject.bin": b"x"})) == "macros"
    old = xls(tmp_path / "c.xls", industry())
    old.write_bytes(old.read_bytes() + "_VBA_PROJECT".encode("utf-16-le"))
    assert refused(old) == "macros"


def test_encrypted_workbooks_are_refused(tmp_path: Path) -> None:
    old = xls(tmp_path / "c.xls", industry())
    old.write_bytes(old.read_bytes() + "EncryptedPackage".encode("utf-16-le"))
    assert refused(old) == "password"


def test_archives_that_are_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert refused(path) == "not_a_table"


def test_zip_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    bomb = repacked(book, tmp_path / "b.xlsx", {"xl/media/image1.png": b"\0" * (safety.RATIO_FROM + 1)})
    assert refused(bomb) == "too_large"
    monkeypatch.setattr(safety, "MAX_UNZIPPED", 100)
    assert refused(book) == "too_large"


def test_an_archive_that_lies_about_sizes(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    with zipfile.ZipFile(book) as archive:
        entry = archive.getinfo(SHEET)
        size = entry.file_size.to_bytes(4, "little")
    book.write_bytes(book.read_bytes().replace(size, (10).to_bytes(4, "little")))
    assert refused(book) == "broken_file"


@pytest.mark.parametrize("cell", [b"XFD1048576", b"XFD1", b"ZZ999999", b"A99999999"])
def test_stray_cells_are_refused_before_reading(tmp_path: Path, cell: bytes) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    path = repacked(book, tmp_path / "b.xlsx", {SHEET: (FAR % cell).replace(b'row r="1"', b'row r="%s"' % cell.lstrip(
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))})  # fmt: skip
    assert refused(path) == "extent"
    assert path.stat().st_size < 10_000


def test_a_stray_cell_that_slips_through_ends_the_child_only(tmp_path: Path) -> None:
    # The attribute is written with other quotes, so the search does not see it; the memory limit does.
    book = xlsx(tmp_path / "a.xlsx", industry())
    hidden = (FAR % b"XFD1048576").replace(b'"', b"'")
    bad = repacked(book, tmp_path / "b.xlsx", {SHEET: hidden})
    jobs = [(book, "industry", None), (bad, "industry", None), (book, "industry", None)]
    first, second, third = read_files(jobs)
    assert first.table.num_rows == third.table.num_rows == 2
    assert second.refusal is not None
    assert second.refusal.code in {"reader_died", "broken_file", "unreadable"}
