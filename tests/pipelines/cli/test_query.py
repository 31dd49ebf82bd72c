"""shuce sql and shuce where: rows and places as they are, whatever they look like."""

from __future__ import annotations

import io
import json
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from pipelines.cli import app
from pipelines.cli.query import show_places
from pipelines.release.read import DATABASE
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import told

NEW, OLD = "2023Q1_2023-04-20_bbb", "2022Q4_2023-01-20_aaa"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two releases, each a database that knows its name, and nothing else."""
    home = tmp_path_factory.mktemp("query") / "[a] b"
    home.mkdir()
    (home / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    for name in (OLD, NEW):
        folder = home / "release" / name
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps({"release": name}), encoding="utf-8")
        (folder / "bulletin.html").write_text("<html>", encoding="utf-8")
        with duckdb.connect(str(folder / DATABASE)) as database:
            database.execute("CREATE TABLE said AS SELECT ? AS name", [name])
    (home / "release" / "current").symlink_to(NEW)
    (home / "release" / ".building-2022Q4_x").mkdir()
    return home


def sql(home: Path, statement: str, *more: str) -> str:
    said = told("sql", statement, "--home", str(home), *more)
    assert said.code == 0, said.err
    return said.out


def test_rows_are_shown_as_they_are(home: Path) -> None:
    shown = sql(home, "SELECT '[/b] [red]x' AS \"[c]\", NULL AS n, 1234567.5::DOUBLE AS f, 12345678901 AS i")
    assert "[/b] [red]x" in shown
    assert "[c]" in shown
    assert "1.23457e+06" in shown
    assert "12345678901" in shown
    assert "共 1 行" in shown


def on_a_screen(home: Path, statement: str, *, width: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    screen = Console(width=width, force_terminal=True, color_system=None, legacy_windows=False)
    monkeypatch.setattr(app, "console", screen)
    return [line.rstrip() for line in sql(home, statement).splitlines()]


def test_rows_too_wide_for_the_screen_stand_one_under_the_other(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = f"SELECT '{'a' * 30}' AS one, '{'b' * 30}' AS \"[two]\""
    assert len(on_a_screen(home, wide, width=100, monkeypatch=monkeypatch)) == 3
    shown = on_a_screen(home, wide, width=50, monkeypatch=monkeypatch)
    assert shown == ["── 1 ──", f"one    {'a' * 30}", f"[two]  {'b' * 30}", "共 1 行"]


def test_csv_is_for_programs(home: Path) -> None:
    assert sql(home, "SELECT 1.5 AS a, NULL AS b, '甲,乙' AS c", "--csv") == 'a,b,c\r\n1.5,,"甲,乙"\r\n'


@pytest.mark.parametrize(("name", "release"), [("", NEW), ("2022Q4", OLD), (OLD, OLD), ("2023", NEW), ("20", NEW)])
def test_a_release_is_known_by_the_beginning_of_its_name(home: Path, name: str, release: str) -> None:
    assert sql(home, "SELECT name FROM said", "--csv", "--release", name) == f"name\r\n{release}\r\n"


@pytest.mark.parametrize("name", ["2021", "../../query", "/tmp", ".building", "*"])
def test_what_is_no_release_is_told_with_those_that_are(home: Path, name: str) -> None:
    said = told("sql", "SELECT 1", "--home", str(home), "--release", name)
    assert said.code == 2
    assert f"{OLD}、{NEW}" in said.err


def test_where_shows_what_is_there_with_whole_paths(home: Path) -> None:
    said = told("where", "--home", str(home))
    assert said.code == 0, said.err
    assert str(home / "release" / NEW / "bulletin.html") in said.out
    assert "workbook.xlsx" not in said.out
    assert f'shuce sql --home {home} "FROM v_core_latest"' in said.out


def test_an_older_release_says_that_a_newer_one_is_current(home: Path) -> None:
    out = io.StringIO()
    show_places(Workspace(home), Console(file=out, width=400), home / "release" / OLD)
    assert f"--release {OLD}" in out.getvalue()
    assert f"current 仍指向较新的 {NEW}" in out.getvalue()
