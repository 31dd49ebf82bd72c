"""What several rooms of tests share: one small synthetic city, written and run once by whichever worker comes first."""

from __future__ import annotations

import fcntl
import importlib
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pipelines.workspace import Workspace

# Before Dagster or Great Expectations is imported: a test run calls nobody.
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
os.environ["GX_ANALYTICS_ENABLED"] = "false"
# Before NumPy is imported: there is a worker for every core already, and threads of linear algebra would only wait.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

FIRMS = 150
RAN = 7  # quarters of it that are run up to the cells
# What goes through the same lines many times over is run without counting them: that takes a third of the time, and
# other tests go through all of them, too.
UNCOUNTED = frozenset({
    "test_random_tables", "test_damage", "test_order", "test_same_bytes", "test_export",
    "test_row_order",
    "test_nothing_smaller_passes", "test_unit_errors_in_a_city_of_many_firms", "test_the_order_of_runs_changes_no_byte",
    "test_files_that_came_later_change_nothing", "test_what_was_learnt_later_gives_another_release",
    "test_a_release_shows_revisions_of_every_definition_and_what_units_did",
    "test_a_hundred_reads_during_twenty_publications",
    "test_the_documented_numbers_are_the_measured_ones", "test_an_earlier_release_is_cut_again_to_identical_bytes",
})  # fmt: skip


# Files that take half a minute and more come first, in this order, so that all workers end at about the same time; of
# the first two, one makes the city that has been run, and the other does without it.
LONGEST = (
    "test_flash", "test_by_hand", "test_spark", "test_rerun", "test_release", "test_revised_years", "test_planted",
    "test_spark_connect", "test_export", "test_measure", "test_revised", "test_vintages", "test_inbox", "test_city",
    "test_order", "test_random_tables", "test_estimates",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; mark what is not counted, by module or by name."""
    place = {stem: number for number, stem in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))
    for item in items:
        if {item.path.stem, getattr(item, "originalname", item.name)} & UNCOUNTED:
            item.add_marker(pytest.mark.no_cover)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first worker to ask makes, while the others wait, and all read; nobody may change it."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made, unfinished = root / name, root / f"{name}.unfinished"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(unfinished, ignore_errors=True)  # a worker failed over it
            make(unfinished)
            unfinished.rename(made)
    return made


@pytest.fixture(scope="session", autouse=True)
def known_statements() -> Iterator[None]:
    """Whatever a test makes is made by statements that fingerprints know."""
    from tests.fingerprints import held_to_fingerprints

    with held_to_fingerprints():
        yield


@pytest.fixture(scope="session")
def written_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small synthetic city: settings, inbox and the list of planted errors; nothing has been run."""
    from pipelines.sample import write_city

    return made_once(tmp_path_factory, "written", lambda home: write_city(home, firms=FIRMS))


@pytest.fixture(scope="session")
def ran_city(written_city: Path, tmp_path_factory: pytest.TempPathFactory, great_expectations: None) -> Path:
    """The same city with its first seven quarters run as one back-fill, up to the cells. Tests leave it as it is."""
    from tests.end_to_end.running import fresh, intake

    def run(home: Path) -> None:
        intake(fresh(written_city, home), "2020Q1", "2021Q3")

    return made_once(tmp_path_factory, "ran", run)


@pytest.fixture(scope="session")
def reviewed_city(ran_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same city with the returns of all its quarters reviewed and classed. Tests leave it as it is."""
    from pipelines.steps import core
    from pipelines.workspace import Workspace
    from tests.end_to_end.running import duplicate, review

    def go_on(home: Path) -> None:
        workspace = Workspace(duplicate(ran_city, home))
        review(workspace, map(str, workspace.city.quarters[RAN:]))
        core.reference_set_aside(workspace)

    return Workspace(made_once(tmp_path_factory, "reviewed", go_on))


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
