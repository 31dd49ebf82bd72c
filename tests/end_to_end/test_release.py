"""A release is a function of (quarter, as_of): of what was known on that day, whatever has arrived since."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from classification.errors import InputError
from indicators.quarter import Quarter, quarters_between
from pipelines.cli.instance import RunError
from pipelines.lake import Lake, sha256_of
from pipelines.release.cut import differences, manifest
from pipelines.release.read import DATABASE, current, query
from pipelines.steps.released import release
from pipelines.workspace import Workspace
from tests.end_to_end.running import duplicate, fresh, make_quarter, make_reference, publish, take_in

pytestmark = [pytest.mark.city, pytest.mark.usefixtures("great_expectations")]
QUARTER, AS_OF = "2021Q1", "2021-04-20"
NEEDED = [str(quarter) for quarter in quarters_between(Quarter(2020, 1), Quarter(2021, 1))]


@pytest.fixture(scope="module")
def published(ran_city: Path, tmp_path_factory: pytest.TempPathFactory, great_expectations: None) -> Workspace:
    """The city in which files of three years lie, with the release of its first quarter cut through Dagster."""
    home = duplicate(ran_city, tmp_path_factory.mktemp("published") / "home")
    publish(home, QUARTER)
    return Workspace(home)


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != DATABASE
    }


def test_the_release_is_whole_and_says_where_it_comes_from(published: Workspace) -> None:
    folder = current(published)
    assert folder.name.startswith(f"{QUARTER}_{AS_OF}_")
    assert differences(folder) == []
    said = manifest(folder)
    assert said["as_of"] == AS_OF
    assert max(entry["received_at"] for entry in said["provenance"]["inputs"]) == "2021-04-19"
    periods = query(published, "SELECT DISTINCT period FROM observation WHERE indicator = 'core_value_added'").rows
    assert periods == [(QUARTER,)]
    assert query(published, "SELECT count(*) FROM observation WHERE as_of <> DATE '2021-04-20'").rows == [(0,)]


def test_files_that_came_later_change_nothing(published: Workspace, written_city: Path, tmp_path: Path) -> None:
    home = fresh(written_city, tmp_path / "home")
    with (home / "inbox" / "received.csv").open(encoding="utf-8") as register:
        days = {line["file"]: line["received_at"] for line in csv.DictReader(register)}
    late = [name for name, day in days.items() if day > AS_OF]
    for name in late:
        (home / "inbox" / name).unlink()
    assert 0 < len(late) < len(days)
    make_reference(home)
    for quarter in NEEDED:
        make_quarter(home, quarter)
    folder = release(Workspace(home), QUARTER, dt.date.fromisoformat(AS_OF))
    assert folder.name == current(published).name
    assert files(folder) == files(current(published))


def test_cut_again_it_is_the_same_folder(published: Workspace) -> None:
    before = files(current(published))
    folder = release(published, QUARTER, dt.date.fromisoformat(AS_OF))
    assert folder == current(published)
    assert files(folder) == before
    assert list(published.releases.glob(f"{QUARTER}_*")) == [folder]


def test_what_was_learnt_later_gives_another_release(published: Workspace) -> None:
    # The annual returns of 2020 came on 2021-06-10: the rates of the city itself take the place of the province's.
    later = release(published, QUARTER, dt.date(2021, 6, 30))
    assert later == current(published)  # the later day is the newer one
    folders = sorted(published.releases.glob(f"{QUARTER}_*"))
    assert len(folders) == 2
    totals = "SELECT sum(value) FROM observation WHERE indicator = 'core_value_added'"
    assert len({query(published, totals, folder).rows[0] for folder in folders}) == 2


def test_a_missing_form_stops_the_release(ran_city: Path, tmp_path: Path) -> None:
    home = duplicate(ran_city, tmp_path / "home")
    settings = (home / "city.toml").read_text(encoding="utf-8")
    # The annual returns of 2020 arrive in June.
    (home / "city.toml").write_text(settings.replace('"coefficient"]', '"coefficient", "annual"]'), encoding="utf-8")
    with pytest.raises(RunError, match="A103 企业年度财务状况（2021Q1）截至 2021-04-20") as raised:
        publish(home, QUARTER)
    assert "forms_present" in raised.value.en
    assert raised.value.where == "observation"
    assert not (home / "release").exists()


def test_files_that_no_cell_has_seen_yet_stop_the_release(published: Workspace, tmp_path: Path) -> None:
    home = duplicate(published.home, tmp_path / "home")
    extra = home / "inbox" / "E203_限额以上批发和零售业企业财务状况_2020年1-6月_补报.csv"
    extra.write_bytes(next((home / "inbox").glob("E203_*_2020年1-6月.csv")).read_bytes() + b"\r\n")
    take_in(home)
    with pytest.raises(InputError, match="2020Q2") as raised:
        release(Workspace(home), QUARTER, dt.date.fromisoformat(AS_OF))
    assert "2020Q1" not in raised.value.zh
    assert "shuce run" in raised.value.zh
    assert current(Workspace(home)).name == current(published).name


def test_a_step_that_fails_is_named_with_its_own_words(ran_city: Path, tmp_path: Path) -> None:
    home = duplicate(ran_city, tmp_path / "home")
    Lake(home / "lake").path("cell_leaf", "2020Q2").unlink()
    with pytest.raises(RunError, match="2020Q2") as raised:
        publish(home, QUARTER)
    assert raised.value.where == "2021Q1（observation）"
    assert "Traceback" not in raised.value.zh
    assert "shuce run" in raised.value.zh
