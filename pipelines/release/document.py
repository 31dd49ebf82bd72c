"""The Word document of the bulletin in the layout of official documents (GB/T 9704—2012), from a template.

Belongs here: opening the template, filling its fields, pictures, and bytes that repeat. Does not belong here: what is
said (bulletin), page and type (templates/bulletin.docx, which a bureau's own takes the place of), or how paragraphs and
tables are put together (templates/word_*.xml.j2).

A template is a Word file with the styles of ``STYLES``, with fields such as 〔时期〕 anywhere, header and footer
included, and with paragraphs that hold one of ``BLOCKS`` alone: the leaders' page, the text, the tables.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from markupsafe import Markup

from classification.errors import InputError
from pipelines.release import charts, pages
from pipelines.release.bulletin import Section
from pipelines.release.display import shown
from pipelines.release.issue import Issue
from pipelines.release.leaders import Leaders
from pipelines.release.tables import Table
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from docx.document import Document

NAME: Final = "bulletin.docx"
STYLES: Final = (
    "公文正文", "公文标题", "公文一级标题", "公文附注", "图", "图题", "图说", "图注", "图名",
    "表题", "表单位", "表头", "表格文字", "表注", "三线表",
    "一页纸标题", "一页纸副标题", "一页纸小标题", "一页纸正文", "一页纸数名", "一页纸数值", "一页纸说明",
)  # fmt: skip
BLOCKS: Final = {"一页纸": "word_leaders.xml.j2", "正文": "word_body.xml.j2", "附表": "word_tables.xml.j2"}
TEXT: Final = "正文"
_SHEET: Final = "word_sheet.xml.j2"
# 156 mm, the width of the type area, in twentieths of a point.
_WIDTH: Final = 8844
_EMU: Final = 635
# Of a column: the least and the most characters (Chinese) that count towards its width.
_NARROWEST, _WIDEST = 3.0, 12.0
# A head or a cell of up to so many characters stays on one line.
_UNBROKEN: Final = 4.0
_WIDEST_ON_SHEET: Final = 24.0
# Of a cell: its margins and a Chinese character, in twentieths of a point as widths are.
_MARGINS, _CHARACTER = 140, 180
_FIELD: Final = re.compile(r"〔([^〔〕]*)〕")
_NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)


class Said(Protocol):
    """What a report has for a document to be made of it; one without a leaders' page leaves its place out."""

    @property
    def title(self) -> str:
        """Without the period."""

    @property
    def place(self) -> str:
        """Whose report."""

    @property
    def headline(self) -> str:
        """The finding, one sentence."""

    @property
    def leaders(self) -> Leaders | None:
        """The leaders' page."""

    @property
    def sections(self) -> tuple[Section, ...]:
        """The text."""

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """Pairs of a heading and its text."""

    @property
    def synthetic(self) -> str:
        """What is said of a made-up city, or ''."""

    @property
    def cite(self) -> tuple[str, ...]:
        """How it is quoted."""


@dataclass(frozen=True)
class Numbered:
    """A section whose charts and tables have their numbers in the document."""

    section: Section
    figures: tuple[int, ...]
    exhibit_tables: tuple[int, ...]
    tables: tuple[int, ...]


def template(workspace: Workspace) -> bytes:
    """The workspace's own template (``templates/bulletin.docx``), else the one of this package."""
    own = workspace.templates / NAME
    return own.read_bytes() if own.exists() else files("pipelines.release.templates").joinpath(NAME).read_bytes()


def template_hash(workspace: Workspace) -> str:
    """The hash of the template, which a release rests on."""
    return hashlib.sha256(template(workspace)).hexdigest()


