"""shuce check-class: results and places on the screen, units only in the file asked for."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.cli import check_class
from pipelines.cli.answer import write_answer
from tests.end_to_end import by_hand
from tests.end_to_end.running import told
from tests.pipelines.steps.conftest import QUARTER
from tests.pipelines.steps.test_claims import checked, claim, claims
from tests.pipelines.steps.test_register import registers


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = by_hand.write(tmp_path / "home")
    registers(home, [by_hand.registered(1), by_hand.registered(2), by_hand.registered(3, "")])
    claims(home, [claim(1, "010101"), {**claim(2, "010102"), "name": "=1+1"}, claim(3, "")])
    checked(home)
    return home


def test_results_and_places_are_shown_and_no_unit(home: Path) -> None:
    said = told("check-class", "--home", str(home))
    assert said.code == 0, said.err
    assert f"行业归类核对 {QUARTER}" in said.out
    assert "ZD01_重点企业申报归类_2022年1季度.csv · 第4行：错报" in said.out
    assert "第5行：无法核对（行业代码为空）" in said.out
    assert "第3行" not in said.out
    assert not any(by_hand.unit(number) in said.out for number in (1, 2, 3))
    assert "第1厂" not in said.out


def test_the_file_has_all_units_and_runs_nothing(home: Path, tmp_path: Path) -> None:
    output = tmp_path / "check.csv"
    said = told("check-class", QUARTER, "--home", str(home), "--output", str(output))
    assert said.code == 0, said.err
    assert "不得外传" in said.out
    with output.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["核对结果"] for row in rows] == ["正确", "错报", "无法核对"]
    assert rows[1]["单位名称"] == "'=1+1"
    assert (rows[1]["申报小类名称"], rows[1]["对应小类"]) == ("计算机零部件制造", "010101")
    assert rows[1]["行业名称"]
    assert rows[2]["说明"] == "行业代码为空"


def test_many_places_are_cut(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_class, "_MOST", 1)
    said = told("check-class", "--home", str(home))
    assert "共 2 户需核实" in said.out
    assert "第5行" not in said.out


def test_a_quarter_that_was_not_run_is_told(home: Path) -> None:
    said = told("check-class", "2022Q3", "--home", str(home))
    assert said.code == 2
    assert "shuce run" in said.err
    assert told("check-class", "2022", "--home", str(home)).code == 2


def test_half_an_answer_is_no_answer(tmp_path: Path) -> None:
    def broken() -> list[object]:
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        write_answer(tmp_path / "a.csv", ["x"], (broken() for _ in range(1)))
    assert list(tmp_path.iterdir()) == []
