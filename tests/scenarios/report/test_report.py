"""Every figure of a published report follows from the synthetic city's ledgers and returns, or says why it does not."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from classification import membership
from classification.errors import InputError
from indicators.measure import Evidence, measure
from indicators.quarter import Quarter
from pipelines.ingest.landing import register
from pipelines.lake import Lake
from pipelines.ledgers.board import Board
from pipelines.sample import build
from pipelines.sample.calibration import year_ends
from pipelines.sample.city import _register, _settings
from pipelines.sample.profile import classes
from pipelines.sample.small_files import write_published
from pipelines.steps.core import core_small
from pipelines.steps.ledgers import board
from pipelines.steps.raw import raw
from pipelines.workspace import Workspace
from tests.scenarios.report import rebuilt
from tests.scenarios.report.rebuilt import (
    AGREES,
    DIFFERS,
    FIGURES,
    MISSING,
    NO_RETURNS,
    NOT_RECORDED,
    OTHER,
    WAYS,
    Check,
    checks,
    main,
    published,
    table,
)

AS_OF = dt.date(2024, 1, 20)
OF_RETURNS = {
    "新型显示及智能终端产业增加值",
    "新型显示及智能终端产业占规上工业增加值比重",
    "工业数字经济渗透率",
    "服务业数字经济渗透率",
}


@pytest.fixture(scope="module")
def last(ledger_city: Workspace) -> Board:
    return board(ledger_city)


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
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
def observations(reported: pd.DataFrame, ledger_city: Workspace) -> pd.DataFrame:
    nothing = pd.DataFrame()
    evidence = Evidence(
        leaf=nothing, cells=nothing, membership=membership(), accounts=nothing, prices=nothing, annual=nothing,
        published=reported, dispatch=Lake(ledger_city.lake).read("cell_ledger").to_pandas(),
        adoption=nothing, efficiency=nothing, place=ledger_city.city.code, counties=(), first_release=Quarter(2021, 1),
    )  # fmt: skip
    return measure(evidence, Quarter(2023, 4), AS_OF)


@pytest.fixture(scope="module")
def found(observations: pd.DataFrame, last: Board) -> list[Check]:
    return checks(observations, last)


def test_every_published_figure_is_rebuilt_or_says_why_not(found: list[Check]) -> None:
    missing = {check.row["name"]: check.reason for check in found if check.verdict == MISSING}
    assert missing == dict.fromkeys(OF_RETURNS, NO_RETURNS)
    assert {check.verdict for check in found if check.row["name"] not in OF_RETURNS} == {AGREES}


def test_the_table_has_one_line_for_each_figure_and_says_how_many_agree(found: list[Check]) -> None:
    with FIGURES.open(encoding="utf-8") as file:
        figures = [row["indicator"] for row in csv.DictReader(file)]
    assert len(figures) == 32
    lines = [line.split(" | ")[0].removeprefix("| ") for line in table(found).splitlines()[2:-2]]
    assert lines == figures
    assert table(found).endswith("32 个公布数：✗ 未重算 4，✓ 相符 28。")


@pytest.mark.parametrize("kept", ["figures", "ways"])
def test_a_figure_that_is_dropped_or_told_twice_is_named(kept: str, tmp_path: Path) -> None:
    files = {"figures": FIGURES, "ways": WAYS}
    lines = files[kept].read_text(encoding="utf-8").splitlines(keepends=True)
    short = tmp_path / "short.csv"
    short.write_text("".join(line for line in lines if "充电桩总量" not in line), encoding="utf-8")
    with pytest.raises(InputError, match="充电桩总量"):
        published(**(files | {kept: short}))
    short.write_text("".join([*lines, lines[3]]), encoding="utf-8")
    with pytest.raises(InputError, match="一一对应"):
        published(**(files | {kept: short}))


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


def with_returns(observations: pd.DataFrame, chain: float) -> pd.DataFrame:
    """The observations with those of a year's returns."""
    own = {"span": "cumulative", "period": "2022Q4", "region": observations["region"].iloc[0]}
    more = [
        {"indicator": "chain_value_added", "definition_id": "rate_method", "class": "new_display_terminals"},
        {"indicator": "digital_penetration", "definition_id": "efficiency_va", "class": "industry"},
        {"indicator": "digital_penetration", "definition_id": "efficiency_va", "class": "services"},
    ]
    whole = {"indicator": "sector_value_added", "definition_id": "accounts", "class": "secondary", "value": 905.04e8}
    rows = [own | row | {"value": value} for row, value in zip(more, (chain * 1e8, 0.1, 0.22), strict=True)]
    return pd.concat([observations, pd.DataFrame([*rows, own | whole | {"period": "2022", "span": "annual"}])])


def test_the_chain_of_the_whole_city_and_its_share_are_those_that_were_published(
    observations: pd.DataFrame, last: Board
) -> None:
    """Of 2,400 firms, at the rates that the pipeline takes (tests.pipelines.sample.test_calibration)."""
    end, groups = year_ends(*build())[2022], classes().group
    chain = float(end.by_class[np.isin(groups, ["chain", "01_chain"])].sum()) / 1e8
    value, share, *estimates = checks(with_returns(observations, chain), last)[:4]
    assert [value.verdict, share.verdict] == [AGREES, AGREES]
    assert share.computed == pytest.approx(100 * chain / 905.04)
    assert [one.verdict for one in estimates] == [OTHER, OTHER]
    assert "| 11.2 | 10.0 | -1.200 | % | ○ 另口径 |" in estimates[0].line


def test_a_figure_is_held_to_the_precision_it_was_published_with(observations: pd.DataFrame, last: Board) -> None:
    value, share = checks(with_returns(observations, 25.35), last)[:2]
    assert (value.verdict, share.verdict) == (DIFFERS, AGREES)
    assert "| 25.3 | 25.4 | +0.050 | 亿元 | ✗ 不符 |" in value.line
    assert checks(with_returns(observations, 25.25), last)[0].verdict == AGREES
    # The share is of the chain as it was rebuilt, not as it was published.
    assert checks(with_returns(observations, 30.0), last)[1].verdict == DIFFERS


def test_an_estimate_of_others_that_is_not_recorded_as_published_differs(
    observations: pd.DataFrame, last: Board
) -> None:
    odd = with_returns(observations, 25.3)
    odd.loc[(odd["definition_id"] == "external") & (odd["class"] == "industry"), "value"] = 0.113
    industry, services = checks(odd, last)[2:4]
    assert (industry.verdict, industry.reason, services.verdict) == (DIFFERS, NOT_RECORDED, OTHER)


def test_the_command_fails_where_a_figure_does_not_agree(
    observations: pd.DataFrame, ledger_city: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    for chain, code in ((25.3, 0), (25.5, 1)):
        held = pa.Table.from_pandas(with_returns(observations, chain), preserve_index=False)
        monkeypatch.setattr(rebuilt, "Lake", lambda _, held=held: SimpleNamespace(read=lambda *_: held))
        monkeypatch.setattr(rebuilt, "board", lambda _: board(ledger_city))
        assert main(["home"]) == code
        assert "个公布数" in capsys.readouterr().out


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
