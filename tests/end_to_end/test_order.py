"""Cells are the same bytes in whatever order the quarters are run, one by one or as one back-fill.

In order, by the steps alone: test_by_hand, against a back-fill of the command line that was killed and run again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.running import fresh, hashes, intake, share

pytestmark = pytest.mark.city
# Of both, files came after the release; the later one looks at returns of the year before.
LATE_FIRST = ("2021Q3", "2021Q1")


def of_these(made: dict[str, str]) -> set[str]:
    return {name for name in made if Path(name).stem in {*LATE_FIRST, "all", "reference"}}


def test_one_by_one_in_any_order_through_dagster(written_city: Path, ran_city: Path, tmp_path: Path) -> None:
    home = fresh(written_city, tmp_path / "home")
    share(ran_city, home, "c*_ledger*")  # of no quarter; their own order is looked at in tests/pipelines/ledgers
    share(ran_city, home, "core_dispatch")
    for quarter in LATE_FIRST:
        intake(home, quarter, quarter)
    made, filled_back = hashes(home), hashes(ran_city)
    assert of_these(made) == of_these(filled_back)
    assert made.items() <= filled_back.items()
