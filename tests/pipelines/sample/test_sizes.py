"""A city of any size: its accounts hold its firms, and what happens to single units happens to units that are there."""

from __future__ import annotations

import pytest

from pipelines.sample import build
from pipelines.sample.accounts import Accounts
from pipelines.sample.city import QUARTERS, SMALLEST
from pipelines.sample.economy import Units, units
from pipelines.sample.events import mergers, recodes, settled
from pipelines.sample.planted import plans
from pipelines.sample.profile import EVER_SEEN

SIZES = range(SMALLEST, 321, 20)


def _drawn(firms: int) -> Units:
    return units(round(firms * EVER_SEEN))


# Sizes at which firms that count in part, or have left since, outgrow industry or construction.
@pytest.mark.parametrize("firms", [SMALLEST, 114, 133, 242])
def test_accounts_hold_their_firms(firms: int) -> None:
    accounts = Accounts(build(firms=firms)[0])
    for quarter in QUARTERS:
        for first in (False, True):
            divisions = accounts.by_division(quarter, first=first)
            assert (divisions >= accounts.firms[quarter.year, quarter.number] - 1).all()


# Of 190 firms a merger ends the one that a core firm's error was meant for.
@pytest.mark.parametrize("firms", [*SIZES, 190])
def test_who_errs_has_not_been_merged_before(firms: int) -> None:
    drawn = _drawn(firms)
    ended = {merger.absorbed: str(merger.quarter) for merger in mergers(drawn)}
    assert [plan.id for plan in plans() if ended.get(plan.place(drawn), "9999Q4") <= plan.quarter] == []


def test_a_merger_has_two_units() -> None:
    # Of 520 firms seven are settled core services, and both ranks count to the same one.
    drawn = _drawn(520)
    assert len(settled(drawn, "service", core=True)) == 7
    assert all(merger.heir != merger.absorbed for merger in mergers(drawn))


# Of 120 firms the one recoded in 2023Q1 is merged in 2023Q2, of 226 the one of 2022Q1 was merged then.
@pytest.mark.parametrize("firms", [120, 226])
def test_a_recode_across_the_border_is_listed_where_it_is(firms: int) -> None:
    drawn = _drawn(firms)
    recoded = {(change.place, str(change.quarter)) for change in recodes(drawn) if change.klass is not None}
    assert {(plan.place(drawn), plan.quarter) for plan in plans() if plan.kind == "as_it_is"} <= recoded
