"""Every case agrees within its tolerance, and the pages on methods say how closely."""

from pathlib import Path

import pytest

from tests.scenarios.agreement import PAGES, Case, Compared, cases, comparisons, families, renewed

CASES = [case for family in families() for case in cases(family)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}/{case.folder.name}")
def test_case_agrees(case: Case) -> None:
    assert {"title", "source", "method"} <= set(case.settings)
    found = comparisons(case)
    assert found
    assert not {line.what: line.difference for line in found if not line.difference <= line.tolerance}


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_pages_show_the_agreement_as_it_is(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert renewed(text) == text, "python -m tests.scenarios.agreement --write"


def test_every_family_is_on_a_page() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.md"))
    asked = {name for line in pages.splitlines() if line.startswith("<!-- agreement:") for name in line.split()[2:-1]}
    assert set(families()) == asked


def test_a_number_that_is_missing_never_agrees() -> None:
    assert Compared("", [1.0], [1.0, 2.0], 1).difference == float("inf")
    assert Compared("", [float("nan")], [1.0], 1).difference == float("inf")
    assert Compared("", [], [], 1).difference == float("inf")
    assert Compared("", [11.0], [10.0], 1, relative=True).difference == pytest.approx(0.1)
