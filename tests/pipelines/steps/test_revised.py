"""Why a figure changed: each cause moves its own row alone, and all of them sum to the displayed change."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from classification.errors import InputError, NotKnownError
from indicators.quarter import Quarter
from indicators.revision_steps import FEW, ROUNDING, states, steps
from pipelines.lake import Lake
from pipelines.steps import replayed, revised
from pipelines.steps.observed import known_cells
from pipelines.steps.replayed import Between, replayed_cells
from pipelines.steps.revised import core_figures, folded, split_between, triangle
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import make_quarter, make_reference
from tests.pipelines.steps import revised_city
from tests.pipelines.steps.revised_city import DAYS, QUARTER, START

PERIOD = Quarter.parse(QUARTER)
LAST = DAYS["coefficients"]
YI = 1e8


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = revised_city.write(tmp_path_factory.mktemp("revised") / "home")
    make_reference(home)
    make_quarter(home, QUARTER)
    return Workspace(home)


def effects(place: Workspace, days: Between, **cell: str) -> pd.DataFrame:
    rows = pd.DataFrame(split_between(place, PERIOD, days))
    wanted = {"definition_id": "rate_method", "indicator": "core_value_added"} | cell
    wanted = {"region": by_hand.CITY, "class": "core"} | wanted
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    return rows.set_index("cause")


def test_the_worked_example(place: Workspace) -> None:
    found = effects(place, Between(START, LAST))
    assert (found["effect"] / YI).round(6).to_dict() == {
        "revised": 1.0,  # output of 4 亿 more at 25 %
        "late": 0.6,
        "units": 0.3,
        "recoded": -1.2,  # computers of 2.0 亿 are cables, of which 40 % are digital
        "rates": 0.476,  # 47.6 亿 of computers at 26 % instead of 25 %
        "coefficients": 0.7,  # cables of 7 亿 at 50 % instead of 40 %
        "below": 0,
        "benchmark": 0,
        "rounding": 0.024,  # 16.52 was shown as 16.5, 18.396 is shown as 18.4
    }
    assert (found["previous_value"].iloc[0], found["value"].iloc[0]) == (16.5e8, 18.4e8)
    assert found["effect"].sum() == found["value"].iloc[0] - found["previous_value"].iloc[0]


def test_every_row_sums_to_its_displayed_change(place: Workspace) -> None:
    rows = pd.DataFrame(split_between(place, PERIOD, Between(START, LAST)))
    cells = rows.groupby(["indicator", "price_basis", "region", "class"])
    assert set(cells.groups) >= {
        ("core_growth", "constant", by_hand.CITY, "core"),
        ("core_value_added", "current", by_hand.CITY, "01"),
        ("core_value_added", "current", by_hand.COUNTY, "core"),
    }
    for (name, *_), cell in cells:
        change = cell["value"].iloc[0] - cell["previous_value"].iloc[0]
        exact = 0 if name == "core_value_added" else 1e-15
        assert abs(cell["effect"].sum() - change) <= exact
        assert cell["step"].tolist() == [step.number for step in steps()]
    # The only county is the city: each of its rows is the city's.
    by_place = rows[rows["class"] == "core"].groupby("region")["effect"].apply(list)
    assert by_place[by_hand.CITY] == by_place[by_hand.COUNTY]


@pytest.mark.parametrize(("before", "what"), list(pairwise(["start", *revised_city.LEARNT])))
def test_each_cause_alone_moves_its_own_row(place: Workspace, before: str, what: str) -> None:
    days = Between(DAYS.get(before, START), DAYS[what])
    cause = "rates" if what == "prices" else what
    name = {"indicator": "core_growth", "price_basis": "constant"} if what == "prices" else {}
    moved = effects(place, days, **name)["effect"].drop(ROUNDING)
    assert moved[moved != 0].index.tolist() == [cause]
    if what == "prices":
        assert (effects(place, days)["effect"] == 0).all()


def test_a_coefficient_that_moves_few_units_is_told_with_what_else_few_moved(place: Workspace) -> None:
    """Two makers have cables: the effect of their coefficient would be theirs, that of a rate of four is not."""
    whole = {"indicator": "core_value_added", "region": by_hand.CITY, "class": "core"}
    rows = [row for row in split_between(place, PERIOD, Between(START, LAST)) if whole.items() <= row.items()]
    resting = {row["cause"]: row["units"] for row in rows}
    assert (resting["coefficients"], resting["rates"], resting["below"]) == (2, 3, None)
    told = {row["cause"]: row["effect"] for row in folded(rows)}
    assert not {"coefficients", "revised", "late"} & set(told)
    assert told["rates"] == pytest.approx(0.476e8)
    assert told[FEW] == pytest.approx((1.0 + 0.6 + 0.3 - 1.2 + 0.7) * 1e8)


def test_the_first_and_the_last_state_are_what_the_lake_holds(place: Workspace) -> None:
    lake = Lake(place.lake)
    found = replayed_cells(place, QUARTER, Between(START, LAST), states())
    for day, cells in ((START, found.at(states()[0])), (LAST, found.at(states()[-1]))):
        held = known_cells(lake, "cell_leaf", [QUARTER], day).drop_columns(["known_from", "known_to"])
        assert cells.drop_columns(["known_from", "known_to"]).to_pylist() == held.to_pylist()
    assert len({str(cells.to_pylist()) for cells in found.made.values()}) == 7  # two steps have no input


def test_a_quarter_of_which_nothing_was_learnt_is_read_and_not_compared(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    returns, later = Lake(place.lake).existing("class_return", [QUARTER]), LAST + dt.timedelta(days=1)
    assert Between(START, DAYS["revised"]).learnt_in(returns)  # one came in the place of another
    assert Between(DAYS["late"], DAYS["units"]).learnt_in(returns)  # one ended, and none came in its place
    assert not Between(LAST, later).learnt_in(returns)
    monkeypatch.setattr(replayed, "local_engine", refusing(InputError("引擎", "engine")))
    same = replayed_cells(place, QUARTER, Between(LAST, later), states())
    held = known_cells(Lake(place.lake), "cell_leaf", [QUARTER], later)
    assert (same.changed, same.at(states()[-1]).to_pylist()) == (frozenset(), held.to_pylist())
    with pytest.raises(InputError, match="engine"):
        replayed_cells(place, QUARTER, Between(START, LAST), states())


def test_a_return_that_is_gone_is_of_the_units(place: Workspace) -> None:
    """Seen from the later day, what was learnt is unlearnt: what came is gone, and nobody was late."""
    found = effects(place, Between(DAYS["revised"], DAYS["late"]))["effect"]
    back = effects(place, Between(DAYS["late"], DAYS["revised"]))["effect"]
    assert back["units"] == -found["late"]
    assert back["late"] == 0


def test_the_triangle_has_a_column_for_each_day_that_could_be_released(place: Workspace) -> None:
    days = [START.replace(year=2021), START, LAST]
    found: dict[Any, pd.DataFrame | None] = {day: core_figures(place, PERIOD, day) for day in days}
    assert found[days[0]] is None
    rows = pd.DataFrame(triangle(found, by_hand.CITY))
    core = rows[(rows["indicator"] == "core_value_added") & (rows["class"] == "core")]
    assert core[["estimate", "as_of", "value"]].to_numpy().tolist() == [[1, START, 16.52e8], [2, LAST, 18.396e8]]
    assert triangle({days[0]: None}, by_hand.CITY) == []


def test_a_day_without_enough_is_told_from_a_fault(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has not come is no release; what has come and cannot be used is not passed over in silence."""
    with monkeypatch.context() as patch:
        patch.setattr(revised, "full_cells", refusing(NotKnownError("没有价格", "no price")))
        assert core_figures(place, PERIOD, LAST) is None
    monkeypatch.setattr(revised, "known_cells", mixed_months)
    with pytest.raises(InputError, match="月数"):
        core_figures(place, PERIOD, LAST)
    with pytest.raises(InputError, match="1999Q1"):
        core_figures(place, Quarter(1999, 1), LAST)


def refusing(fault: InputError) -> Any:
    def refuse(*_: object) -> None:
        raise fault

    return refuse


def mixed_months(*asked: Any) -> pa.Table:
    cells = known_cells(*asked)
    twice = cells.set_column(cells.schema.get_field_index("months"), "months", pa.array([2] * len(cells), pa.int64()))
    return pa.concat_tables([cells, twice])
