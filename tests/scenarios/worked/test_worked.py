"""Every indicator of the catalogue has a worked example that the release agrees with, and a page that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from indicators.catalogue import indicators
from tests.scenarios.worked.city import FOLDER
from tests.scenarios.worked.examples import Example, examples
from tests.scenarios.worked.pages import PAGES, pages

ROOT = PAGES.parents[2]


@pytest.mark.parametrize("example", examples(), ids=lambda example: "-".join(example.row.values())[:50])
def test_the_release_says_what_was_reckoned_by_hand(example: Example) -> None:
    assert example.released == pytest.approx(example.by_hand, rel=example.tolerance, abs=1e-12)


def test_every_indicator_has_an_example() -> None:
    assert {(example.entry.id, example.entry.definition_id) for example in examples()} == set(indicators())


def test_the_pages_are_as_the_catalogue_and_the_examples_make_them() -> None:
    made = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    assert made == pages(), "python -m tests.scenarios.worked.pages --write"


def test_every_indicator_names_its_place_on_a_page_and_a_page_on_its_method() -> None:
    for entry in indicators().values():
        path, anchor = entry.page.split("#")
        assert f'<a id="{anchor}"></a>' in (ROOT / path).read_text(encoding="utf-8")
        assert (ROOT / "docs" / "methods" / f"{entry.method}.md").exists(), entry.method


def test_every_table_of_the_city_is_used() -> None:
    used = {name for example in examples() for name in example.row["inputs"].split(";")}
    assert {path.stem for path in Path(FOLDER).glob("*.csv")} == used - {""}
