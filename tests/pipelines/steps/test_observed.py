"""Which quarters a release needs, which day's knowledge it uses, and what it refuses."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines.ingest.landing import register
from pipelines.ingest.receipts import receipts
from pipelines.lake import Lake
from pipelines.steps.observed import day_of_knowledge, evidence, history, known_cells, observation
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import duplicate
from tests.pipelines.steps.conftest import QUARTER

TODAY = dt.date(2023, 6, 1)


def test_a_release_needs_every_quarter_from_the_first(made_by_hand: Path) -> None:
    assert history(Workspace(made_by_hand), by_hand.LAST) == by_hand.QUARTERS


def test_published_figures_alone_need_no_cells(tmp_path: Path) -> None:
    settings = by_hand.SETTINGS.partition("[[counties]]")[0].replace('kind = "city"', 'kind = "nation"')
    (tmp_path / "city.toml").write_text(settings, encoding="utf-8")
    workspace = Workspace(tmp_path)
    assert history(workspace, by_hand.LAST) == []
    empty = known_cells(Lake(workspace.lake), "cell_leaf", [], TODAY)
    assert len(empty) == 0


@pytest.mark.parametrize(
    ("quarter", "setting"), [("2022Q4", "first_quarter"), ("2023Q2", "last_quarter"), ("1999Q1", "first_quarter")]
)
def test_a_quarter_out_of_range_is_told_the_range(made_by_hand: Path, quarter: str, setting: str) -> None:
    with pytest.raises(InputError, match="2023Q1 to 2023Q1") as raised:
        history(Workspace(made_by_hand), quarter)
    assert setting in raised.value.zh
    assert setting in raised.value.en
    assert raised.value.where == quarter


def test_what_is_no_quarter_is_refused(made_by_hand: Path) -> None:
    with pytest.raises(InputError, match="2023年1季度"):
        history(Workspace(made_by_hand), "2023年1季度")


def test_all_missing_quarters_are_named(made_by_hand: Path) -> None:
    with pytest.raises(InputError, match="2022Q2、2022Q3、2022Q4、2023Q1") as raised:
        observation(Workspace(made_by_hand), by_hand.LAST, TODAY)
    assert "shuce run" in raised.value.zh
    with pytest.raises(InputError, match="2022Q2"):
        evidence(Workspace(made_by_hand), by_hand.LAST, TODAY)
    assert Lake(made_by_hand / "lake").partitions("observation") == []


def test_the_day_is_the_one_named(made_by_hand: Path) -> None:
    assert day_of_knowledge(Workspace(made_by_hand), by_hand.LAST, "2023-05-01") == dt.date(2023, 5, 1)


@pytest.mark.parametrize("text", ["2023-13-01", "20日", "2023Q1"])
def test_a_day_that_is_none_is_refused(made_by_hand: Path, text: str) -> None:
    with pytest.raises(InputError, match=text):
        day_of_knowledge(Workspace(made_by_hand), by_hand.LAST, text)


def test_the_day_is_the_release_date_once_it_has_come(made_by_hand: Path) -> None:
    workspace = Workspace(made_by_hand)
    assert day_of_knowledge(workspace, by_hand.LAST, today=TODAY) == dt.date(2023, 4, 20)
    before = dt.date(2023, 4, 19)
    assert day_of_knowledge(workspace, by_hand.LAST, today=before) == before


def test_the_day_of_a_flash_is_its_own(made_by_hand: Path, tmp_path: Path) -> None:
    assert day_of_knowledge(Workspace(made_by_hand), by_hand.LAST, today=TODAY, flash=True) == dt.date(2023, 4, 20)
    home = duplicate(made_by_hand, tmp_path / "home")
    (home / "city.toml").write_text(by_hand.SETTINGS.replace("[[", "flash_day = 18\n[[", 1), encoding="utf-8")
    workspace = Workspace(home)
    assert day_of_knowledge(workspace, by_hand.LAST, today=TODAY, flash=True) == dt.date(2023, 4, 18)
    assert day_of_knowledge(workspace, by_hand.LAST, today=TODAY) == dt.date(2023, 4, 20)
    assert day_of_knowledge(workspace, by_hand.LAST, "2023-05-01", flash=True) == dt.date(2023, 5, 1)


def test_files_handed_in_after_the_release_date_are_known_today(made_by_hand: Path) -> None:
    # The quarter's papers came on 2023-02-10, long after its release would have been due.
    assert day_of_knowledge(Workspace(made_by_hand), QUARTER, today=TODAY) == TODAY


def test_a_quarter_without_papers_looks_at_all_that_came(unmade: Path) -> None:
    workspace = Workspace(unmade)
    for paper in [path for path in workspace.inbox.iterdir() if "2023年1-" in path.name]:
        paper.unlink()
    register(workspace)
    assert not receipts(workspace, quarter=by_hand.LAST)
    assert day_of_knowledge(workspace, by_hand.LAST, today=TODAY) == dt.date(2023, 4, 20)
