"""A ledger through the inbox like any other file: tried first, columns mapped, refused or set aside with the reason."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app as command_line
from pipelines.cli import inbox
from pipelines.steps.ledgers import board, refreshed, unread
from pipelines.workspace import Workspace
from tests.pipelines.ingest.builders import Rows, xlsx
from tests.pipelines.ingest.conftest import CITY

NAME = "TZ02_重点项目清单_甲区3月.xlsx"
HEAD = ["编号", "重点项目名称", "属地", "年内打算投", "报送单位", "报送日期"]


def sheet(*rows: list[object], head: list[str] = HEAD, unit: str = "计量单位：万元") -> Rows:
    return [["甲区重点项目清单"], [unit], head, *rows]


def project(number: int) -> list[object]:
    return [f"XM{number:03d}", f"第{number}项目", "甲区", 500 + number, "甲区发改委", "2023-03-31"]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    (home / "city.toml").write_text(CITY, encoding="utf-8")
    monkeypatch.setattr(inbox.console, "_width", 300)
    return Workspace(home)


def shuce(workspace: Workspace, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(command_line.app, ["inbox", *words, "--home", str(workspace.home)])
    return done.exit_code, " ".join(done.stdout.split())


def test_a_column_under_an_own_name_is_named_and_can_be_mapped(workspace: Workspace, tmp_path: Path) -> None:
    file = xlsx(tmp_path / NAME, sheet(project(1), project(2)))
    code, said = shuce(workspace, "check", str(file))
    assert (code, "将接受 2 行，搁置 0 行" in said) == (1, True)  # without plan and code they are doubted
    assert "以下各列不在表式中，未读取：年内打算投" in said
    code, said = shuce(workspace, "map", str(file), "--set", "年内打算投=年度计划投资", "--accept", "--by", "甲")
    assert code == 0, said
    assert "未读取" not in shuce(workspace, "check", str(file))[1]
    xlsx(workspace.inbox / NAME, sheet(project(1), project(2)))
    with workspace.held("test"):
        refreshed(workspace)
    assert board(workspace).of("project")["year_plan"].tolist() == [5_010_000.0, 5_020_000.0]


@pytest.mark.parametrize(
    ("label", "like"),
    [
        ("年度计划投资额度", "年度计划投资"),
        ("开工以来完成投资", "自开工累计完成投资"),
        ("今年已投资额", ""),  # of a year's money and of the total neither is near enough
        ("今年以来投资额", ""),
        ("项目名", ""),  # the sheet has that column
    ],
)
def test_a_column_is_suggested_only_where_one_is_near(
    workspace: Workspace, tmp_path: Path, label: str, like: str
) -> None:
    head = [*HEAD[:3], label, *HEAD[4:]]
    _, said = shuce(workspace, "check", str(xlsx(tmp_path / NAME, sheet(project(1), head=head))))
    assert f"未读取：{label}{f'（疑为“{like}”，本表缺此列）' if like else '；'}" in said


@pytest.mark.parametrize(("group", "taken"), [("投资情况", True), ("一、项目投资完成情况", True), ("上年情况", False),
                                               ("预计情况", False), ("集团合并", False)])  # fmt: skip
def test_a_title_that_only_gathers_columns_is_no_part_of_their_names(
    workspace: Workspace, tmp_path: Path, group: str, taken: bool
) -> None:
    heads = [[*HEAD[:3], group, "", *HEAD[4:]], ["", "", "", "本年累计完成投资", "年度计划投资", "", ""]]
    rows = [["清单"], ["计量单位：万元"], *heads, [*project(1)[:4], 900, *project(1)[4:]]]
    _, said = shuce(workspace, "check", str(xlsx(tmp_path / NAME, rows, merges=("D3:E3",))))
    assert "将接受 1 行" in said
    assert ("未读取" not in said) == taken


def test_shifted_columns_are_set_aside_on_trial(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["", *project(number)[:-1]] for number in (1, 2, 3)]
    code, said = shuce(workspace, "check", str(xlsx(tmp_path / NAME, sheet(*rows))))
    assert code == 1
    assert "将接受 0 行，搁置 3 行" in said


def test_a_trial_tells_what_would_be_doubted_and_what_is_missing(workspace: Workspace, tmp_path: Path) -> None:
    head = [*HEAD[:3], "年度计划投资", *HEAD[4:], "本年累计完成投资", "计划年度"]
    year = dt.date.today().year
    rows = [[*project(number), 100, year] for number in (1, 2)]
    xlsx(workspace.inbox / NAME, sheet(*rows, head=head))
    with workspace.held("test"):
        refreshed(workspace)
    again = "TZ02_重点项目清单_甲区4月.xlsx"
    swapped = [*rows[0][:3], 100, *rows[0][4:6], 501, year]
    code, said = shuce(workspace, "check", str(xlsx(tmp_path / again, sheet(swapped, rows[1], head=head))), "--csv")
    found = [line for line in csv.reader(io.StringIO(said.replace(" 核实", "\n核实"))) if line[0] == "核实"]
    # Of what has no code since before nothing is said again, nor of the other row.
    assert (code, [line[1:5] for line in found]) == (
        1, [["Sheet1", "4", "本年累计完成投资、年度计划投资", "over_plan"]])  # fmt: skip
    without = [*head[:6], "今年已投", head[7]]
    _, said = shuce(workspace, "check", str(xlsx(tmp_path / again, sheet(*rows, head=without))))
    assert "核实 0 条" in said
    assert "本表没有“本年累计完成投资”（缺列、改名或全空）" in said


def test_without_its_header_or_unit_a_sheet_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    code, said = shuce(workspace, "check", str(xlsx(tmp_path / NAME, sheet(project(1), unit="甲区"))))
    assert (code, "没有注明金额单位" in said) == (2, True)
    head = [name if name != "报送单位" else "谁报的" for name in HEAD]
    code, said = shuce(workspace, "check", str(xlsx(tmp_path / NAME, sheet(project(1), head=head))))
    assert code == 2
    assert "填报单位" in said


def test_after_a_real_intake_the_list_tells_what_was_set_aside_and_which_columns_were_not_read(
    workspace: Workspace,
) -> None:
    bad = [*project(2)]
    bad[2] = "某某县"
    xlsx(workspace.inbox / NAME, sheet(project(1), bad, head=[*HEAD[:3], "年度计划投资额度", *HEAD[4:]]))
    with workspace.held("test"):
        refreshed(workspace)
    code, said = shuce(workspace, "--csv")
    [line] = csv.DictReader(io.StringIO(said.replace(" 20", "\n20", 1)))
    assert (code, line["行数"], line["接受"], line["搁置"]) == (0, "2", "1", "1")
    assert "未读取：年度计划投资额度（疑为“年度计划投资”，本表缺此列）" in line["说明"]
    assert "共 1 个文件" in shuce(workspace, "--problems")[1]
    [column] = unread(workspace)
    assert (column["file"], column["row"]) == (NAME, 3)
