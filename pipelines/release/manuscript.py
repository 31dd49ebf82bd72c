"""A report as it was edited: the paragraphs and the table rows of a Word or an HTML file, with where they stand.

Belongs here: reading text out of the two formats. Does not belong here: what is wrong with it (proof).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from classification.errors import InputError

_BLOCKS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "li", "dt", "dd", "caption", "div", "summary"})
_NOTE: Final = "注："
_CELLS: Final = frozenset({"td", "th"})
# Nothing of these is read: a superscript is a mark on a number, a picture's letters are those of its table.
_SKIPPED: Final = frozenset({"style", "script", "svg", "sup", "title", "summary"})
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．％，", "0123456789.%，")


@dataclass(frozen=True)
class Passage:
    """A paragraph, or a row of a table: where it stands, its text, and a row's cells."""

    where: str
    text: str
    cells: tuple[str, ...] = ()


def passages(path: Path) -> list[Passage]:
    """The passages of a file in their order; spaces are left out and full-width digits made plain.

    Raises:
        InputError: the file is missing, of another kind, or cannot be read.
    """
    kind = path.suffix.lower()
    if not path.is_file():
        raise InputError("没有这个文件。", "There is no such file.", where=str(path))
    if kind == ".docx":
        return list(_of_word(path))
    if kind in {".html", ".htm"}:
        return _of_html(path)
    raise InputError(
        "只能检查 Word（.docx）和网页（.html）文件；.doc 请先另存为 .docx。",
        "Only .docx and .html files can be checked; save a .doc as .docx first.",
        where=str(path),
    )


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text).translate(_FULL_WIDTH)


def _of_html(path: Path) -> list[Passage]:
    reader = _Reader()
    try:
        reader.feed(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise InputError(
            "网页文件不是 UTF-8 编码，读不出。", "The page is not in UTF-8 and cannot be read.", where=str(path)
        ) from None
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    """Collects passages of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Passage] = []
        self._skipped: list[str] = []
        self._text = ""
        self._cells: list[str] | None = None
        self._counts = {"段": 0, "表": 0, "行": 0}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        if tag in _SKIPPED:
            self._skipped.append(tag)
        if tag == "table":
            self._counts |= {"表": self._counts["表"] + 1, "行": 0}
        elif tag == "tr":
            self._cells = []
        if tag in _BLOCKS and self._cells is None:
            self._end_paragraph()

    def handle_endtag(self, tag: str) -> None:
        if self._skipped and tag == self._skipped[-1]:
            self._skipped.pop()
        if tag in _CELLS and self._cells is not None:
            self._cells.append(_plain(self._text))
            self._text = ""
        elif tag == "tr" and self._cells is not None:
            self._counts["行"] += 1
            self.found.append(_row(self._counts["表"], self._counts["行"], self._cells))
            self._cells = None
        elif tag in _BLOCKS and self._cells is None:
            self._end_paragraph()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._text += data

    def _end_paragraph(self) -> None:
        if text := _plain(self._text):
            self._counts["段"] += 1
            self.found.append(Passage(f"第{self._counts['段']}段", text))
        self._text = ""


def _row(table: int, row: int, cells: list[str]) -> Passage:
    return Passage(f"第{table}个表第{row}行", "｜".join(cells), tuple(cells))


def _of_word(path: Path) -> Iterator[Passage]:
    """As on a page: cells of several paragraphs are but a layout, a table's notes no row; both are paragraphs."""
    import docx
    from docx.table import Table

    try:
        document = docx.Document(io.BytesIO(path.read_bytes()))
    except (ValueError, KeyError, zipfile.BadZipFile):
        raise InputError(
            "Word 文件打不开，可能已损坏或设有密码。",
            "The Word file cannot be opened; it may be damaged or protected.",
            where=str(path),
        ) from None
    paragraphs = tables = 0
    for block in document.iter_inner_content():
        texts: list[str] = []
        if isinstance(block, Table):
            tables += 1
            for number, row in enumerate(block._tbl.tr_lst, 1):
                cells = [[_word_text(p) for p in cell.p_lst] for cell in row.tc_lst]
                noted = len(cells) == 1 and cells[0][0].startswith(_NOTE)
                if all(len(cell) == 1 for cell in cells) and not noted:
                    yield _row(tables, number, [cell[0] for cell in cells])
                else:
                    texts += [text for cell in cells for text in cell]
        else:
            texts.append(_word_text(block._p))
        for text in filter(None, texts):
            paragraphs += 1
            yield Passage(f"第{paragraphs}段", text)


def _word_text(paragraph: Any) -> str:
    """What a paragraph says with its tracked insertions, without deletions and without superscripts."""
    runs = paragraph.xpath('.//w:r[not(w:rPr/w:vertAlign[@w:val="superscript"])]/w:t')
    return _plain("".join(text.text or "" for text in runs))
