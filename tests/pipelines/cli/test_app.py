"""The command line as a whole: how it is asked, and how it says no."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from pipelines.cli import app
from tests.end_to_end import by_hand
from tests.end_to_end.running import shuce, told


def test_no_command_shows_them_all() -> None:
    said = told()
    for name in ("classify", "run", "demo", "init", "sql", "where", "ui"):
        assert name in said.out


@pytest.mark.parametrize("arguments", [("nonsense",), ("run",), ("run", "2023Q1", "--nonsense")])
def test_a_wrong_call_is_told_and_ends_with_two(arguments: tuple[str, ...]) -> None:
    said = told(*arguments)
    assert said.code == 2
    assert "Traceback" not in said.err
    assert said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("3911",), "010101"),
        (("--file", "{file}"), "firms.csv，列“行业代码”，1 行"),
        ((), "请给出代码"),
    ],
)
def test_classify_takes_a_code_or_a_file(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    file = tmp_path / "firms.csv"
    file.write_text("单位,行业代码\n甲,3911\n", encoding="utf-8")
    said = told("classify", *(part.format(file=file) for part in arguments))
    assert words in said.out + said.err
    assert said.code == (0 if arguments else 2)


def test_help_is_in_both_languages() -> None:
    said = told("run", "--help")
    assert said.code == 0
    assert "运行一个季度并发布" in said.out
    assert "Run a quarter" in said.out


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def abort(**_: object) -> None:
        raise typer.Abort

    monkeypatch.setattr(app, "app", abort)
    assert told("run").code == 130


def test_an_error_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(app, "app", fail)
    with pytest.raises(RuntimeError, match="ours"):
        told("run")


def test_a_bad_quarter_is_told_in_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    done = shuce("run", "2031Q1", "--home", str(tmp_path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "✗" in done.stderr
    assert "2031Q1 不在可发布的期间 2023Q1—2023Q1 内" in done.stderr
    assert "2031Q1 is outside 2023Q1 to 2023Q1" in done.stderr
    assert "在哪里：2031Q1" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name not in {"city.toml", "log"}] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "2023Q9"), "不是季度"),
        (("run", "2022Q1"), "改早 first_quarter（其后 base_quarters 个季度只作基期）"),
        (("run", "2031Q1"), "改晚 last_quarter"),
        (("run", "2023Q1", "--as-of", "20日"), "不是日期"),
        (("where",), "还没有发布任何一期"),
        (("sql", "SELECT 1"), "还没有发布任何一期"),
    ],
)
def test_what_cannot_be_done_is_told_in_both_languages(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    said = told(*arguments, "--home", str(tmp_path))
    assert said.code == 2
    assert words in said.err
    assert len(said.err.splitlines()) >= 2
    assert re.search("[a-z]{3} [a-z]{2}", said.err)
    assert not (tmp_path / "lake").exists()


def test_where_there_is_no_workspace_none_is_made(tmp_path: Path) -> None:
    said = told("run", "2023Q1", "--home", str(tmp_path / "nowhere"))
    assert said.code == 2
    assert "shuce init" in said.err
    assert list(tmp_path.iterdir()) == []
