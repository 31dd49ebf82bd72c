"""A flash, the release that follows it, and a release that is refused because too little has come."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli.instance import RunError
from pipelines.release.cut import manifest
from pipelines.release.read import current, query
from pipelines.workspace import Workspace
from tests.end_to_end.running import duplicate, fresh, intake, publish, share, told

pytestmark = [pytest.mark.city, pytest.mark.usefixtures("great_expectations")]
# Two firms report on the day of the release, one of them core; the flash of the day before rests on their last returns.
QUARTER, FLASH_DAY, DAY = "2021Q2", "2021-07-19", "2021-07-20"
CORE = (
    "SELECT indicator, value, vintage FROM observation WHERE indicator IN "
    "('core_value_added', 'core_imputed_units', 'core_imputed_share') AND class = 'core' AND span = 'cumulative' "
    f"AND region = '419900' AND period = '{QUARTER}'"
)


@pytest.fixture(scope="module")
def released(ran_city: Path, tmp_path_factory: pytest.TempPathFactory, great_expectations: None) -> Workspace:
    """The city with the flash of a quarter, and then its release."""
    home = duplicate(ran_city, tmp_path_factory.mktemp("released") / "home")
    publish(home, QUARTER, flash=True)
    publish(home, QUARTER)
    return Workspace(home)


def core(workspace: Workspace, folder: Path) -> dict[str, float]:
    return {name: value for name, value, _ in query(workspace, CORE, folder).rows}


def test_a_flash_is_cut_for_its_own_day_and_the_release_takes_its_place(released: Workspace) -> None:
    (flash,) = released.releases.glob(f"{QUARTER}_{FLASH_DAY}_flash_*")
    assert current(released).name.startswith(f"{QUARTER}_{DAY}_")
    said = manifest(flash)
    assert (said["vintage"], said["as_of"]) == ("flash", FLASH_DAY)
    assert {vintage for *_, vintage in query(released, CORE, flash).rows} == {"flash"}
    assert {vintage for *_, vintage in query(released, CORE).rows} == {"preliminary"}


def test_what_a_flash_imputes_is_counted_and_gone_from_the_release(released: Workspace) -> None:
    (flash,) = released.releases.glob(f"{QUARTER}_{FLASH_DAY}_flash_*")
    early, late = core(released, flash), core(released, current(released))
    assert early["core_imputed_units"] > 0
    assert 0 < early["core_imputed_share"] < 0.2
    assert (late["core_imputed_units"], late["core_imputed_share"]) == (0, 0)
    # The firm's own return took the place of what was imputed for it.
    assert early["core_value_added"] != late["core_value_added"]
    assert early["core_value_added"] == pytest.approx(late["core_value_added"], rel=0.02)
    counts = {folder: manifest(folder)["provenance"]["imputed"] for folder in (flash, current(released))}
    assert counts[flash]["imputed"] >= early["core_imputed_units"]
    assert counts[flash]["missing"] > counts[current(released)]["missing"] > 0
    assert counts[current(released)]["imputed"] == 0


def test_the_table_of_coverage_adds_up(released: Workspace) -> None:
    (flash,) = released.releases.glob(f"{QUARTER}_{FLASH_DAY}_flash_*")
    for folder in (flash, current(released)):
        rows = query(released, "SELECT survey, due, reported, missing, imputed FROM coverage", folder).rows
        assert len(rows) == 6 * 5
        assert all(due == reported + missing and imputed <= missing for _, due, reported, missing, imputed in rows)
        whole = sum(due for survey, due, *_ in rows if survey == "all")
        assert whole == sum(due for survey, due, *_ in rows if survey != "all")
    rates = query(released, f"SELECT survey, coverage FROM coverage WHERE quarter = '{QUARTER}'").rows
    assert all(0.95 <= rate < 1.0001 for _, rate in rates)
    first = query(released, "SELECT coverage FROM coverage WHERE quarter = '2020Q1'").rows
    assert {rate for (rate,) in first} == {None}  # no year before to set it against


def test_the_history_of_a_flash_is_made_like_its_quarter(released: Workspace) -> None:
    (flash,) = released.releases.glob(f"{QUARTER}_{FLASH_DAY}_flash_*")
    vintages = "SELECT DISTINCT period, vintage FROM observation WHERE indicator = 'core_growth' ORDER BY ALL"
    assert query(released, vintages, flash).rows == [("2021Q1", "flash"), ("2021Q2", "flash")]


@pytest.fixture(scope="module")
def lacking(
    written_city: Path, ran_city: Path, tmp_path_factory: pytest.TempPathFactory, great_expectations: None
) -> Path:
    """The city without the correction by which its largest firm's return became an accepted one."""
    home = fresh(written_city, tmp_path_factory.mktemp("lacking") / "home")
    share(ran_city, home)  # what rests on that correction is made anew
    (gone,) = (home / "inbox").glob("B203_*_2021年1-6月_更正1.xlsx")
    gone.unlink()
    intake(home, "2020Q1", QUARTER)
    return home


@pytest.mark.parametrize("flash", [False, True])
def test_too_little_coverage_stops_a_release_and_a_flash(lacking: Path, flash: bool) -> None:
    with pytest.raises(RunError, match="报表覆盖率不足：合计 ") as raised:
        publish(lacking, QUARTER, flash=flash)
    assert "coverage" in raised.value.en
    assert raised.value.where == "observation"
    assert f"截至 {FLASH_DAY if flash else DAY}" in raised.value.zh
    assert "合计" in raised.value.zh
    assert "建筑业" not in raised.value.zh
    assert f"shuce review late {QUARTER}" in raised.value.zh
    assert not (lacking / "release").exists()


def test_the_command_line_says_the_same(lacking: Path) -> None:
    said = told("run", QUARTER, "--home", str(lacking), "--flash")
    assert said.code == 2
    assert "（快报）" in said.out
    assert "报表覆盖率不足：合计 " in said.err
    assert "家）" in said.err
    assert f"shuce review late {QUARTER}" in said.err


@pytest.mark.parametrize("definition", ["rate_method", "full_scope"])
def test_a_flash_and_its_release_are_explained_each_by_their_own_cells(released: Workspace, definition: str) -> None:
    (flash,) = released.releases.glob(f"{QUARTER}_{FLASH_DAY}_flash_*")
    link, name = released.releases / "current", current(released).name
    for folder in (flash.name, name):
        link.unlink()
        link.symlink_to(folder)
        asked = ("core_growth", QUARTER, "--definition", definition, "--home", str(released.home))
        said = told("explain", *asked)
        assert said.code == 0, said.err
        assert "与发布数逐元相等" in said.out
