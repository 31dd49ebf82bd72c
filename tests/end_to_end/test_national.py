"""The national set: the published figures come out as published, and vintages are never mixed unasked."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.lake import Lake
from pipelines.release.read import current, query
from pipelines.steps.observed import day_of_knowledge, observation
from pipelines.workspace import Workspace
from tests.end_to_end.running import ROOT, Told, fresh, told

AS_OF = "2025-01-20"


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory, great_expectations: None) -> tuple[Workspace, Told]:
    home = fresh(ROOT / "data" / "national", tmp_path_factory.mktemp("nation") / "home")
    said = told("run", "2023Q4", "--home", str(home), "--as-of", AS_OF)
    return Workspace(home), said


def figures(nation: tuple[Workspace, Told], where: str) -> list[tuple[Any, ...]]:
    return query(
        nation[0], f"SELECT definition_id, class, value, vintage FROM observation WHERE {where} ORDER BY ALL"
    ).rows


def test_it_runs_without_a_firm(nation: tuple[Workspace, Told]) -> None:
    workspace, said = nation
    assert said.code == 0, said.err
    assert "全国" in said.out
    assert current(workspace).name.startswith(f"2023Q4_{AS_OF}_")
    assert not (workspace.lake / "cell_leaf").exists()


def test_core_value_added_is_the_published_one(nation: tuple[Workspace, Told]) -> None:
    rows = figures(nation, "indicator = 'core_value_added' AND class = 'core'")
    assert rows == [("published", "core", 127_555e8, "census")]


def test_shares_of_the_classes(nation: tuple[Workspace, Told]) -> None:
    rows = figures(nation, "indicator = 'core_class_share'")
    assert [(name, round(100 * value, 1)) for _, name, value, _ in rows] == [
        ("01", 33.8),
        ("02", 3.2),
        ("03", 43.6),
        ("04", 19.4),
    ]


def test_the_share_of_gdp_rests_on_its_own_vintage_and_a_mix_is_called_one(nation: tuple[Workspace, Told]) -> None:
    rows = figures(nation, "indicator = 'core_share_gdp'")
    assert [(definition, round(100 * value, 1)) for definition, _, value, _ in rows] == [
        ("mixed_vintage", 10.1),
        ("same_vintage", 9.9),
    ]


def test_both_vintages_of_gdp_stand_side_by_side(nation: tuple[Workspace, Told]) -> None:
    rows = figures(nation, "indicator = 'gdp' AND period = '2023' AND span = 'annual'")
    assert [(vintage, value) for _, _, value, vintage in rows] == [
        ("preliminary", 1_260_582e8),
        ("census", 1_294_272e8),
    ]


def test_before_the_core_was_published_there_is_none(nation: tuple[Workspace, Told]) -> None:
    workspace, _ = nation
    early = day_of_knowledge(workspace, "2023Q4", "2024-12-30")
    made = observation(workspace, "2023Q4", early)
    assert made.note.rows > 0
    names = set(Lake(workspace.lake).read("observation", ["2023Q4"])["indicator"].to_pylist())
    assert "core_value_added" not in names
    assert "gdp" in names
