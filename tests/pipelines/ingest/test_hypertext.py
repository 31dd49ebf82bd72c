from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest import hypertext
from pipelines.ingest.faults import RefusalError
from pipelines.ingest.hypertext import tables
from pipelines.ingest.nbs import read_nbs
from pipelines.ingest.reading import read_file
from tests.pipelines.ingest.builders import EXPORT, INDUSTRY, NAME, Rows, firm


def page(rows: Rows, *, before: str = "", after: str = "") -> str:
    """Rows as a page that a site would offer as a workbook."""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\r\n" for row in rows)
    head = "<head><meta charset=gb2312><title>导出</title><style>td{color:red}</style></head>"
    return f"<html>{head}<body>{before}<table border=1>{body}</table>{after}</body></html>"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_an_export_that_is_a_page(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "季度数据.xls"
    path.write_bytes(page(EXPORT).encode(encoding))
    frame = read_nbs(path)
    assert len(frame) == 6
    assert frame["value"].tolist()[:2] == [300.5, 400.0]


def test_text_around_a_table_is_title_and_note(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    before = "<h2>规模以上工业企业财务状况</h2><p>计量单位：<b>千元</b></p>"
    path.write_text(page([*INDUSTRY, firm(1)], before=before, after="<p>注：初步数</p>尾"), encoding="utf-8")
    result = read_file(path, "industry", NAME)
    assert result.table["yuan_per_unit"].to_pylist() == [1000]
    assert result.table["revenue"].to_pylist() == ["1100"]
    assert [notice.code for notice in result.notices] == ["title", "title", "note", "note"]


def test_cells_that_span(tmp_path: Path) -> None:
    single = "".join(
        f"<th rowspan=2>{name}</th>" for name in ("统一社会信用代码", "单位详细名称", "行政区划代码", "行业代码")
    )
    twice = "<th colspan='2'>工业<br/>总产值</th><th colspan='2'>营业收入</th><th rowspan=2>平均用工人数</th>"
    sub = "<th>本年累计</th><th>上年同期</th>" * 2
    data = "".join(f"<td>&nbsp;{cell} </td>" for cell in firm(1))
    path = tmp_path / "a.xls"
    path.write_text(
        f"<table><caption>单位：千元</caption><tr>{single}{twice}<tr>{sub}<tr>{data}</table>", encoding="utf-8"
    )
    result = read_file(path, "industry", NAME)
    assert result.table["gross_output_base"].to_pylist() == ["1000.5"]
    assert result.table["staff"].to_pylist() == ["35"]


def test_how_cells_fall() -> None:
    text = (
        "<div>a</div><table><td>1<td rowspan=2>2<p>b</p><td colspan=x>3<tr><td>4<table><tr><td>in</td></tr></table>"
        "<td>5</table>b<script>if (1 < 2) {}</script><br>c"
    )
    first, second = tables(text)
    assert first.rows == [["a"], ["1", "2 b", "3"], ["4", "", "5"], ["b"], ["c"]]
    assert second.rows == [["in"]]
    assert first.merges == [((1, 1), (2, 1))]


def test_cells_that_cover_rows_further_down() -> None:
    rows = ["<td>a<td>b<td>c", "<td>d<td>e<td rowspan=3>f", "<td>g", "<td colspan=2 rowspan=2>h", "<td>i", "<td>j"]
    [grid] = tables("<table><tr>" + "<tr>".join(rows) + "</table>")
    assert grid.rows == [["a", "b", "c"], ["d", "e", "f"], ["g"], ["h", "", ""], ["", "", "i"], ["j"]]


@pytest.mark.parametrize("text", ["<html><p>无表</p>", "<html><![foo[x]]>", "<html></table></td></script><tr><td>x"])
def test_a_page_without_a_table(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.xls"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RefusalError) as caught:
        read_file(path, "account")
    assert caught.value.fault.code == "not_a_table"


def test_a_page_that_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("<td colspan=2048>" * 3, "<td colspan=999999><td>"):
        with pytest.raises(RefusalError) as caught:
            tables(f"<table><tr>{text}</table>")
        assert caught.value.fault.code == "extent"
    monkeypatch.setattr(hypertext, "MAX_CELLS", 1000)
    with pytest.raises(RefusalError) as caught:
        tables("<table><tr><td colspan=500 rowspan=99999>x" + "<tr>" * 5 + "</table>")
    assert caught.value.fault.code == "extent"


MARKUP = [
    "<table>", "</table>", "<tr>", "<td>", "<th rowspan=3>", "</td>", "<![if x", "<!--", "-->", "&#x110000;", "指标",
    "2023年", "<p>", "</p>", "<script>", "</script>", "<td colspan=-1>", "<br/>", "<title/>", "<", "1",
]  # fmt: skip


@given(st.lists(st.sampled_from(MARKUP), max_size=30))
def test_any_page_is_read_or_refused(parts: list[str]) -> None:
    with contextlib.suppress(RefusalError):
        assert tables("".join(parts))
