"""The bulletin in a real browser: no error, no request, nothing wider than a phone, tables and print at hand."""

from __future__ import annotations

import codecs
import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.release import explorer, read
from pipelines.release.display import shown
from pipelines.release.figures import Span
from tests.pipelines.release.conftest import Made
from tests.pipelines.release.test_report import ISSUE

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and CI must have it")
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def both(city: Made, nation: Made) -> tuple[Made, Made]:
    return city, nation


def _open(browser: Any, path: Path, width: int) -> tuple[Any, list[str]]:
    faults: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda r: faults.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    page.goto(path.as_uri())
    return page, faults


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["bulletin.html", "dictionary.html", "explorer.html"])
def test_page(browser: Any, both: tuple[Made, Made], name: str, width: int, tmp_path: Path) -> None:
    for made in both:
        page, faults = _open(browser, made.folder / name, width)
        for details in page.locator("details").all():
            if details.is_visible() and details.get_attribute("open") is None:
                details.locator("> summary").press("Enter")
        assert page.evaluate("[...document.querySelectorAll('details')].every(d => d.open || d.hidden)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # The glyphs inside the page load under its own policy, wherever no Chinese font is installed.
        assert page.evaluate("document.fonts.load('16px \"Shuce Sans SC\"', '内部').then(found => found.length)") == 1
        shot = tmp_path / "page.png"
        page.screenshot(path=str(shot), full_page=True)
        assert shot.stat().st_size > 50_000
        assert faults == []
        page.close()


def test_phone_gets_the_narrow_charts(browser: Any, city: Made) -> None:
    for width, seen in ((390, ".narrow"), (1280, ".wide")):
        page, _ = _open(browser, city.folder / "bulletin.html", width)
        visible = page.locator(f"{seen} svg").first
        assert visible.is_visible()
        assert page.locator(f"{'.wide' if seen == '.narrow' else '.narrow'} svg").first.is_hidden()
        page.close()


def test_a_phone_shows_the_present_figures_of_the_overview(browser: Any, city: Made) -> None:
    page, _ = _open(browser, city.folder / "bulletin.html", 390)
    table = page.locator("table", has=page.locator("caption .name", has_text="总表"))
    assert table.locator("thead th").nth(3).inner_text() == "本期"
    for cell in table.locator("tbody td:nth-child(4)").all():
        box = cell.bounding_box()
        assert box["x"] + box["width"] <= 390
    page.close()


def test_print_shows_the_tables(browser: Any, city: Made, tmp_path: Path) -> None:
    page, faults = _open(browser, city.folder / "bulletin.html", 1280)
    page.pdf(path=str(tmp_path / "bulletin.pdf"), prefer_css_page_size=True)
    page.emulate_media(media="print")
    assert page.locator("details table").first.is_visible()
    assert faults == []
    assert (tmp_path / "bulletin.pdf").stat().st_size > 100_000


def test_a_number_opens_where_it_comes_from(browser: Any, city: Made) -> None:
    page, faults = _open(browser, city.folder / "bulletin.html", 1280)
    number, sheet = page.locator("main p data").first, page.locator("#cited")
    number.click()
    said = sheet.inner_text()
    for text in ("核心产业增加值（监测测算）", "92.3亿元", "现价", "初步", "Σ 总产出×增加值率", "血缘号"):
        assert text in said
    page.keyboard.press("Escape")
    assert sheet.is_hidden()

    # By keyboard: the number itself, then into the sheet and back; in a table the arrows go on.
    number.focus()
    page.keyboard.press("Enter")
    assert sheet.is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("explorer.html#i=core_value_added")
    page.keyboard.press("Escape")
    assert sheet.is_hidden()
    assert number.evaluate("e => e === document.activeElement")
    page.locator("td data").first.evaluate("e => { e.closest('details')?.setAttribute('open', ''); e.focus(); }")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert sheet.is_visible()
    page.mouse.click(5, 5)
    assert sheet.is_hidden()

    mark = page.locator("svg:visible [data-o]").first
    mark.click()
    assert "2021" in sheet.inner_text()
    # A difference names both of the numbers that it follows from.
    page.keyboard.press("Escape")
    page.locator(".keys data[value*=' ']").first.click()
    assert "由以下2个数值得出" in sheet.inner_text()
    assert faults == []
    page.close()


def _csv(page: Any) -> pd.DataFrame:
    with page.expect_download() as got:
        page.locator("#download").click()
    data = Path(got.value.path()).read_bytes()
    assert data.startswith(codecs.BOM_UTF8)
    return pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8-sig")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_explorer_shows_and_hands_out_what_is_picked(browser: Any, city: Made, width: int) -> None:
    page, faults = _open(browser, city.folder / "explorer.html", width)
    held = read.query(city.workspace, "SELECT * FROM observation", city.folder)
    observed = pd.DataFrame(held.rows, columns=list(held.columns))
    assert len(observed) > 2000
    assert "核心产业增加值（监测测算）：2023年全年示范市92.3亿元" in page.locator("#title").inner_text()
    assert page.locator("#chart circle").count() == page.locator("#table tbody tr").count() == 12

    page.locator("#indicator").select_option("core_growth.rate_method")
    for name in ("region", "class"):
        page.locator(f"details:has(#{name})").evaluate("e => { e.open = true; }")
    for word in ("01", "03"):
        page.locator(f"#class input[value='{word}']").check()
    page.locator("#from").select_option("2022Q2")
    assert page.locator("#chart circle").count() == 3 * page.locator("#table tbody tr").count() == 21
    assert "可比价" in page.locator("#measure").inner_text()
    assert "同口径" in page.locator("#definition").inner_text()

    # The page rounds and marks as every other product does.
    cells = [row.split("\t")[1:] for row in page.locator("#table tbody").inner_text().splitlines()]
    spans = city.figures.periods("core_growth", "rate_method", "cumulative", cls="core")[-7:]
    found = [[city.figures.growth(span, cls=cls) for cls in ("core", "01", "03")] for span in spans]
    assert cells == [[s.text + s.mark for s in map(shown, row)] for row in found]

    got = _csv(page)
    wanted = observed[
        (observed["indicator"] == "core_growth") & (observed["span"] == "cumulative") & (observed["region"] == "419900")
        & observed["class"].isin(["core", "01", "03"]) & (observed["period"] >= "2022Q2")
    ]  # fmt: skip
    keys = ["period", "class"]
    one, other = (frame.sort_values(keys, ignore_index=True) for frame in (got, wanted))
    assert one["value"].astype(float).tolist() == other["value"].tolist()
    for name in ("indicator", "definition_id", *keys, "unit", "price_basis", "base", "vintage", "status", "authority"):
        assert one[name].tolist() == other[name].tolist()
    assert set(got["as_of"]) == {"2024-01-20"}
    assert set(got["release"]) == {city.folder.name}

    # The address brings a colleague to the same view; one that knows nothing of it falls back to what is there.
    address, title = page.url, page.locator("#title").inner_text()
    other_page, more = _open(browser, city.folder / "explorer.html", width)
    other_page.goto(address)
    other_page.reload()
    assert other_page.locator("#title").inner_text() == title
    assert other_page.locator("#class input:checked").count() == 3
    other_page.evaluate("location.hash = '#i=nothing.there&r=x&c=y'")
    other_page.wait_for_function("document.getElementById('title').textContent.includes('92.3')")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults == more == []
    page.close()
    other_page.close()


def test_the_explorer_opens_with_the_first_figure_of_the_catalogue(city: Made) -> None:
    backwards = replace(city.figures, _found=dict(reversed(city.figures._found.items())))
    offered = [word[:2] for word in explorer.contents(backwards)["words"]["indicator"]]
    assert offered[0] == ("core_value_added", "rate_method")
    assert offered == [key for key in city.figures.catalogue if key in set(offered)]


def test_the_explorer_withholds(browser: Any, city: Made, tmp_path: Path) -> None:
    key = ("core_value_added", "rate_method", Span("cumulative", "2023Q2"), "419901", "01")
    secret = 987_654_321_012.0
    held = [replace(figure, value=secret, status="C") for figure in city.figures._found[key]]
    figures = replace(city.figures, _found={**city.figures._found, key: held})
    path = tmp_path / "explorer.html"
    path.write_text(explorer.render(figures, ISSUE), encoding="utf-8")
    page, faults = _open(browser, path, 1280)
    page.goto(f"{path.as_uri()}#i=core_value_added.rate_method&r=419901&c=01")
    page.reload()
    cell = page.locator("#table tr", has_text="2023年上半年").locator("td.number")
    assert cell.inner_text() == "※"
    assert page.locator("#chart text", has_text="※").count() == 1
    assert page.locator("#chart circle").count() == 11
    assert "统计法" in page.locator("#legal").inner_text()
    got = _csv(page).set_index("period")
    assert got.loc["2023Q2", ["value", "status"]].tolist() == ["※", "C"]
    # Nothing in the file says what is withheld.
    assert "987654321012" not in path.read_text(encoding="utf-8")
    page.emulate_media(media="print")
    assert page.locator("#chart svg").is_visible()
    assert page.locator("#pick").is_hidden()
    assert faults == []
    page.close()
