"""A release of the city in which things were learnt: its revisions are explained, and it can be cut again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.release.cut import differences, manifest
from pipelines.release.figures import Figures
from pipelines.release.read import current, query
from pipelines.release.revised import changes
from pipelines.steps import revised
from pipelines.steps.exported import _refuse_other_ground
from pipelines.steps.released import release
from pipelines.steps.rerun import compare
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import duplicate, hashes, make_quarter, make_reference, told
from tests.pipelines.release.test_cited import all_linked, words_of
from tests.pipelines.steps import revised_city
from tests.pipelines.steps.revised_city import DAYS, QUARTER

DUE, LATE = dt.date(2022, 4, 20), dt.date(2022, 5, 31)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two releases cut, then a correction received and its quarter made anew."""
    workspace = Workspace(revised_city.write(tmp_path_factory.mktemp("rerun") / "home"))
    make_reference(workspace.home)
    make_quarter(workspace.home, QUARTER)
    for day in (DUE, LATE):
        release(workspace, QUARTER, day)
    revised_city.correct(workspace.home, dt.date(2022, 6, 10))
    make_reference(workspace.home)
    make_quarter(workspace.home, QUARTER)
    return workspace


def test_the_release_says_why_its_figures_changed(place: Workspace) -> None:
    folder = current(place)
    assert differences(folder) == []
    all_linked(folder)
    page = words_of(folder)
    sentence = (
        "2022年一季度手工市核心产业增加值18.4亿元，较上期（数据截止2022年4月20日）的16.5亿元上调1.9亿元，"
        "其中不足3家的各项1.4亿元、增加值率与价格0.5亿元。"
    )
    assert sentence in page
    assert 'aria-label="瀑布图' in (folder / "bulletin.html").read_text(encoding="utf-8")
    level = f"indicator = 'core_value_added' AND region = '{by_hand.CITY}' AND class = 'core'"
    effects = query(place, f"SELECT effect FROM revision WHERE {level}").rows
    assert sum(effect for (effect,) in effects) == 18.4e8 - 16.5e8
    size = "SELECT periods, mean_revision FROM v_revision_size WHERE indicator = 'core_value_added' AND class = 'core'"
    sizes = query(place, size).rows
    assert sizes == [(1, pytest.approx(1.876))]


def test_the_first_release_has_nothing_to_compare_with(place: Workspace) -> None:
    first = next(place.releases.glob(f"{QUARTER}_{DUE}_*"))
    assert query(place, "SELECT count(*) FROM revision", first).rows == [(0,)]
    assert "较上期" not in (first / "bulletin.html").read_text(encoding="utf-8")


def test_an_earlier_release_is_cut_again_to_identical_bytes(place: Workspace) -> None:
    cut_again(place, LATE)


def test_settings_that_changed_since_do_not_matter(place: Workspace) -> None:
    settings = place.home / "city.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('last_quarter = "2023Q1"', 'last_quarter = "2023Q2"'), encoding="utf-8")
    try:
        cut_again(place, DUE)
    finally:
        settings.write_text(text, encoding="utf-8")


def cut_again(place: Workspace, day: dt.date) -> None:
    before = hashes(place.home)
    said = told("release", "verify", f"{QUARTER}_{day}", "--home", str(place.home))
    assert said.code == 0, said.out + said.err
    assert "与原发布逐字节一致" in said.out
    assert "不一致" not in said.out
    assert hashes(place.home) == before
    assert not list(place.home.glob(".rerun-*"))


def test_what_differs_is_said(place: Workspace) -> None:
    said = manifest(current(place))
    other = json.loads(json.dumps(said))
    other["provenance"]["code"] = "0" * 64
    other["tables"]["observation"]["sha256"] = "0" * 64
    other["files"]["bulletin.html"]["sha256"] = "0" * 64
    found = compare(other, said)
    assert not found.same
    assert found.circumstances == ["程序"]
    assert found.tables == ["observation"]
    assert {name for name, same in found.files.items() if not same} == {"bulletin.html", "digital_economy.duckdb"}
    assert compare(said, said).same


def test_what_cannot_be_cut_again_is_refused(place: Workspace, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"release": "x"}', encoding="utf-8")
    said = told("release", "verify", str(tmp_path), "--home", str(place.home))
    assert said.code == 2
    assert "settings" in said.err
    assert told("release", "verify", "1999Q1", "--home", str(place.home)).code == 2
    later = manifest(current(place))
    later["settings"]["of_a_later_version"] = 1
    (tmp_path / "manifest.json").write_text(json.dumps(later), encoding="utf-8")
    said = told("release", "verify", str(tmp_path), "--home", str(place.home))
    assert said.code == 2
    assert "of_a_later_version" in said.err


def asked(place: Workspace, sql: str, day: str) -> list[list[str]]:
    said = told("sql", sql, "--as-of", day, "--csv", "--home", str(place.home))
    assert said.code == 0, said.err
    return list(csv.reader(io.StringIO(said.out)))[1:]


