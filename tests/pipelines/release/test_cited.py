"""Every number of the bulletin is linked, and each link leads to a cell of the release that says what is shown."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from classification.errors import InputError
from pipelines.release import bulletin, charts, cited, read
from pipelines.release.cited import Said, cite, cite_whole
from pipelines.release.display import shown
from pipelines.release.figures import CORE, Figure, Number, Origin, Span, count
from tests.pipelines.release.conftest import Made

# What stands in digits and measures nothing: periods and days, codes and names, names of forms and levels, the terms of
# a method (its 95 per cent, its ten points, its base year), the heads of this list's own words.
NO_FIGURE = re.compile(
    r"""\d{4}(?:Q\d)?_\d{4}-\d\d-\d\d_(?:flash_|L\d_)?[0-9a-f]+|\d{4}-\d\d-\d\d|\d{4}Q\d|\d{4}年(?:\d+月(?:\d+日)?|价格|=100)?
    |1—(?:2|5|8|11)月|01—04大类|05大类|L\d|[BF]\d{3}|JG01|5G|10G-PON|GB/T\ 4754—2017
    |[（、]\d{4}(?=[、）])|(?:^|、)\d{4}(?=、|$)|^\d\d(?:\d\d)?\ |不足[13]家|T\d+
    |95%，按来源±2至±20个百分点|（95%）|[低高]10个百分点|不低于0、不高于1|之和不超过1|推算0家(?!\S)
    |修约到[\d.、或]+个百分点|(?:足|约)[\d.]+个?(?=百分点)""",
    re.VERBOSE,
)
RUNNING = re.compile(r"<(p|dd|td|h1|h3)\b[^>]*>(.*?)</\1>", re.DOTALL)
DATA = re.compile(r'<data value="([\d ]+)">([^<]*)</data>')
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def _page(folder: Path) -> tuple[str, dict[str, Any]]:
    page = (folder / "bulletin.html").read_text(encoding="utf-8")
    body, data = page.split('<script type="application/json" id="data">')
    return body.split("<body>")[1], json.loads(data.split("</script>")[0])


def words_of(folder: Path) -> str:
    """What the bulletin says, without its tags."""
    return unescape(re.sub(r"<[^>]*>", "", _page(folder)[0]))


@pytest.fixture(params=["city", "nation"])
def made(request: pytest.FixtureRequest) -> Made:
    found: Made = request.getfixturevalue(request.param)
    return found


def test_every_number_in_text_and_tables_is_linked(made: Made) -> None:
    all_linked(made.folder)


def all_linked(folder: Path, *, note: str = "") -> None:
    """Fails on a number outside a link; what a city's settings note in words is its own affair."""
    body, _ = _page(folder)
    text = re.sub(r"<svg.*?</svg>", "", body.replace(note, ""), flags=re.DOTALL)
    assert len(DATA.findall(text)) > 20
    for _, inner in RUNNING.findall(DATA.sub("◆", text)):
        said = unescape(re.sub(r"<[^>]*>", "", inner))
        assert not re.search(r"\d", NO_FIGURE.sub("", said)), said


def test_a_number_that_is_not_linked_is_found(city: Made) -> None:
    assert re.search(r"\d", NO_FIGURE.sub("", "2023年全年增加值92.3亿元"))
    assert not re.search(r"\d", NO_FIGURE.sub("", "2023年全年增加值◆亿元（95%），L2，2024-01-20"))


def test_links_lead_to_the_observation_shown(made: Made) -> None:
    body, data = _page(made.folder)
    texts = [[data["words"][word] for word in cell] for cell in data["cells"]]
    alone = 0
    for places, text in DATA.findall(body):
        said = [texts[int(place)] for place in places.split()]
        assert said
        if len(said) == 1 and len(said[0]) > 4 and (number := NUMBER.search(text)) and not _is_rank(text, said[0]):
            alone += 1
            assert number[0] == (NUMBER.search(said[0][1]) or [""])[0], (text, said[0])
    assert alone > 15
    for lineage, *_ in ([cell[-2] if len(cell) > 4 else cell[-1]] for cell in texts):
        assert re.fullmatch(r"[0-9a-f]{10}", lineage)


