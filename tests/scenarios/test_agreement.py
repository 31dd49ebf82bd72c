"""Methods against numbers that somebody else made, and pages that say how close they come."""

import pytest

from tests.scenarios.agreement import HERE, agree, checks, families, printed, table

CASES = [(family, name) for family in families() for name in sorted(checks(family))]


@pytest.mark.parametrize(("family", "name"), CASES)
def test_a_case_holds_within_its_tolerance(family: str, name: str) -> None:
    found = agree(family, name)
    assert found.holds, f"{found.case.name}: {found.largest:.3g} > {found.case.settings['tolerance']:.3g}"


@pytest.mark.parametrize("family", families())
def test_no_case_lies_unused(family: str) -> None:
    assert {path.parent.name for path in (HERE / family).glob("*/case.toml")} == set(checks(family))


@pytest.mark.parametrize("family", families())
def test_the_page_shows_what_a_run_gives(family: str) -> None:
    assert printed(family) == table(family)
