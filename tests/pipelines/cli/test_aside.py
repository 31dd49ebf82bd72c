"""shuce aside: what did not go through, by file, row and column, and never the cell itself."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.cli.aside import show_lines
from pipelines.steps.asides import COLUMNS, asides, of_form
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import make_quarter, make_reference, told

QUARTER = by_hand.QUARTERS[0]
STRAY = "通知.csv"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quarter in which one return has no number, one no class, and one file is none of the forms."""
    home = by_hand.write(tmp_path_factory.mktemp("aside") / "home")
    wrong = [
        by_hand.firm(1, by_hand.COMPUTERS, output="约八百万", revenue=1, base=1),
        by_hand.firm(2, "9999", output=4711, revenue=4711, base=4711),
    ]
    by_hand.industry(home / "inbox", QUARTER, wrong)
    (home / "inbox" / STRAY).write_text("1", encoding="utf-8")
    make_reference(home)
    make_quarter(home, QUARTER)
    return home


def test_each_is_shown_with_its_place_and_reason(home: Path) -> None:
    said = told("aside", QUARTER, "--home", str(home))
    assert said.code == 0, said.err
    assert "搁置或未归类 2 行，退回 1 个文件" in said.out
    assert re.search(r"B203_.*2022年1-3月.xlsx · B203 · 第4行 · 工业总产值/本年累计：该格不是数字", said.out)
    assert re.search(r"B203_.*2022年1-3月.xlsx · B203 · 第5行 · 行业代码：", said.out)
    assert f"{STRAY}：不是已知的报表" in said.out
    assert "约八百万" not in said.out
    assert "4711" not in said.out


def test_programs_get_csv(home: Path) -> None:
    lines = list(csv.DictReader(io.StringIO(told("aside", "--home", str(home), "--csv").out)))
    assert tuple(lines[0]) == COLUMNS
    assert {(line["file"].partition("_")[0], line["row"]) for line in lines} == {
        ("B203", "4"),
        ("B203", "5"),
        (STRAY, "0"),
    }


def test_the_first_few_are_shown_after_a_run(home: Path) -> None:
    out = io.StringIO()
    assert show_lines(Workspace(home), [QUARTER], Console(file=out, width=400), most=2) == 3
    assert f"全部见 shuce aside {QUARTER}" in out.getvalue()
    assert len(out.getvalue().splitlines()) == 4


def test_one_form_can_be_picked(home: Path) -> None:
    found = asides(Workspace(home), [QUARTER])
    assert len(found) == 3
    assert len(of_form(found, "B203")) == 2
    assert len(asides(Workspace(home), ["2022Q2"])) == 1  # a quarter that has not been run, and the file


def test_nothing_to_show_is_said(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    assert "没有搁置的行" in told("aside", "--home", str(tmp_path)).out