def _is_rank(text: str, cell: list[str]) -> bool:
    # A rank follows from the figure that it ranks; it is a whole number in a column of whole numbers.
    return bool(re.fullmatch(r"\d{1,2}", text)) and not re.fullmatch(r"\d+\D*", cell[1])


def test_every_mark_of_a_chart_is_linked(city: Made) -> None:
    body, data = _page(city.folder)
    drawn = re.findall(r"<svg.*?</svg>", body, re.DOTALL)
    marks = [svg.count("data-o=") for svg in drawn]
    assert marks[0] == 24  # twelve quarters of the core and of GDP
    assert all(marks)
    places = {int(p) for said in re.findall(r'data-o="([\d ]+)"', body) for p in said.split()}
    assert max(places) < len(data["cells"])
    assert not re.search(r"[\ue000-\ue004]", body)


def test_the_lineage_is_that_of_the_database(city: Made) -> None:
    figure = city.figures.get("core_value_added", "rate_method", Span("cumulative", "2023Q4"), cls=CORE)
    assert figure is not None
    question = (
        f"SELECT indicator, period, class, value FROM v_observation WHERE lineage = '{figure.origins[0].lineage}'"
    )
    assert read.query(city.workspace, question, city.folder).rows == [
        ("core_value_added", "2023Q4", "core", figure.value)
    ]


def test_a_text_is_plain_to_all_but_a_page() -> None:
    figure = Figure(0.053, "比率", "%", 1, indicator="core_growth", period="2023Q4")
    text = Said(f"增速{cite('同比增长5.3%', figure)}。")
    assert text == "增速同比增长5.3%。"
    assert f"{text}" == "增速同比增长5.3%。"
    html, origins = cited.link(text.marked)
    assert html == '增速同比增长<data value="0">5.3</data>%。'
    assert origins == list(figure.origins)
    assert cite("与上年同期持平", figure).endswith(cite_whole("与上年同期持平", figure))
    assert cite("5", Number(5, "", "", 0)) == "5"
    both = cite_whole("9", count(9, *figure.origins), count(9, Origin("coverage", "due", ("2023Q4", "all"))))
    assert cited.link(both)[0] == '<data value="0 1">9</data>'


def test_an_observation_that_is_not_there_is_refused(city: Made) -> None:
    figure = city.figures.get("core_value_added", "rate_method", Span("cumulative", "2023Q4"), cls=CORE)
    assert figure is not None
    elsewhere = replace(figure, vintage="census")
    with pytest.raises(InputError, match="不在发布之中"):
        cited.table(city.figures, elsewhere.origins)


def test_tables_show_what_they_link(city: Made) -> None:
    for section in bulletin.sections(city.figures):
        for figure in (figure for table in section.tables for figure in table.figures):
            assert city.figures.at(figure.origins[0]) == figure
            assert cited.cell(figure).endswith(f"{shown(figure).text}{chr(0xE002)}") or not shown(figure).text


def test_the_charts_know_how_a_mark_begins() -> None:
    assert cite_whole("5", count(5, Origin("coverage", "due", ("2023Q4", "all")))).startswith(charts.MARKED)


def test_the_leaders_page_is_linked_and_word_sees_no_mark(city: Made) -> None:
    page = (city.folder / "leaders.html").read_text(encoding="utf-8")
    listed = re.findall(r"<li>(.*?)</li>", page, re.DOTALL)
    keys = re.search(r'<dl class="keys">(.*?)</dl>', page, re.DOTALL)
    assert keys is not None
    assert all("<data value=" in text for text in (*listed, keys[1], page.split("<h1>")[1].split("</h1>")[0]))
    with zipfile.ZipFile(city.folder / "bulletin.docx") as archive:
        document = archive.read("word/document.xml").decode()
    assert "92.3" in document
    for text in (page, document):
        assert not re.search(r"[\ue000-\ue004]", text)
