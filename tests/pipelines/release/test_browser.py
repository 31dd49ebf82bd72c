"""The bulletin in a real browser: no error, no request, nothing wider than a phone, tables and print at hand."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.release.conftest import Made

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
@pytest.mark.parametrize("name", ["bulletin.html", "dictionary.html"])
def test_page(browser: Any, both: tuple[Made, Made], name: str, width: int, tmp_path: Path) -> None:
    for made in both:
        page, faults = _open(browser, made.folder / name, width)
        for summary in page.locator("summary").all():
            summary.press("Enter")
        assert page.evaluate("[...document.querySelectorAll('details')].every(d => d.open)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # The glyphs inside the page load under its own policy, wherever no Chinese font is installed.
        assert page.evaluate("document.fonts.load('16px \"Shuce Sans SC\"', '内部').then(found => found.length)") == 1
        shot = tmp_path / "page.png"
        page.screenshot(path=str(shot), full_page=True)
        assert shot.stat().st_size > 50_000
        assert faults == []
        page.close()


def test_phone_gets_the_narrow_charts(browser: Any, city: Made) -> None:
    for width, shown in ((390, ".narrow"), (1280, ".wide")):
        page, _ = _open(browser, city.folder / "bulletin.html", width)
        visible = page.locator(f"{shown} svg").first
        assert visible.is_visible()
        assert page.locator(f"{'.wide' if shown == '.narrow' else '.narrow'} svg").first.is_hidden()
        page.close()


def test_print_shows_the_tables(browser: Any, city: Made, tmp_path: Path) -> None:
    page, faults = _open(browser, city.folder / "bulletin.html", 1280)
    page.pdf(path=str(tmp_path / "bulletin.pdf"), prefer_css_page_size=True)
    page.emulate_media(media="print")
    assert page.locator("details table").first.is_visible()
    assert faults == []
    assert (tmp_path / "bulletin.pdf").stat().st_size > 100_000
