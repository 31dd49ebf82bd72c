"""Every figure of a published report follows from the synthetic city's ledgers and returns, or says why it does not."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from classification import membership
from indicators.measure import Evidence, measure
from indicators.quarter import Quarter
from pipelines.ingest.landing import register
from pipelines.lake import Lake
from pipelines.ledgers.board import Board
from pipelines.sample.city import _register, _settings
from pipelines.sample.small_files import write_published
from pipelines.steps.core import core_small
from pipelines.steps.ledgers import board
from pipelines.steps.raw import raw
from pipelines.workspace import Workspace
from tests.scenarios.report.rebuilt import NO_METHOD, NO_RETURNS, Check, checks, table

AS_OF = dt.date(2024, 1, 20)
NOT_REBUILT = {
    "新型显示及智能终端产业增加值": NO_RETURNS,
    "工业数字经济渗透率": NO_METHOD,
    "服务业数字经济渗透率": NO_METHOD,
}


@pytest.fixture(scope="module")
def last(ledger_city: Workspace) -> Board:
    return board(ledger_city)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The figures of departments and other bodies, taken in as the bureau would."""
    home = tmp_path_factory.mktemp("published") / "home"
    (home / "inbox").mkdir(parents=True)
    sent = list(write_published(home / "inbox"))
    (home / "inbox" / "received.csv").write_text(_register(sent, home / "none"), encoding="utf-8")
    (home / "city.toml").write_text(_settings(), encoding="utf-8")
    made = Workspace(home)
    with made.held("test"):
        register(made)
        raw(made, "published")
        core_small(made, "core_published")
    return Lake(made.lake).read("core_published").to_pandas()


@pytest.fixture(scope="module")
def observations(published: pd.DataFrame, ledger_city: Workspace) -> pd.DataFrame:
    nothing = pd.DataFrame()
    evidence = Evidence(
        leaf=nothing, cells=nothing, membership=membership(), accounts=nothing, prices=nothing, annual=nothing,
        published=published, dispatch=Lake(ledger_city.lake).read("cell_ledger").to_pandas(),
        adoption=nothing, efficiency=nothing, place=ledger_city.city.code, counties=(), first_release=Quarter(2021, 1),
    )  # fmt: skip
    return measure(evidence, Quarter(2023, 4), AS_OF)


@pytest.fixture(scope="module")
def found(observations: pd.DataFrame, last: Board) -> list[Check]:
    return checks(observations, last)


def test_every_published_figure_is_rebuilt_or_says_why_not(found: list[Check]) -> None:
    print(table(found))
    assert len(found) == 32
    missing = {check.row["name_zh"]: check.reason for check in found if check.computed is None}
    assert missing == NOT_REBUILT
    for check in found:
        if check.computed is not None:
            decimals = len(check.row["value"].partition(".")[2])
            assert round(check.computed, decimals) == check.expected, check.line


def test_what_departments_say_of_ledgers_is_what_stands_in_them(found: list[Check], observations: pd.DataFrame) -> None:
    told = observations[(observations["definition_id"] == "department") & (observations["class"] == "")]
    said = dict(zip(told["indicator"], told["value"], strict=True))
    own = {check.row["indicator"]: check.computed for check in found if check.row["way"] == "ledger"}
    assert len(own) == 13
    assert own == {name: said[name] for name in own}


def test_what_stands_in_ledgers_is_no_preliminary_figure(observations: pd.DataFrame) -> None:
    own = observations[observations["definition_id"] == "ledger"]
    assert {"ledger_firms", "project_lights", "project_investment_ahead"} <= set(own["indicator"])
    assert set(own["status"]) == {"A"}


def test_a_figure_of_returns_is_rebuilt_once_there_are_returns(observations: pd.DataFrame, last: Board) -> None:
    more = observations.iloc[:1].assign(
        indicator="chain_value_added", definition_id="rate_method", period="2022Q4", span="cumulative",
        value=25.31e8, **{"class": "new_display_terminals"},
    )  # fmt: skip
    first = checks(pd.concat([observations, more]), last)[0]
    assert first.computed == pytest.approx(25.31)
    assert "25.31" in first.line


def test_targets_ranks_and_futures_reach_the_observations(observations: pd.DataFrame, last: Board) -> None:
    value = observations.set_index(["indicator", "class", "period"])["value"]
    assert value["target_completion", "base_stations_5g_new", "2023"] == pytest.approx(906 / 900)
    assert value["annual_target", "data_licensed", "2023"] == 5
    assert value["provincial_rank", "smart_factories", "2023"] == 5
    assert ("target_completion", "charging_piles_total", "2023") not in value.index  # no target was set
    futures = last.futures().set_index("id")
    assert len(futures) == 6
    projects = observations[observations["indicator"] == "future_projects"].query("period == '2023Q4'")
    assert dict(zip(projects["class"], projects["value"], strict=True)) == futures["future_projects"].to_dict()
    named = last.of("project")["future_industry"]
    assert futures["future_projects"].sum() == (named != "").sum() > 0
    assert value["future_investment", "quantum_information", "2023Q4"] > 0
    assert futures["future_firms"].sum() == (last.of("firm")["future_industry"] != "").sum() > 0
