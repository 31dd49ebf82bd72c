"""Bulletin and charts: self-contained, escaped, accessible, the same bytes again; colours for every eye."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import re
from dataclasses import replace

import pytest
from fontTools.ttLib import TTFont

from pipelines.release import bulletin, charts, typeface
from tests.pipelines.release.conftest import Made
from tests.pipelines.release.test_report import ISSUE

# Dichromatic vision, linear RGB (Machado, Oliveira, Fernandes 2009, severity 1).
EYES = {
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
}


def _page(made: Made) -> str:
    return (made.folder / "bulletin.html").read_text(encoding="utf-8")


def test_bulletin_is_self_contained(city: Made, nation: Made) -> None:
    for made in (city, nation):
        page = _page(made)
        assert len(page.encode()) < 3_000_000
        assert "default-src 'none'" in page
        _, code = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}';" in page
        addresses = set(re.findall(r"""(?:src|href)=["']([^"'#][^"']*)""", page)) | set(
            re.findall(r"url\(([^)]*)\)", page)
        )
        assert all(re.match(r"""["']?(data:|#)""", address) for address in addresses)
        assert not re.search(r'\sstyle="', page)


def test_bulletin_says_what_it_is(city: Made, nation: Made) -> None:
    page = _page(city)
    assert "内部" in page
    assert "合成数据" in page
    assert city.folder.name in page
    assert re.findall(r"<h2[^>]*>([^<]*)", page) == [
        "一、总体", "二、分大类", "三、分县（市、区）", "四、产业数字化", "五、基础设施与部门监测",
        "六、产业链", "七、系数敏感性", "八、五张清单", "九、报表覆盖与推算", "附注", "引用与出处",
    ]  # fmt: skip
    assert page.count("<svg") == page.count('role="img" aria-label="')
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "合成数据" not in _page(nation)
    assert "跨版次（仅供对照）" in _page(nation)


def test_every_number_in_the_text_is_in_a_table(city: Made) -> None:
    sections = bulletin.sections(city.figures)
    shown = {cell for section in sections for t in section.tables for cell in _texts(t)}
    shown |= {cell for s in sections for e in s.exhibits if e.table for cell in _texts(e.table)}
    for section in sections[1:]:
        for number in re.findall(r"\d+\.\d", "".join(section.texts)):
            assert number in shown or f"−{number}" in shown, (section.title, number)


def _texts(table: object) -> set[str]:
    from pipelines.release.display import shown

    return {shown(cell).text for row in table.rows for cell in row.cells}  # type: ignore[attr-defined]


def test_hostile_names_are_escaped(city: Made) -> None:
    settings = city.figures.city.model_copy(update={"name": '<img src=x onerror="alert(1)">', "note": "</style>"})
    page = bulletin.render(bulletin.report(replace(city.figures, city=settings), ISSUE), ISSUE)
    assert "<img" not in page
    assert page.count("</style>") == 1
    assert page.count("</script>") == 2


def test_page_repeats(city: Made) -> None:
    first, second = (bulletin.render(bulletin.report(city.figures, ISSUE), ISSUE) for _ in range(2))
    assert first == second


def test_hundreds_of_quarters_show_the_last_twelve(city: Made) -> None:
    from pipelines.release.exhibits import growth_lines

    exhibit = growth_lines(city.figures)
    assert exhibit is not None
    assert exhibit.drawings[0].wide.count("季</text>") + exhibit.drawings[0].wide.count("季</tspan>") == 12


def test_font_covers_the_pages_and_keeps_only_what_is_used(city: Made) -> None:
    text = re.sub(r"<style>.*?</style>|<[^>]*>", "", _page(city), flags=re.DOTALL)
    data = typeface.woff("ShuceSansSC-Regular.otf", text)
    assert data == typeface.woff("ShuceSansSC-Regular.otf", text[::-1])
    glyphs = set(TTFont(io.BytesIO(data)).getBestCmap())
    # Greek and small letters of formulas are in every system's fonts, and not in the Chinese one.
    assert {c for c in text if c.isprintable() and ord(c) not in glyphs} <= set("Πᵢⱼ")
    assert len(glyphs) < 1500
    assert typeface.woff("ShuceSansSC-Bold.otf", "内\U0002a6d6")


def _linear(colour: str) -> tuple[float, ...]:
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)


def _lightness(linear: tuple[float, ...]) -> float:
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * max(luminance, 0.0089) ** (1 / 3) - 16


@pytest.mark.parametrize("eye", [None, *EYES])
def test_four_hues_differ_in_lightness_for_every_eye(eye: str | None) -> None:
    seen = [_linear(colour) for colour in charts.HUES.values()]
    if eye:
        seen = [tuple(sum(m * c for m, c in zip(row, colour, strict=True)) for row in EYES[eye]) for colour in seen]
    for one, other in itertools.combinations([_lightness(colour) for colour in seen], 2):
        assert abs(one - other) > 8


def test_labels_are_moved_apart() -> None:
    assert charts._spread([5.0, 5.1, 1.0], 1.0) == pytest.approx([4.55, 5.55, 1.0])
    assert charts._middles([4.0, -2.0, 2.0]) == [2.0, -1.0, 5.0]


@pytest.mark.parametrize("width", ["wide", "narrow", "printed"])
def test_names_of_thin_parts_do_not_touch(width: str) -> None:
    """Also where dots above the bars make the axis longer than the bars are."""
    names = {"01": "甲", "02": "乙", "03": "丙", "04": "丁"}
    records = [
        {"period": p, "cls": c, "value": v} for p, v in (("2023Q1", 5.0), ("2023Q2", 0.2)) for c in names
    ]  # fmt: skip
    totals = [{"period": p, "value": 41.0, "label": ""} for p in ("2023Q1", "2023Q2")]
    svg = getattr(charts.drawing("x", "", charts.stacked(records, names, totals)), width)
    size = max(float(n) for n in re.findall(r'font-size="([\d.]+)px"', svg))
    heights = [
        float(re.search(rf'translate\([\d.−-]+,([\d.−-]+)\)"[^>]*>{name}</text>', svg)[1])  # type: ignore[index]
        for name in names.values()
    ]
    assert all(lower - upper >= size * 1.1 for lower, upper in itertools.pairwise(heights))


def test_negative_parts_and_values_are_drawn() -> None:
    records = [
        {"period": p, "cls": c, "value": v} for p in ("2023Q1", "2023Q2") for c, v in (("01", 2.0), ("02", -1.0))
    ]
    svg = charts.drawing("x", 'a "quoted" <text>', charts.stacked(records, {"01": "一", "02": "二"})).wide
    assert 'aria-label="a &quot;quoted&quot; &lt;text>"' in svg
    bars = [
        {"name": "甲", "value": 1.0, "label": "1", "colour": "#000000"},
        {"name": "乙", "value": -1.0, "label": "−1", "colour": "#000000"},
    ]
    assert "−1" in charts.drawing("y", "", charts.ranked(bars), panel=True).wide