def write(said: Said, issue: Issue, data: bytes, path: Path, *, sheet: bool = False) -> None:
    """Write the document.

    Args:
        said: what the bulletin says.
        issue: what the release is called; its day is the day of the document.
        data: the template.
        path: the file to write.
        sheet: whether it is one sheet: the finding and the tables, small, without an annex.

    Raises:
        InputError: the template is no Word file, lacks styles or the place of the text, or has a field that is unknown.
    """
    document = _open(data)
    styles = _styles(document)
    values = _fields(said, issue)
    places = _places(document, values)
    numbered, tables = _numbered(said)
    told = {
        "said": said,
        "issue": issue,
        "styles": styles,
        "numbered": numbered,
        "tables": tables,
        "widths": sheet_widths if sheet else widths,
        "width": _WIDTH,
        "picture": _pictures(document),
        "page": said.leaders,
    }
    blocks = BLOCKS | ({TEXT: _SHEET} if sheet else {})
    empty = {"一页纸": said.leaders is None, "附表": sheet or not tables, TEXT: False}
    if said.leaders is None:
        _close_up(document)
    for name, place in places.items():
        for element in [] if empty[name] else _elements(pages.markup(blocks[name], **told)):
            place.addprevious(element)
        place.getparent().remove(place)
    _say_what_it_is(document, said, issue)
    sink = io.BytesIO()
    document.save(sink)
    path.write_bytes(_dated(sink))


def widths(table: Table, widest: float = _WIDEST) -> list[int]:
    """The widths of a table's columns by what stands in them; together the type area.

    A head may break into two lines, a label and a text too where they are long; four characters do not.
    """
    rows = [row for row in table.rows if row.cells]
    heads = [length(name) / 2 for name in table.head]
    labels = max((length(row.label) + row.indent for row in rows), default=0.0)
    cells = [max((length(shown(row.cells[n]).text) + 1 for row in rows), default=0.0) for n in range(len(heads) - 1)]
    wanted = [min(max(head, body, _NARROWEST), widest) for head, body in zip(heads, [labels, *cells], strict=True)]
    kept = [max(min(one, _UNBROKEN) for one in (length(name), body))
            for name, body in zip(table.head, [labels, *cells], strict=True)]  # fmt: skip
    found = [int(width) for width in _shared(wanted, [_MARGINS + _CHARACTER * one for one in kept])]
    return [found[0] + _WIDTH - sum(found), *found[1:]]


def _shared(wanted: list[float], least: list[float]) -> list[float]:
    """The type area in the parts that are wanted, none below its least while there is room for the least of all."""
    if sum(least) > _WIDTH:
        least = [0.0] * len(least)
    held: set[int] = set()
    while True:
        room = _WIDTH - sum(least[n] for n in held)
        scale = room / sum(want for n, want in enumerate(wanted) if n not in held)
        short = {n for n, want in enumerate(wanted) if n not in held and want * scale < least[n]}
        if not short:
            return [least[n] if n in held else want * scale for n, want in enumerate(wanted)]
        held |= short


def sheet_widths(table: Table) -> list[int]:
    """The same of a document of one sheet, on which labels and texts may be longer."""
    return widths(table, _WIDEST_ON_SHEET)


def on_sheet(table: Table) -> list[float]:
    """The same in characters of a line."""
    return [(width - _MARGINS) / _CHARACTER for width in sheet_widths(table)]


def lines(text: str, characters: float) -> int:
    """How many lines a text fills in a column of so many characters."""
    return max(1, math.ceil(length(text) / characters))


def length(text: str) -> float:
    """The length of a text in Chinese characters."""
    return sum(1.0 if ord(character) > 255 else 0.55 for character in text)


def _open(data: bytes) -> Document:
    import docx

    try:
        return docx.Document(io.BytesIO(data))
    except (ValueError, KeyError, zipfile.BadZipFile):
        raise InputError(
            "Word 模板打不开：不是 .docx 文件。请用 Word 另存为 .docx，或删去它以使用自带模板。",
            "The template is no .docx file; save it as one, or remove it to use the one that comes along.",
            where=f"templates/{NAME}",
        ) from None


def _styles(document: Document) -> dict[str, str]:
    """Style names → ids.

    Raises:
        InputError: some are missing.
    """
    found = {style.name: style.style_id for style in document.styles}
    if missing := [name for name in STYLES if name not in found]:
        raise InputError(
            f"Word 模板缺少样式：{'、'.join(missing)}。请从自带模板复制这些样式。",
            f"The template lacks the styles {', '.join(missing)}; copy them from the one that comes along.",
            where=f"templates/{NAME}",
        )
    return {str(name): style_id for name, style_id in found.items()}


def _fields(said: Said, issue: Issue) -> dict[str, str]:
    return {
        "标题": said.title,
        "时期": issue.period,
        "地区": said.place,
        "密级": issue.stamp,
        "级别": f"{issue.level} · {issue.figure}",
        "版次": issue.vintage_zh,
        "数据截止日": f"{issue.as_of:%Y年%-m月%-d日}",
        "批次": issue.name,
    }