def test_what_was_known_on_a_day(place: Workspace) -> None:
    core = "SELECT sum(va) FROM known.cell_leaf WHERE de <> 'non_core'"
    expected = {
        "2022-04-18": 16.52e8,
        "2022-05-01": 17.52e8,
        "2022-05-31": 18.396e8,
        "2022-06-10": 18.396e8 + 46e8 * 0.26,  # computers for 46 亿 more
    }
    assert {day: float(asked(place, core, day)[0][0]) for day in expected} == expected
    # Small tables hold the latest row of each key; a release is the latest of its day or before.
    price = "SELECT index FROM known.core_price WHERE quarter = '2022Q1' AND division = '39'"
    assert asked(place, price, str(DAYS["rates"])) == [["1.02"]]
    assert asked(place, price, str(DAYS["prices"])) == [["1.04"]]
    seen = "SELECT DISTINCT as_of FROM observation"
    assert asked(place, seen, "2022-05-30") == [[str(DUE)]]
    assert asked(place, seen, "2022-06-30") == [[str(LATE)]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--as-of", "明天"), "明天"),
        (("--as-of", "2022-05-30", "--release", "2022Q1"), "--release"),
        (("--as-of", "2022-04-19"), "observation"),  # no release knows as little
    ],
)
def test_a_question_that_cannot_be_asked(place: Workspace, arguments: tuple[str, ...], words: str) -> None:
    said = told("sql", "SELECT count(*) FROM observation", *arguments, "--home", str(place.home))
    assert said.code == 2
    assert words in said.err


def test_the_files_around_the_lake_are_out_of_reach(place: Workspace) -> None:
    reach = f"SELECT * FROM read_text('{place.home}/city.toml')"
    assert told("sql", reach, "--as-of", "2022-05-30", "--home", str(place.home)).code == 2


def test_before_the_first_release_only_the_lake_answers(place: Workspace) -> None:
    said = told("sql", "FROM observation", "--as-of", "2022-04-01", "--home", str(place.home))
    assert said.code == 2
    assert "截至 2022-04-01 还没有发布包，只能查询 known.*" in said.err


def test_a_revision_between_any_two_days(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    reckon = revised.split_between
    # The same two days are asked about three times, each time to be told in another way: they are reckoned once.
    between = cache(lambda _, quarter, days: reckon(place, quarter, days))
    monkeypatch.setattr(revised, "split_between", between)
    home = ("--home", str(place.home), "--csv")
    said = told("revision", QUARTER, "--from", "2022-04-18", "--to", "2022-05-01", *home)
    lines = list(csv.DictReader(io.StringIO(said.out)))
    whole = [line for line in lines if (line["地区"], line["类别"], line["单位"]) == ("手工市", "core", "亿元")]
    moved = {line["原因"]: float(line["影响"]) for line in whole if float(line["影响"])}
    assert moved == {"不足3家的各项": 1.0}  # the correction of one firm
    since = told("revision", QUARTER, "--to", "2022-05-31", "--home", str(place.home))
    assert "与发布包 2022Q1_2022-04-20_" in since.out
    assert "一致" in since.out
    brief = told("revision", QUARTER, "--from", "2022-04-18", "--to", "2022-05-01", "--home", str(place.home))
    assert "核心产业增加值（监测测算）由" in brief.out
    assert "不足3家的各项 +1.0 亿元" in brief.out
    every = told("revision", QUARTER, "--from", "2022-04-18", "--to", "2022-05-01", "--all", "--home", str(place.home))
    assert len(every.out) > len(brief.out)
    still = told("revision", QUARTER, "--from", "2022-05-20", "--to", "2022-05-21", "--home", str(place.home))
    assert "没有修订" in still.out


def test_where_nothing_can_be_compared_nothing_is_checked(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revised, "split_between", lambda *_: [])
    said = told("revision", QUARTER, "--to", "2022-05-31", "--home", str(place.home))
    assert said.code == 0, said.err
    assert "没有可比的核心产业增加值，无从与发布包 2022Q1_2022-04-20_" in said.out


def test_a_release_leaves_only_while_its_day_is_known_as_it_was(place: Workspace, tmp_path: Path) -> None:
    folder = current(place)
    _refuse_other_ground(place, manifest(folder))  # what was learnt after its day does not matter
    home = duplicate(place.home, tmp_path / "home")
    revised_city.correct(home, LATE, 5_000_000)
    make_reference(home)
    with pytest.raises(InputError, match="尚未重算：2022Q1"):
        _refuse_other_ground(Workspace(home), manifest(folder))
    make_quarter(home, QUARTER)
    with pytest.raises(InputError, match=f"shuce run 2022Q1 --as-of {LATE}") as fault:
        _refuse_other_ground(Workspace(home), manifest(folder))
    assert fault.value.where == folder.name
    _refuse_other_ground(Workspace(home), manifest(next(place.releases.glob(f"{QUARTER}_{DUE}_*"))))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "2022-05-01", "--to", "2022-04-01"), "不早于"),
        (("--to", "2022-04-19"), "--from"),  # nothing had been released
        (("--from", "五月"), "五月"),
    ],
)
def test_days_that_cannot_be_compared(place: Workspace, arguments: tuple[str, ...], words: str) -> None:
    said = told("revision", QUARTER, *arguments, "--home", str(place.home))
    assert said.code == 2
    assert words in said.err


def test_a_table_that_mixes_vintages_or_days_is_refused(place: Workspace) -> None:
    folder = current(place)
    tables = {path.stem: pq.read_table(path) for path in (folder / "parquet").glob("*.parquet")}
    figures = Figures.of(place.city, Quarter.parse(QUARTER), LATE, tables)
    # The city, the two divisions that have firms, its county.
    cells = [(found.region, found.cls) for found in changes(figures, "core_value_added")]
    city, county = by_hand.CITY, by_hand.COUNTY
    assert cells == [(city, "core"), (city, "01"), (city, "03"), (county, "core")]
    at = next(n for n, row in enumerate(figures.revision) if row["indicator"] == "core_value_added")
    first = figures.revision[at]
    for name, other in (("vintage", "final"), ("previous_as_of", DAYS["late"])):
        mixed = [*figures.revision[:at], first | {name: other}, *figures.revision[at + 1 :]]
        with pytest.raises(InputError, match=name):
            changes(replace(figures, revision=mixed), "core_value_added")
