"""A week as Chromium prints it: one sheet of A4, full where there is more to tell than goes on it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.reports import weekly
from pipelines.reports.paper import edition, render
from pipelines.reports.periods import period
from pipelines.steps.ledgers import board
from pipelines.workspace import Workspace
from tests.pipelines.reports.conftest import TODAY

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# A sheet of A4 less the margins of page.css, in pixels of 1/96 inch.
WIDTH, HEIGHT = round(174 / 25.4 * 96), 259 / 25.4 * 96


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and CI must have it")
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = opened.new_page(viewport={"width": WIDTH, "height": 900})
        shown.emulate_media(media="print")
        yield shown
        opened.close()


@pytest.mark.parametrize(("week", "full"), [("2023-W01", True), ("2023-W43", False)])
def test_a_week_is_one_sheet_and_fills_it(week: str, full: bool, page: Any, home: Workspace, tmp_path: Path) -> None:
    about = period("weekly", week, home.city, {}, last=TODAY, today=TODAY)
    of = edition(about, about.until)
    said = weekly.weekly(board(home, about.until), about, home.city, of)
    path = tmp_path / "week.html"
    path.write_text(render(said, of), encoding="utf-8")
    page.goto(path.as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    used = page.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
    assert used < HEIGHT
    if full:
        assert used > 0.85 * HEIGHT, "names are left out though there is room"
