"""One release of each kind, cut once per session."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.release.cut import cut
from pipelines.release.dictionary import conform, release_contracts
from pipelines.release.figures import Figures
from pipelines.workspace import Workspace
from tests.pipelines.release import stand_in


@dataclass(frozen=True)
class Made:
    workspace: Workspace
    folder: Path
    figures: Figures


def figures_of(workspace: Workspace, tables: dict) -> Figures:
    conformed = {n: conform(n, tables.get(n, c.schema.empty_table())) for n, c in release_contracts().items()}
    return Figures.of(workspace.city, stand_in.LAST, stand_in.AS_OF, conformed)


def _make(workspace: Workspace, tables: dict, vintage: str = "preliminary") -> Made:
    folder = cut(workspace, stand_in.LAST, stand_in.AS_OF, tables, stand_in.PROVENANCE, vintage=vintage)
    return Made(workspace, folder, figures_of(workspace, tables))


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return _make(stand_in.city_workspace(tmp_path_factory.mktemp("city")), stand_in.city_tables())


@pytest.fixture(scope="session")
def flash(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return _make(stand_in.city_workspace(tmp_path_factory.mktemp("flash")), stand_in.flash_tables(), "flash")


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return _make(stand_in.nation_workspace(tmp_path_factory.mktemp("nation")), stand_in.nation_tables())
