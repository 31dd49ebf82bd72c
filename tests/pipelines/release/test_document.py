"""The Word document: GB/T 9704, the words of the page, a bureau's own template, the same bytes again."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.shared import Mm, Pt

from classification.errors import InputError
from pipelines.release import document, exhibits
from pipelines.release.bulletin import Report, Section
from pipelines.release.figures import Number, Span
from pipelines.release.leaders import leaders
from pipelines.release.manuscript import passages
from pipelines.release.tables import Row, Table
from pipelines.workspace import Workspace
from tests.pipelines.release.conftest import Made
from tests.pipelines.release.test_report import ISSUE


@pytest.fixture(scope="module")
def made(city: Made) -> Document:
    return docx.Document(str(city.folder / "bulletin.docx"))


@pytest.fixture(scope="module")
def small(city: Made) -> Report:
    """A report without charts."""
    table = Table("T0", "样表", "单位：%", ("地区", "数"), (Row("甲区", (Number(0.053, "比率", "%", 1, "E"),)),))
    section = Section("总体", ("同比增长5.3%。<&>",), (), (table,))
    page = leaders(city.figures, ISSUE)
    return Report(city.figures, "示范市报告", "示范市", "", (), page, (section,), (("口径", "一\n二"),), "", ("引用",))


def _template(**changes: str) -> bytes:
    """The template with texts replaced."""
    given = docx.Document(io.BytesIO(_own()))
    for paragraph in given.paragraphs:
        for old, new in changes.items():
            if f"〔{old}〕" in paragraph.text:
                paragraph.runs[0].text = paragraph.text.replace(f"〔{old}〕", new)
    sink = io.BytesIO()
    given.save(sink)
    return sink.getvalue()


def _own() -> bytes:
    return document.template(Workspace(Path("nowhere")))


def _written(said: Report, data: bytes, tmp_path: Path) -> Document:
    path = tmp_path / "b.docx"
    document.write(said, ISSUE, data, path)
    return docx.Document(str(path))


def test_the_layout_is_that_of_official_documents(made: Document) -> None:
    page = made.sections[0]
    sides = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(side.mm) for side in sides if side] == [37, 35, 28, 26]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)  # type: ignore[union-attr]
    fonts = {
        "公文标题": ("方正小标宋简体", 22),
        "公文正文": ("仿宋", 16),
        "公文一级标题": ("黑体", 16),
        "公文副标题": ("楷体", 16),
    }
    for name, (font, size) in fonts.items():
        style = made.styles[name]
        assert f'w:eastAsia="{font}"' in style.element.xml
        assert style.font.size == Pt(size)  # type: ignore[attr-defined]
    line = made.styles["公文正文"].paragraph_format.line_spacing  # type: ignore[attr-defined]
    assert Pt(28) <= line <= Pt(30)
    assert 22 * line <= Mm(225) + Pt(1)
    assert made.settings.odd_and_even_pages_header_footer
    for footer, side in ((page.footer, 2), (page.even_page_footer, 0)):
        (number,) = footer.paragraphs
        assert "PAGE" in number._p.xml
        assert number.alignment == side
    assert "核心产业增加值（监测测算） · 初步 · 2023Q4_2024-01-20_" in page.header.paragraphs[0].text


def test_the_fonts_have_fall_backs(city: Made) -> None:
    with zipfile.ZipFile(city.folder / "bulletin.docx") as archive:
        fonts = archive.read("word/fontTable.xml").decode()
    for name in ("方正小标宋简体", "仿宋", "楷体", "黑体"):
        assert f'<w:font w:name="{name}"><w:altName w:val="' in fonts


@pytest.mark.parametrize("which", ["city", "nation"])
def test_it_says_what_the_page_says(which: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(which).folder
    page, word = passages(folder / "bulletin.html"), passages(folder / "bulletin.docx")
    rows = [passage.cells for passage in page if passage.cells]
    assert sorted(rows) == sorted(passage.cells for passage in word if passage.cells)
    said = "".join(passage.text for passage in word)
    # What stands at the foot of the page stands at the head of every sheet.
    text = [passage.text for passage in page if not passage.cells and f"·{folder.name}·" not in passage.text]
    long = [words for words in text if len(words) > 40]
    assert len(long) >= 8
    # The heading of the page says what the first sentence does; a note's key and text are one paragraph here.
    assert [text for text in long if text not in said] == []


def test_charts_are_pictures_with_what_they_say(made: Document, city: Made) -> None:
    with zipfile.ZipFile(city.folder / "bulletin.docx") as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png")]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    shapes = made.inline_shapes
    assert len(shapes) >= len(pictures) >= 8
    told = [shape._inline.docPr.get("descr") for shape in shapes]
    assert all(told)
    assert any("折线图" in text for text in told)
    ids = [shape._inline.docPr.get("id") for shape in shapes]
    assert len(ids) == len(set(ids))


def test_bytes_repeat_and_the_day_is_that_of_the_data(small: Report, tmp_path: Path) -> None:
    written = _written(small, _own(), tmp_path)
    first = (tmp_path / "b.docx").read_bytes()
    _written(small, _own(), tmp_path)
    assert (tmp_path / "b.docx").read_bytes() == first
    day = written.core_properties.created
    assert day is not None
    assert day.replace(tzinfo=None) == dt.datetime(2024, 1, 20)
    assert written.core_properties.subject == ISSUE.name


def test_a_bureaus_own_template_takes_its_place(small: Report, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    before = document.template_hash(workspace)
    workspace.templates.mkdir()
    (workspace.templates / "bulletin.docx").write_bytes(_template(密级="示范市统计局文件　〔时期〕", 一页纸="（从略）"))
    assert document.template_hash(workspace) != before
    texts = [p.text for p in _written(small, document.template(workspace), tmp_path).paragraphs]
    assert texts[0] == "示范市统计局文件　2023年全年"
    assert texts[1] == "（从略）"
    assert "同比增长5.3%。<&>" in texts


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no archive", "不是 .docx 文件"),
        (_template(正文="正文在此"), "没有单独成段的〔正文〕"),
        (_template(密级="〔局长〕"), "不认识的字段：局长"),
    ],
)
def test_a_template_that_will_not_do_is_refused(data: bytes, said: str, small: Report, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        document.write(small, ISSUE, data, tmp_path / "b.docx")
    assert not (tmp_path / "b.docx").exists()


def test_a_template_without_its_styles_is_refused(small: Report, tmp_path: Path) -> None:
    given = docx.Document(io.BytesIO(_own()))
    given.styles["三线表"].delete()
    given.save(str(tmp_path / "t.docx"))
    with pytest.raises(InputError, match="缺少样式：三线表"):
        document.write(small, ISSUE, (tmp_path / "t.docx").read_bytes(), tmp_path / "b.docx")


def test_short_heads_and_cells_stay_on_one_line_beside_long_ones() -> None:
    heads = ("问题", "类型", "责任单位", "责任人", "期限", "已历", "逾期", "状态", "督办")
    cells = (
        "配套",
        "发展和改革委员会",
        "责任人12",
        "2023-11-22",
        Number(258, "", "", 0),
        None,
        "办结无佐证",
        "报包联领导",
    )
    label = "WT005 戊县工业互联网平台及标识解析二级节点项目：供电线路未接入"
    widths = document.widths(Table("T0", "样表", "", heads, (Row(label, cells),)))
    assert sum(widths) == 8844
    assert all(document.lines(text, width) == 1 for text, width in zip(heads, widths, strict=True))
    assert document.lines("配套", widths[1]) == 1
    # Where there is no room for all of them, what is wanted is shared.
    many = tuple("栏目名称" for _ in range(16))
    crowded = document.widths(Table("T0", "样表", "", many, (Row("甲", ("一二三四",) * 15),)))
    assert sum(crowded) == 8844
    assert min(crowded) > 0


def test_columns_fill_the_type_area() -> None:
    table = Table("T0", "样表", "", ("地区", "很长的栏目名称", "数"), (Row("甲区", (Number(1, "", "", 0), None)),))
    widths = document.widths(table)
    assert sum(widths) == 8844
    assert widths[1] > widths[2]
    assert [document.lines("字" * count, 10) for count in (0, 1, 10, 11, 21)] == [1, 1, 1, 2, 3]
    assert document.lines("a" * 18, 10) == 1  # a letter takes little more than half


def test_notes_stay_with_the_last_rows_of_their_table(small: Report, tmp_path: Path) -> None:
    section = small.sections[0]
    noted = replace(section.tables[0], rows=section.tables[0].rows * 30, notes=("一", "二"))
    written = _written(replace(small, sections=(replace(section, tables=(noted,)),)), _own(), tmp_path)
    rows = written.tables[-1].rows
    assert [p.text for p in rows[-1].cells[0].paragraphs] == ["注：一", "注：二"]
    keeps = [bool(row.cells[0].paragraphs[0]._p.xpath("./w:pPr/w:keepNext")) for row in rows]
    assert keeps[-4:] == [True, True, True, False]
    assert keeps[1:3] == [True, True]
    assert not any(keeps[3:-4])
    read = [passage for passage in passages(tmp_path / "b.docx") if "注：" in passage.text]
    assert [(passage.text, passage.cells) for passage in read] == [("注：一", ()), ("注：二", ())]
    one = replace(noted, notes=("一",))
    _written(replace(small, sections=(replace(section, tables=(one,)),)), _own(), tmp_path)
    assert [p.cells for p in passages(tmp_path / "b.docx") if p.text == "注：一"] == [()]


def test_panels_go_on_over_the_page_and_keep_their_note(made: Document) -> None:
    panels = next(t for t in made.tables if len(t.rows) > 1 and t._tbl.xpath(".//w:drawing"))
    off = [bool(row._tr.xpath('.//w:keepNext[@w:val="0"]')) for row in panels.rows]
    assert off == [True] * (len(off) - 1) + [False]


def test_pictures_are_drawn_for_print(city: Made) -> None:
    """Nothing is smaller than 9 points, and half a sheet has room for a chart with its title."""
    exhibit = exhibits.county_scatter(city.figures, Span("cumulative", "2023Q4"))
    assert exhibit is not None
    svg = exhibit.drawings[0].printed
    width, height = map(float, re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
    scale = 156 / width
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg)) * scale * 72 / 25.4 >= 9
    assert height * scale < 70


def test_the_leaders_page_is_short_enough_for_one_sheet(small: Report, tmp_path: Path) -> None:
    """Three problems and five exceptions of two lines each, in the lines of the template's own styles."""
    written = _written(small, _own(), tmp_path)
    styles = ("一页纸正文", "一页纸小标题", "一页纸标题", "表注")
    line, head, title, small_type = (written.styles[name].paragraph_format.line_spacing.pt for name in styles)  # type: ignore[attr-defined]
    body = 2 * line + 8 * (2 * line + 1) + 2 * (head + 7) + title
    # Secrecy and terms; key figures with four lines below each; what it rests on and the thresholds.
    assert body + 20 + 22 + (18 + 28 + 4 * 15) + 6 * small_type <= Mm(225).pt
