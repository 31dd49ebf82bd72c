"""Synthetic cities whose quarters have been reviewed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest.landing import register
from pipelines.sample import write_city
from pipelines.steps import annual, core, queries
from pipelines.steps.raw import raw
from pipelines.workspace import Workspace
from tests.conftest import made_once

FIRMS = 120


def review_all(home: Path, quarters: list[str] | None = None) -> Workspace:
    """Take in a city's files and review its annual returns and its quarters in the order given."""
    workspace = Workspace.locate(home)
    register(workspace)
    for form in ("annual", "digital_use", *(name for needed in core.SMALL_TABLES.values() for name in needed)):
        raw(workspace, form)
    annual.core_annual(workspace)
    for quarter in quarters or [str(quarter) for quarter in workspace.city.quarters]:
        for form in core.FIRM_FORMS:
            raw(workspace, form, quarter)
        core.core_return(workspace, quarter)
        queries.core_query(workspace, quarter)
    core.reference_set_aside(workspace)
    return workspace


@pytest.fixture(scope="session")
def reviewed_city(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    def review(home: Path) -> None:
        write_city(home, firms=FIRMS)
        review_all(home)

    return Workspace(made_once(tmp_path_factory, "reviewed_city", review))
