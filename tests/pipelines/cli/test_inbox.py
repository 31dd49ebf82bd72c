"""shuce inbox: the list, the trial and the mapping, as a person at a county would use them."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from stdnum.cn import uscc
from typer.testing import CliRunner, Result

from classification.errors import InputError
from pipelines.cli import app as command_line
from pipelines.cli import inbox
from pipelines.ingest.forms import forms
from pipelines.ingest.landing import receipts, register
from pipelines.ingest.mapping import mapping_path
from pipelines.ingest.receipts import log_path
from pipelines.journal import Journal
from pipelines.steps.core import FIRM_FORMS, core_return, reference_set_aside
from pipelines.steps.raw import raw
from pipelines.steps.trial import _REFERENCE
from pipelines.workspace import Workspace
from tests.pipelines.ingest.builders import EXPORT, INDUSTRY, NAME, TITLE, Rows, csv_file, table, xlsx
from tests.pipelines.ingest.conftest import CITY
from tests.pipelines.ingest.test_mapping import OWN

MORE = ["应付职工薪酬", "利润总额", "应交增值税", "营业成本"]
UNIT = [f"{column.name}" for column in forms()["register"].columns]


def firm(number: int = 1, **changed: object) -> list[object]:
    """A firm that breaks no rule."""
    body = f"91419900{number:09d}"
    row = {
        "unit": body + uscc.calc_check_digit(body), "name": f"第{number}厂", "county": "419901", "gbt": "3911",
        "output": 12000 + number, "output_base": 10000 + number, "revenue": 11000 + number,
        "revenue_base": 9000 + number, "staff": 35, "wages": 2800 + number,
        "profit": 700 + number, "vat": 300 + number, "cost": 8000 + number,
    } | changed  # fmt: skip
    return list(row.values())


def industry(*firms: list[object]) -> Rows:
    """A sheet of firms with all that the rules ask for."""
    return [TITLE, [*INDUSTRY[0], *MORE], *firms, ["注：初步数。"]]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    (home / "city.toml").write_text(CITY, encoding="utf-8")
    monkeypatch.setattr(inbox.console, "_width", 300)
    return Workspace(home)


def shuce(workspace: Workspace, *words: str, answers: str = "") -> Result:
    done = CliRunner().invoke(
        command_line.app, ["inbox", *words, "--home", str(workspace.home)], input=answers, catch_exceptions=True
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def rows(done: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(done.stdout)))


def run(workspace: Workspace) -> None:
    """What a run does with the files that came, as far as it concerns the list."""
    register(workspace)
    for form in FIRM_FORMS:
        raw(workspace, form, "2023Q4")
    core_return(workspace, "2023Q4")
    for form in _REFERENCE:
        raw(workspace, form)
    reference_set_aside(workspace)


def test_the_list_says_what_came_and_what_became_of_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox_folder = workspace.inbox
    xlsx(inbox_folder / NAME, industry(firm(1), firm(2), firm(3, unit="91")))
    xlsx(inbox_folder / NAME.replace(".xlsx", "_更正1.xlsx"), industry(firm(1, revenue=11500)))
    xlsx(inbox_folder / NAME.replace(".xlsx", "_无单位.xlsx"), [["工业"], *industry(firm(4))[1:]])
    xlsx(inbox_folder / "甲区报表.xlsx", industry(firm(5)))
    csv_file(inbox_folder / "GDP_示范市_季度.csv", EXPORT)
    csv_file(inbox_folder / "M101_调查单位名录_2023年4季度.csv", table("register", UNIT))
    (inbox_folder / "坏.txt").write_bytes(b"x")
    corrected = NAME.replace(".xlsx", "_更正1.xlsx")
    (inbox_folder / "received.csv").write_text(
        f"file,received_at,reporter,source\n{NAME},2024-01-18,工业科,直报\n{corrected},2024-01-19,工业科,直报\n",
        encoding="utf-8",
    )
    first = shuce(workspace, "--csv")
    assert first.exit_code == 0
    assert "新登记 7 个文件" in first.stderr
    assert {row["状态"] for row in rows(first)} == {"待读", "拒收", "未识别"}
    run(workspace)
    found = {row["文件"]: row for row in rows(shuce(workspace, "--csv"))}

    def said(name: str) -> tuple[str, ...]:
        return tuple(found[name][key] for key in ("表号", "报告期", "版本", "状态", "行数", "接受", "搁置"))

    assert said(NAME) == ("B203", "2023Q4", "1", "已读", "3", "2", "1")
    assert said(corrected) == ("B203", "2023Q4", "2", "已读", "1", "1", "0")
    assert said("甲区报表.xlsx")[3] == "未识别"
    assert "最像 B203" in found["甲区报表.xlsx"]["说明"]
    assert said(NAME.replace(".xlsx", "_无单位.xlsx"))[3:] == ("拒收", "", "", "")
    assert "没有注明金额单位" in found[NAME.replace(".xlsx", "_无单位.xlsx")]["说明"]
    assert "No money unit" in found[NAME.replace(".xlsx", "_无单位.xlsx")]["说明（英文）"]
    assert said("坏.txt")[3] == "拒收"
    assert said("GDP_示范市_季度.csv")[3] == "已读"
    assert said("M101_调查单位名录_2023年4季度.csv")[3:] == ("已读", "1", "0", "1")
    assert (found[NAME]["报送单位"], found[NAME]["来源"], found[NAME]["收到日期"]) == ("工业科", "直报", "2024-01-18")
    assert len(found[NAME]["摘要"]) == 64
    only = {row["文件"] for row in rows(shuce(workspace, "--csv", "--problems"))}
    assert corrected not in only
    assert NAME in only
    assert "坏.txt" in only
    assert {row["报告期"] for row in rows(shuce(workspace, "--csv", "--quarter", "2023Q4"))} == {"2023Q4"}
    shown = shuce(workspace)
    assert "共 7 个文件：已读 4，拒收 2，未识别 1" in shown.stdout
    assert NAME in shown.stdout
    monkeypatch.setattr(inbox.console, "_width", 80)
    lines = shuce(workspace).stdout.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert sum(line.startswith("20") and line.split()[2:] != [] for line in lines) >= 7
    assert "2024-01-18" in "".join(lines)
    assert "2023Q4 已读" in " ".join(" ".join(lines).split())


def test_a_list_can_be_looked_at_only(workspace: Workspace) -> None:
    xlsx(workspace.inbox / NAME, industry(firm()))
    assert "共 0 个文件" in shuce(workspace, "--no-register").stdout
    assert not log_path(workspace).exists()
    assert "待读 1" in shuce(workspace).stdout
    assert "新登记" not in shuce(workspace).stderr


def test_a_held_workspace_is_listed_without_registering(workspace: Workspace) -> None:
    xlsx(workspace.inbox / NAME, industry(firm()))
    code = (
        "import sys,time; from pipelines.workspace import Workspace\n"
        f"with Workspace.locate({str(workspace.home)!r}).held('a run'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        done = shuce(workspace)
        assert done.exit_code == 0
        assert "未登记新文件：工作区正被占用" in done.stderr
        assert "共 0 个文件" in done.stdout
        other.communicate()
    (workspace.inbox / "received.csv").write_text("name\n", encoding="utf-8")
    with pytest.raises(InputError, match="收文登记的列名"):
        shuce(workspace)


def test_a_clean_file_is_tried_and_nothing_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    path = xlsx(tmp_path / NAME, industry(firm(1), firm(2)))
    before = sorted(workspace.home.rglob("*"))
    done = shuce(workspace, "check", str(path))
    assert (done.exit_code, "读到 2 行：将接受 2 行，搁置 0 行，核实 0 条" in done.stdout) == (0, True), done.stdout
    assert "B203《规模以上工业企业财务状况》 2023Q4" in done.stdout
    assert sorted(workspace.home.rglob("*")) == before
    assert not log_path(workspace).exists()
    assert rows(shuce(workspace, "check", str(path), "--csv")) == []


def test_rows_that_would_be_set_aside_are_named_with_their_place(workspace: Workspace, tmp_path: Path) -> None:
    path = xlsx(tmp_path / NAME, industry(firm(1), firm(2, unit="91"), firm(3, staff=0)), names=("表一",))
    done = shuce(workspace, "check", str(path))
    assert done.exit_code == 1
    assert "读到 3 行：将接受 2 行，搁置 1 行" in done.stdout
    found = rows(shuce(workspace, "check", str(path), "--csv"))
    aside = [row for row in found if row["处理"] == "搁置"]
    assert [(row["工作表"], row["行"], row["列"], row["规则"]) for row in aside] == [
        ("表一", "4", "统一社会信用代码", "C01")
    ]
    assert aside[0]["原因"]
    assert ("表一", "5", "A09") in {(row["工作表"], row["行"], row["规则"]) for row in found if row["处理"] == "核实"}


def test_rows_refused_one_by_one_are_named(workspace: Workspace, tmp_path: Path) -> None:
    path = csv_file(tmp_path / NAME.replace("xlsx", "csv"), industry(firm(1), [*firm(2), "多", "余"]))
    done = shuce(workspace, "check", str(path))
    assert done.exit_code == 1
    assert "读到 2 行：将接受 1 行，搁置 1 行" in done.stdout
    assert "row_too_long" in done.stdout


def test_a_trial_sees_what_was_received_before(workspace: Workspace, tmp_path: Path) -> None:
    first = xlsx(workspace.inbox / NAME, industry(firm(1), firm(2)))
    register(workspace)
    again = shuce(workspace, "check", str(first))
    assert again.exit_code == 0
    assert "内容与已登记的文件完全相同" in again.stdout
    # The same unit in another file of the same day, later by name: a correction, which takes the earlier one's place.
    other = xlsx(tmp_path / NAME.replace(".xlsx", "_补报.xlsx"), industry(firm(1, revenue=11999)))
    done = shuce(workspace, "check", str(other))
    assert "第 2 版" in done.stdout
    assert (done.exit_code, "C02" in done.stdout) == (0, False)
    # What lies in a folder of the inbox and in the register of papers is tried under that name and day.
    (workspace.inbox / "乙区").mkdir()
    inside = xlsx(workspace.inbox / "乙区" / NAME, industry(firm(1, revenue=11999)))
    (workspace.inbox / "received.csv").write_text(f"file,received_at\n乙区/{NAME},2033-01-18\n", encoding="utf-8")
    assert shuce(workspace, "check", str(inside)).exit_code == 0
    assert len(receipts(workspace)) == 1


def test_the_register_and_claims_are_tried_by_their_own_rules(workspace: Workspace, tmp_path: Path) -> None:
    code, name, county, gbt = firm(1)[:4]
    unit = [code, name, county, gbt, "2015-13-01", *[""] * 5]
    units = csv_file(tmp_path / "M101_调查单位名录_2023年4季度.csv", table("register", unit))
    done = shuce(workspace, "check", str(units))
    assert (done.exit_code, "该日期无法识别" in done.stdout) == (1, True), done.stdout
    claims = csv_file(tmp_path / "ZD01_重点企业申报归类_2023年4季度.csv", table("claim", [code, name, "0101"]))
    done = shuce(workspace, "check", str(claims))
    assert (done.exit_code, "不是数字经济小类" in done.stdout) == (1, True), done.stdout


def test_an_annual_return_of_negative_value_added_is_asked_about(workspace: Workspace, tmp_path: Path) -> None:
    code, name, county, gbt = firm(1)[:4]
    money = [9000, 9000, 8000, 500, 30, 100, 200, -2000, 0]  # gross output … operating profit, investment income
    year = [2022, "工业", code, name, county, gbt, *money, *[""] * 8]
    path = csv_file(tmp_path / "A103_企业年度财务状况_2022年.csv", [["计量单位：千元"], *table("annual", year)])
    done = shuce(workspace, "check", str(path))
    assert (done.exit_code, "A12Y" in done.stdout, "搁置 0 行" in done.stdout) == (1, True, True), done.stdout
    (said,) = rows(shuce(workspace, "check", str(path), "--csv"))
    assert (said["列"], said["规则"], said["处理"]) == ("营业利润", "A12Y", "核实")


def test_other_forms_are_tried_too(workspace: Workspace, tmp_path: Path) -> None:
    headers = table("rate")[0]
    path = csv_file(tmp_path / "HS02_增加值率_2022年.csv", [headers, ["x"] * len(headers)])
    done = shuce(workspace, "check", str(path))
    assert (done.exit_code, "搁置 1 行" in done.stdout) == (1, True), done.stdout
    units = csv_file(tmp_path / "M101_调查单位名录_2023年4季度.csv", table("register", UNIT))
    assert shuce(workspace, "check", str(units)).exit_code in (0, 1)
    export = csv_file(tmp_path / "GDP_示范市_季度.csv", EXPORT)
    assert shuce(workspace, "check", str(export)).exit_code in (0, 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("甲区报表.xlsx", "内容最像 B203"),
        (NAME.replace("2023", "2033"), "不在本工作区的范围"),
        ("=B203_2023年1-12月.xlsx", "公式符号"),
        (NAME.replace(".xlsx", ".xlsm"), "宏"),
    ],
)
def test_files_that_would_be_refused(workspace: Workspace, tmp_path: Path, name: str, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(xlsx(tmp_path / "a.xlsx", industry(firm())).read_bytes())
    done = shuce(workspace, "check", str(path))
    assert (done.exit_code, said in done.stdout) == (2, True), done.stdout
    [row] = rows(shuce(workspace, "check", str(path), "--csv"))
    assert row["处理"] == "拒收"
    assert not log_path(workspace).exists()


def test_a_file_that_lacks_a_column_is_refused_as_a_whole(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["用工" if cell == "平均用工人数" else cell for cell in row] for row in industry(firm())]
    path = xlsx(tmp_path / NAME, rows)
    done = shuce(workspace, "check", str(path))
    assert done.exit_code == 2, done.stdout
    assert "将被拒收" in done.stdout
    assert "平均用工人数" in done.stdout
    assert f"shuce inbox map {path}" in done.stdout


def test_files_that_cannot_be_read_are_refused_with_advice(workspace: Workspace, tmp_path: Path) -> None:
    path = csv_file(tmp_path / NAME.replace("xlsx", "csv"), [TITLE, OWN, firm()[:9]])
    done = shuce(workspace, "check", str(path))
    assert done.exit_code == 2
    assert "将被拒收" in done.stdout
    assert "No sheet carries" in done.stdout
    assert f"shuce inbox map {path}" in done.stdout
    link = tmp_path / "B203_规上_2023年1-9月.xlsx"
    link.symlink_to(path)
    assert "符号链接" in shuce(workspace, "check", str(link)).stdout
    with pytest.raises(InputError, match=r"(?s)没有这个文件.*no such file"):
        shuce(workspace, "check", str(tmp_path / "none.xlsx"))
    with pytest.raises(InputError, match=r"(?s)文件夹.*a folder"):
        shuce(workspace, "check", str(tmp_path))


def test_a_code_without_a_class_is_told(workspace: Workspace, tmp_path: Path) -> None:
    path = xlsx(tmp_path / NAME, industry(firm(1), firm(2, gbt="9999"), firm(3, gbt="391")), names=("表一",))
    done = shuce(workspace, "check", str(path))
    assert (done.exit_code, "将接受 3 行，搁置 0 行，核实 2 条" in done.stdout) == (1, True), done.stdout
    found = rows(shuce(workspace, "check", str(path), "--csv"))
    assert [(row["处理"], row["工作表"], row["行"], row["列"], row["规则"]) for row in found] == [
        ("核实", "表一", "4", "行业代码", "unmatched"),
        ("核实", "表一", "5", "行业代码", "ambiguous"),
    ]
    assert all("更正之前本行不计入任何行业" in row["原因"] for row in found)


def test_many_findings_are_grouped_by_rule_and_cut_on_the_screen(workspace: Workspace, tmp_path: Path) -> None:
    bad = [firm(n, unit=f"9{n}") for n in range(1, 60)]
    path = xlsx(tmp_path / NAME, industry(*bad, firm(60, staff=0), firm(61, staff=0)), names=("表一",))
    done = shuce(workspace, "check", str(path))
    assert done.stdout.count("C01") == 1
    assert "搁置 C01 59 处：统一社会信用代码不是 18 位" in done.stdout
    assert "表一 “统一社会信用代码”：第3、4、5、" in done.stdout
    assert "核实 A09 2 处：" in done.stdout
    assert done.stdout.index("C01") < done.stdout.index("A09")
    assert "第62、63行" in done.stdout
    assert "每条规则只列前 20 处；用 --csv 输出全部" in done.stdout
    assert len(rows(shuce(workspace, "check", str(path), "--csv"))) >= 59


def own_names(folder: Path) -> Path:
    return csv_file(folder / NAME.replace("xlsx", "csv"), [TITLE, [*OWN, *MORE, "填报人"], [*firm(1), "甲"]], "gb18030")


def test_a_mapping_is_suggested_confirmed_and_kept(workspace: Workspace, tmp_path: Path) -> None:
    path = own_names(tmp_path)
    done = shuce(workspace, "map", str(path), answers="y\n" * 8 + "n\n")
    assert done.exit_code == 1  # one required column was not confirmed
    assert "8 个列名已写入" in done.stdout
    assert "仍不能读取：缺少必需的表头" in done.stdout
    done = shuce(workspace, "map", str(path), "--accept", "--by", "张三")
    assert done.exit_code == 0
    assert "可以读取：1 行" in done.stdout
    kept = mapping_path(workspace, "industry").read_text(encoding="utf-8-sig").splitlines()
    assert len(kept) == 10
    assert kept[-1].startswith("industry,用工人数,staff,张三,")
    again = shuce(workspace, "map", str(path), "--accept")
    assert again.exit_code == 0
    assert again.stdout.count("已确认") == 9
    assert "填报人" in again.stdout
    assert mapping_path(workspace, "industry").read_text(encoding="utf-8-sig").splitlines() == kept
    assert shuce(workspace, "check", str(path)).exit_code == 0
    path.rename(workspace.inbox / path.name)
    run(workspace)
    [row] = rows(shuce(workspace, "--csv"))
    assert (row["状态"], row["接受"]) == ("已读", "1")


def test_nobody_there_to_confirm_means_nothing_is_written(workspace: Workspace, tmp_path: Path) -> None:
    done = shuce(workspace, "map", str(own_names(tmp_path)), answers="")
    assert done.exit_code == 1
    assert "未写入任何对应" in done.stdout
    assert done.stdout.count("[y/N]") == 1
    assert not mapping_path(workspace, "industry").exists()


def test_ones_own_choice_takes_the_place_of_a_suggestion(workspace: Workspace, tmp_path: Path) -> None:
    path = own_names(tmp_path)
    words = ["--set", "填报人=税金及附加", "--set", "产值=revenue", "--set", "本年营业收入=工业总产值"]
    shown = shuce(workspace, "map", str(path), *words, "--accept")
    assert shown.exit_code == 0
    assert "自定" in shown.stdout
    kept = mapping_path(workspace, "industry").read_text(encoding="utf-8-sig")
    assert "industry,产值,revenue," in kept
    assert "industry,本年营业收入,gross_output," in kept


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "产值=利润率"], "没有名为“利润率”的列"),
        (["--set", "总值=revenue"], "文件中没有表头“总值”"),
        (["--set", "产值=revenue", "--set", "用工人数=revenue"], "对应了同一列"),
        (["--form", "GDP"], "看不出是哪张表"),
        (["--form", "X"], "看不出是哪张表"),
    ],
)
def test_mappings_that_are_refused(workspace: Workspace, tmp_path: Path, words: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        shuce(workspace, "map", str(own_names(tmp_path)), *words, "--accept")
    assert refused.value.en
    assert not mapping_path(workspace, "industry").exists()


def test_files_for_which_nothing_can_be_suggested(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有一行像"):
        shuce(workspace, "map", str(csv_file(tmp_path / "a.csv", [["a"], ["b"]])), "--form", "B203")
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04broken")
    with pytest.raises(InputError, match="文件损坏"):
        shuce(workspace, "map", str(tmp_path / "b.xlsx"), "--form", "industry")
    with pytest.raises(InputError, match="没有这个文件"):
        shuce(workspace, "map", str(tmp_path / "none.xlsx"))


def test_an_old_log_is_sealed(workspace: Workspace) -> None:
    xlsx(workspace.inbox / NAME, industry(firm()))
    register(workspace)
    journal = Journal(log_path(workspace))
    text = "".join(line + "\n" for line in journal.read())
    journal.path.write_text(text, encoding="utf-8")
    journal.head.unlink()
    with pytest.raises(InputError, match="shuce inbox seal"):
        shuce(workspace)
    assert "旧日志另存为" in shuce(workspace, "seal").stdout
    assert "共 1 个文件" in shuce(workspace).stdout


def test_exit_codes_and_two_languages_from_outside(workspace: Workspace, tmp_path: Path) -> None:
    bad = xlsx(tmp_path / NAME, industry(firm(1, unit="91")))

    def outside(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipelines.cli.app", "inbox", "--home", str(workspace.home), *words],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert outside("check", str(bad)).returncode == 1
    lost = outside("check", str(tmp_path / "none.xlsx"))
    assert lost.returncode == 2
    assert "没有这个文件" in lost.stderr
    assert "There is no such file" in lost.stderr
    assert "none.xlsx" in lost.stderr
    assert outside().returncode == 0


def test_the_quick_path_stays_quick(workspace: Workspace, tmp_path: Path) -> None:
    xlsx(workspace.inbox / "甲.xlsx", industry(firm()))
    path = xlsx(tmp_path / NAME, industry(firm()))
    code = (
        "import sys; from typer.testing import CliRunner; from pipelines.cli.app import app\n"
        "def none(words, heavy):\n"
        f"    done = CliRunner().invoke(app, ['inbox', *words, '--home', {str(workspace.home)!r}])\n"
        "    assert done.exit_code in (0, 1), done.exception\n"
        "    assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "none([], {'dagster', 'great_expectations', 'pandas', 'sklearn', 'duckdb'})\n"
        f"none(['map', {str(own_names(tmp_path))!r}, '--accept'], {{'dagster', 'great_expectations', 'pandas'}})\n"
        f"none(['check', {str(path)!r}], {{'dagster', 'great_expectations', 'sklearn'}})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _on_another_disk(*_: object) -> None:
    raise OSError("cross-device link")


@pytest.mark.parametrize("one_disk", [True, False])
def test_a_trial_reads_the_lake_and_leaves_it_alone(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_disk: bool
) -> None:
    if not one_disk:
        monkeypatch.setattr(os, "link", _on_another_disk)
    xlsx(workspace.inbox / NAME, industry(firm(1), firm(2)))
    run(workspace)
    before = {path: path.read_bytes() for path in workspace.home.rglob("*") if path.is_file()}
    path = xlsx(tmp_path / NAME.replace(".xlsx", "_更正1.xlsx"), industry(firm(1, revenue=11999), firm(3, unit="91")))
    done = shuce(workspace, "check", str(path))
    assert (done.exit_code, "读到 2 行" in done.stdout) == (1, True), done.stdout
    assert {path: path.read_bytes() for path in workspace.home.rglob("*") if path.is_file()} == before
