"""What is looked at before a file is read: what it really is, and whether reading it could harm the process.

Belongs here: checks on bytes and on the archive's own tables. Does not belong here: reading cells. All of it runs in
the guarded child process, and whatever slips through meets that process's memory limit.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from pipelines.ingest.faults import RefusalError

FileKind = Literal["csv", "html", "xls", "xlsx"]

MAX_UNZIPPED: Final = 512 * 1024 * 1024
MAX_RATIO: Final = 300  # a sheet of repeated numbers packs about 1:60
RATIO_FROM: Final = 16 * 1024 * 1024  # below this size no ratio is dangerous
MAX_COLUMNS: Final = 2_048
MAX_CELLS: Final = 40_000_000
MAX_MEMBERS: Final = 2_000
# Without a leading \b: the literal start lets the search run ten times as fast.
_WIDE: Final = re.compile(rb'r="([A-Z]{2,3})[0-9]')
_DEEP: Final = re.compile(rb'r="[A-Z]{0,3}([0-9]{7,})"')
_ROW: Final = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="([0-9]{1,9})"')
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_MARKUP: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,2000}?-->\s*)?(<!doctype html|<html|<table|<meta|<head|<\?xml)",
    re.IGNORECASE | re.DOTALL,
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def inspect(path: Path, look: Callable[[str, bytes], object] | None = None) -> FileKind:
    """What a file is, by its bytes and not by its name, after checking that it can be read safely.

    Args:
        path: the file.
        look: is shown every sheet of a workbook as it lies in the archive, its name and its XML, once it is unpacked.

    Raises:
        RefusalError: it is empty, something else, or dangerous: macros, a zip bomb, cells spread over a huge area.
    """
    with path.open("rb") as stream:
        start = stream.read(4096)
    if not start:
        raise RefusalError("empty_file", "文件是空的，请重新导出。", "The file is empty; export it again.")
    if start.startswith(_ZIP):
        _inspect_archive(path, look)
        return "xlsx"
    if start.startswith(_OLE):
        _inspect_compound(path)
        return "xls"
    return _inspect_text(start)


def _inspect_text(start: bytes) -> FileKind:
    """Tell a web page from a table of text; refuse what is neither."""
    if match := _MARKUP.match(start):
        if match[1].lower() != b"<?xml":
            return "html"
        raise RefusalError(
            "not_a_table",
            "文件内容是 XML，不是表格；请在 Excel 中打开后另存为 .xlsx。",
            "The content is XML, not a workbook; open it in Excel and save it as .xlsx.",
        )
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")) and not unmarked_utf16(start):
        raise RefusalError(
            "not_a_table",
            "文件不是 CSV、XLS 或 XLSX，无法读取；请在 Excel 中打开后另存为 .xlsx。",
            "The file is neither CSV nor XLS nor XLSX; open it in Excel and save it as .xlsx.",
        )
    return "csv"


def unmarked_utf16(start: bytes) -> str:
    """The encoding of text in UTF-16 that does not say so itself, or ''.

    ASCII, of which every table holds some, has its null bytes on one side only; other files have control characters.
    """
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) <= 4 * min(even, odd) or 20 * max(even, odd) < len(start):
        return ""
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = start.decode(encoding, "ignore")
    return "" if any(letter < " " and letter not in "\t\r\n" for letter in text) else encoding


def _inspect_compound(path: Path) -> None:
    """Refuse an old workbook that carries macros or is encrypted."""
    content = path.read_bytes()
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise _macros()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise RefusalError(
            "password", "文件设有密码，请取消密码后重新报送。", "The file has a password; remove it and send it again."
        )


def _macros() -> RefusalError:
    return RefusalError(
        "macros", "文件含有宏，不予读取；请另存为不含宏的 .xlsx。", "The file holds macros; save it as .xlsx without."
    )


def _inspect_archive(path: Path, look: Callable[[str, bytes], object] | None) -> None:
    """Check the archive's table of contents, then the extent of every sheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(members)
            for member in members:
                if _SHEET.fullmatch(member.filename):
                    sheet = _bounded(archive, member)
                    _check_extent(sheet)
                    if look is not None:
                        look(member.filename, sheet)
    except RefusalError:
        raise
    except Exception as fault:  # damage shows as half a dozen unrelated errors of zipfile, zlib and lzma
        raise broken() from fault


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    """Refuse macros, archives that are no workbook, and what would not fit once unpacked."""
    _check_size(members)
    names = [member.filename.lower() for member in members]
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _macros()
    if "xl/workbook.xml" not in names:
        raise RefusalError(
            "not_a_table",
            "压缩包不是 Excel 工作簿；请先解压，再逐个放入。",
            "The archive is no Excel workbook; unpack it first.",
        )


def broken() -> RefusalError:
    """The refusal of a workbook that cannot be opened."""
    return RefusalError(
        "broken_file",
        "文件损坏，无法打开；请重新导出或在 Excel 中打开后另存。",
        "The file is damaged and cannot be opened; export or save it again.",
    )


def _check_size(members: list[zipfile.ZipInfo]) -> None:
    unzipped = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    bomb = unzipped > RATIO_FROM and unzipped / packed > MAX_RATIO
    if unzipped > MAX_UNZIPPED or bomb or len(members) > MAX_MEMBERS:
        raise RefusalError(
            "too_large",
            f"文件解压后过大或压缩比异常（上限 {MAX_UNZIPPED >> 20} MB、{MAX_RATIO} 倍），不予读取。",
            f"Unzipped, the file is too large or packed too densely (limits: {MAX_UNZIPPED >> 20} MB, 1:{MAX_RATIO}).",
        )


def _bounded(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member's bytes, never more than it declared: the table of contents of an archive can lie."""
    with archive.open(member) as stream:
        content = stream.read(member.file_size + 1)
    if len(content) > member.file_size:
        raise broken()
    return content


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_extent(sheet: bytes) -> None:
    """Refuse a sheet whose cells lie so far apart that the reader would reserve memory for the emptiness between."""
    columns = max((_column_number(letters) for letters in set(_WIDE.findall(sheet))), default=26)
    rows = max((int(digits) for digits in _ROW.findall(sheet)), default=1)
    rows = max(rows, max((int(digits) for digits in _DEEP.findall(sheet)), default=1))
    if columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise RefusalError(
            "extent",
            f"工作表的单元格范围过大（超过 {MAX_COLUMNS} 列或 {MAX_CELLS} 个单元格）；请删除远处的空白单元格后另存。",
            f"The sheet's cells spread too far (over {MAX_COLUMNS} columns or {MAX_CELLS} cells); "
            "delete the stray cells and save again.",
        )
