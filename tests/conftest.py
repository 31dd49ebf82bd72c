"""What several rooms of tests share: one small synthetic city, written once, run once through Dagster."""

from __future__ import annotations

import importlib
import os
import warnings
from pathlib import Path

import pytest

# Before Dagster or Great Expectations is imported: a test run calls nobody.
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
os.environ["GX_ANALYTICS_ENABLED"] = "false"

FIRMS = 150


@pytest.fixture(scope="session")
def written_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small synthetic city: settings, inbox and the list of planted errors; nothing has been run."""
    from pipelines.sample import write_city

    home = tmp_path_factory.mktemp("written")
    write_city(home, firms=FIRMS)
    return home


@pytest.fixture(scope="session")
def ran_city(written_city: Path, tmp_path_factory: pytest.TempPathFactory, great_expectations: None) -> Path:
    """The same city with its first seven quarters run as one back-fill, up to the cells. Tests leave it as it is."""
    from tests.end_to_end.running import fresh, intake

    home = fresh(written_city, tmp_path_factory.mktemp("ran") / "home")
    intake(home, "2020Q1", "2021Q3")
    return home


@pytest.fixture
def copied_city(ran_city: Path, tmp_path: Path) -> Path:
    """A copy of the city that has been run, for a test that changes it."""
    from tests.end_to_end.running import duplicate

    return duplicate(ran_city, tmp_path / "copied")


@pytest.fixture(scope="session")
def great_expectations() -> None:
    """Great Expectations imported once, its own warnings kept to itself; whoever runs through Dagster needs it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("great_expectations.expectations")