def _places(document: Document, values: dict[str, str]) -> dict[str, Any]:
    """Fill the fields; the paragraphs that stand for blocks, by block.

    Raises:
        InputError: a field is unknown, or there is no place for the text.
    """
    from docx.oxml.ns import qn

    places: dict[str, Any] = {}
    for paragraph in _paragraphs(document):
        texts = list(paragraph.iter(qn("w:t")))
        whole = "".join(text.text or "" for text in texts)
        names = _FIELD.findall(whole)
        if len(names) == 1 and names[0] in BLOCKS and whole.strip() == f"〔{names[0]}〕":
            places[names[0]] = paragraph
            continue
        if unknown := [name for name in names if name not in values]:
            raise InputError(
                f"Word 模板中有不认识的字段：{'、'.join(unknown)}。可用的有：{'、'.join(values)}；"
                f"单独成段的有：{'、'.join(BLOCKS)}。",
                f"The template has fields that are unknown: {', '.join(unknown)}.",
                where=f"templates/{NAME}",
            )
        if names:
            # Word may cut a field into runs; what the paragraph says goes into the first of them.
            texts[0].text = _FIELD.sub(lambda match: values[match[1]], whole)
            for text in texts[1:]:
                text.text = ""
    if TEXT not in places:
        raise InputError(
            f"Word 模板中没有单独成段的〔{TEXT}〕，不知正文放在哪里。",
            "The template has no paragraph that stands for the text.",
            where=f"templates/{NAME}",
        )
    return places


def _paragraphs(document: Document) -> Iterator[Any]:
    """Every paragraph of the text, of headers and of footers."""
    from docx.oxml.ns import qn

    yield from list(document.element.iter(qn("w:p")))
    for part in document.part.package.iter_parts():
        if re.match(r"/word/(header|footer)\d*\.xml$", str(part.partname)):
            yield from list(part.element.iter(qn("w:p")))


def _numbered(said: Said) -> tuple[list[Numbered], list[tuple[int, Table]]]:
    """The sections with the numbers of their charts and tables, and all tables in the order of their numbers."""
    figure, number = count(1), count(1)
    found, tables = [], []
    for section in said.sections:
        shown_here = [(exhibit, next(figure)) for exhibit in section.exhibits]
        own = [(next(number), exhibit.table) for exhibit in section.exhibits if exhibit.table]
        behind = iter(n for n, _ in own)
        beside = [(next(number), table) for table in section.tables]
        numbers = tuple(next(behind) if exhibit.table else 0 for exhibit, _ in shown_here)
        found.append(Numbered(section, tuple(n for _, n in shown_here), numbers, tuple(n for n, _ in beside)))
        tables += [*own, *beside]
    return found, tables


def _pictures(document: Document) -> Callable[[str, str, int], Markup]:
    """A function that puts a chart into the document and gives the XML that shows it at a width."""
    ids = count(1)

    def picture(svg: str, alt: str, width: int) -> Markup:
        inline = document.part.new_pic_inline(io.BytesIO(charts.png(svg)), width=width * _EMU)
        inline.docPr.set("id", str(next(ids)))
        inline.docPr.set("descr", alt)
        return Markup(inline.xml)  # noqa: S704 - made here

    return picture


def _close_up(document: Document) -> None:
    """Without the leaders' page the title begins no page of its own."""
    from docx.oxml.ns import qn

    for broken in list(document.element.body.iter(qn("w:pageBreakBefore"))):
        broken.getparent().remove(broken)


def _elements(markup: str) -> list[Any]:
    from docx.oxml import parse_xml

    return list(parse_xml(f"<w:body {_NAMESPACES}>{markup}</w:body>"))


def _say_what_it_is(document: Document, said: Said, issue: Issue) -> None:
    day = datetime(issue.as_of.year, issue.as_of.month, issue.as_of.day)
    properties = document.core_properties
    properties.title = f"{said.title}（{issue.period}）"
    properties.subject = issue.name
    properties.author = properties.last_modified_by = said.place
    properties.created = properties.modified = day
    properties.revision = 1


def _dated(source: io.BytesIO) -> bytes:
    """The same archive with one date for all its parts, so that its bytes repeat."""
    sink = io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(sink, "w") as made:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            made.writestr(entry, given.read(name))
    return sink.getvalue()
