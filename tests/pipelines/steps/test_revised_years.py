"""What is learnt lands in its own step with the amount reckoned by hand: over years and for every definition."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import pandas as pd
import pytest

from indicators.measure import measure
from indicators.quarter import Quarter
from indicators.revision_steps import FEW, ROUNDING
from pipelines.release.read import query
from pipelines.steps.cells import quarterly
from pipelines.steps.observed import evidence
from pipelines.steps.released import release
from pipelines.steps.replayed import Between, replayed_cells
from pipelines.steps.revised import folded, split_between
from pipelines.workspace import Workspace
from tests.end_to_end.by_hand import CITY, COUNTY, LAST, QUARTERS
from tests.end_to_end.running import make_reference, told
from tests.pipelines.steps import revised_years
from tests.pipelines.steps.revised_years import DAYS, START, WEST

PERIOD, LATEST = Quarter.parse(LAST), DAYS["account"]
YI = 1e8
KEY = ["definition_id", "indicator", "price_basis", "period", "region"]
LEVEL = ("core_value_added", "current")
RATE, FULL, BENCHMARKED = "rate_method", "full_scope", "benchmarked"
# Definition, indicator, price basis, period, region and step → effect in 亿元 or as a fraction.
Effects: TypeAlias = dict[tuple[str, ...], float]


def level(cause: str, effect: float, *regions: str, definitions: tuple[str, ...] = (RATE, FULL)) -> Effects:
    return {(of, *LEVEL, LAST, region, cause): effect for of in definitions for region in regions}


# All of the core by its rate of 25 %: 13.2 + 4.8 + 2.4 + 0.4 + 0.8 + 1.6 + 0.4 + 1.2 of output, and a year ago
# 10 + 4 + 2 + 1.6 + 0.4.
VALUE, BASE, MERGED = 6.2, 4.5, 5.0
EXPECTED: dict[str, Effects] = {
    # The heir reports a base without the 2 亿 of output, hence 0.5 of value added, that the absorbed unit had.
    "merger": {(RATE, "core_growth", "current", LAST, CITY, "units"): VALUE / MERGED - VALUE / BASE},
    "duplicate": level("units", -0.1, CITY, COUNTY),
    "late": level("late", 0.15, CITY, COUNTY),
    "recode": level("recoded", -0.2, CITY, COUNTY),  # from computers to food
    "move": level("recoded", -0.4, COUNTY) | level("recoded", 0.4, WEST),
    # Three tenths are value added by the annual returns of 2022: so is output of 24.2 in the year after it, and the
    # quarters of 2022, 5 each at the rate of 2021, move from a quarter to three tenths.
    "annual": level("rates", 1.21, CITY)
    | {(BENCHMARKED, *LEVEL, f"2022Q{n}", CITY, "benchmark"): 1.0 * n for n in range(1, 5)},
    "proxy": level("below", 0.025, CITY, COUNTY, definitions=(FULL,)),  # a base of 1 that grows to 30 instead of 27.5
    "account": level("benchmark", -0.56, CITY, definitions=(FULL,)),  # 7.26 + 0.3 may not exceed the division's 7
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(revised_years.write(tmp_path_factory.mktemp("years") / "home"))
    make_reference(workspace.home)
    for quarter in QUARTERS:
        quarterly(workspace, quarter)
    return workspace


@pytest.fixture(scope="module")
def whole(place: Workspace) -> list[dict[str, object]]:
    """The revision over all that was learnt."""
    return split_between(place, PERIOD, Between(START, LATEST))


def core(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows).query("`class` == 'core'")


@pytest.mark.parametrize(("before", "what"), list(pairwise(["start", *revised_years.LEARNT])))
def test_each_event_lands_in_its_own_step(place: Workspace, before: str, what: str) -> None:
    rows = core(split_between(place, PERIOD, Between(DAYS.get(before, START), DAYS[what])))
    expected = EXPECTED[what]
    causes = {key[-1] for key in expected}
    moved = rows[(rows["effect"].abs() > 1e-9) & (rows["cause"] != ROUNDING)]
    assert set(moved["cause"]) == causes
    scale = rows["unit"].map({"元": YI, "比率": 1.0})
    found = rows.assign(effect=rows["effect"] / scale).set_index([*KEY, "cause"])["effect"]
    resting = moved[moved["cause"].isin(["revised", "late", "units", "recoded"])]["units"]
    assert (resting == 1).all()  # each event is one unit's, wherever it shows
    for key, effect in expected.items():
        assert found.loc[key] == pytest.approx(effect, abs=1e-8), key
    levels = {key[:-1] for key in expected if key[1:3] == LEVEL}
    of_levels = moved[moved["indicator"] == LEVEL[0]]
    of_place = of_levels[of_levels["region"] == CITY]
    assert {key for key in levels if key[-1] == CITY} == set(of_place[KEY].itertuples(index=False, name=None))


def test_all_at_once_sum_to_what_is_shown_and_end_at_what_a_release_says(
    place: Workspace, whole: list[dict[str, object]]
) -> None:
    rows = core(whole)
    for key, cell in rows.groupby([*KEY, "base"]):
        change = cell["value"].iloc[0] - cell["previous_value"].iloc[0]
        assert cell["effect"].sum() == pytest.approx(change, abs=1e-15 if key[1] == "core_growth" else 1e-6)
    for day, name in ((START, "previous_value"), (LATEST, "value")):
        seen = measure(evidence(place, LAST, day), PERIOD, day)
        seen = seen[(seen["span"] == "cumulative") & (seen["class"] == "core")].set_index([*KEY, "base", "vintage"])
        for key, cell in rows[rows["indicator"] == LEVEL[0]].groupby([*KEY, "base"]):
            vintage = cell["previous_vintage" if name == "previous_value" else "vintage"].iloc[0]
            # Before the year is closed, what is known of its quarters is preliminary.
            definition = key[0] if vintage == "final" or key[0] != BENCHMARKED else RATE
            assert abs(seen.loc[(definition, *key[1:], vintage), "value"] - cell[name].iloc[0]) <= 0.05 * YI


def test_what_rests_on_few_units_leaves_as_one_row(whole: list[dict[str, object]]) -> None:
    rows = core(folded(whole))
    city = rows[(rows["region"] == CITY) & (rows["definition_id"] == RATE) & (rows["indicator"] == LEVEL[0])]
    effects = city.set_index("cause")["effect"] / YI
    # One late return, one duplicate, two units recoded or moved.
    assert effects[FEW] == pytest.approx(0.15 - 0.1 - 0.2)
    assert not {"late", "units", "recoded"} & set(effects.index)
    assert effects["rates"] == pytest.approx(1.21)
    assert (city["value"] - city["previous_value"]).iloc[0] == pytest.approx(city["effect"].sum())


def test_a_year_that_is_closed_changes_vintage(place: Workspace) -> None:
    rows = core(split_between(place, PERIOD, Between(DAYS["move"], DAYS["annual"])))
    kinds = rows.groupby("definition_id")[["previous_vintage", "vintage"]].agg(set)
    assert kinds.loc[BENCHMARKED].tolist() == [{"preliminary"}, {"final"}]
    assert kinds.loc[RATE].tolist() == kinds.loc[FULL].tolist() == [{"preliminary"}, {"preliminary"}]
    absent = rows[rows["absent_zh"] != ""].groupby("definition_id")["cause"].agg(set)
    assert absent.to_dict() == {BENCHMARKED: {"below"}, RATE: {"below", "benchmark"}}


def test_quarters_in_which_nothing_changed_are_those_of_the_lake(place: Workspace) -> None:
    days = Between(DAYS["move"], DAYS["annual"])
    assert replayed_cells(place, "2022Q4", days, [frozenset()]).changed == frozenset()
    assert replayed_cells(place, LAST, days, [frozenset()]).changed == {"rates"}


def test_a_release_shows_revisions_of_every_definition_and_what_units_did(place: Workspace) -> None:
    folder = release(place, LAST, LATEST)
    page = (folder / "bulletin.html").read_text(encoding="utf-8")
    for words in ("核心产业增加值（全口径）", "2022年各季核心产业增加值（按年度数衔接）", "由初步数转为最终核实数"):
        assert f"{words}" in page, words
    assert "单位变动：近四个季度" in page
    asked = f"FROM unit_change WHERE region = '{CITY}' AND class = 'core'"
    found = query(place, f"SELECT event, units, value_added, base_change, pull {asked} ORDER BY event", folder).rows
    # Three new makers of 0.4 of output each at three tenths, over a base of 6; one merger is one unit and its heir.
    assert found == [("entry", 3, 36_000_000, 0, pytest.approx(0.06)), ("other", 1, None, None, None)]
    steps = (
        "SELECT definition_id, cause FROM revision WHERE class = 'core' AND abs(effect) > 1e-6 AND cause <> 'rounding'"
    )
    told = {definition: set() for definition in (RATE, FULL, BENCHMARKED)}
    for definition, cause in query(place, steps, folder).rows:
        told[definition].add(cause)
    # The annual return of the only maker in the west is one unit's, there and in no other row of its own.
    benchmarked = {"benchmark", "few"}
    assert told == {RATE: {"few", "rates"}, FULL: {"few", "rates", "below", "benchmark"}, BENCHMARKED: benchmarked}
    few = f"SELECT DISTINCT region FROM revision WHERE definition_id = '{BENCHMARKED}' AND cause = 'few'"
    assert query(place, few, folder).rows == [(WEST,)]


@pytest.mark.parametrize(
    ("indicator", "period", "definition", "words"),
    [
        ("core_growth", LAST, FULL, ("规模以下推算", "HS13_", "HS01_", "调整系数", "普查", "比上季，按县")),
        (
            "core_value_added",
            "2022Q4",
            BENCHMARKED,
            ("按年度数衔接，调整系数1.2", "A103_", "比上季，按类别", "基准化与平衡"),
        ),
        ("core_value_added", LAST, RATE, ("0.300000", "市-小类-2022", "本市年报", "增加值率与价格", "不足3家")),
    ],
)
def test_every_definition_is_explained(
    place: Workspace, indicator: str, period: str, definition: str, words: tuple[str, ...]
) -> None:
    if not place.releases.exists():
        release(place, LAST, LATEST)
    said = told("explain", indicator, period, "--definition", definition, "--home", str(place.home))
    assert said.code == 0, said.err
    assert "逐元相等" in said.out
    assert "不等" not in said.out
    for word in words:
        assert word in said.out, word
