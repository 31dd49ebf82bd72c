"""shuce review as a reviewer uses it: the queue at 80 columns, lists out, answers in, missing returns, the score."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner, Result

from classification.errors import InputError
from pipelines.cli import app as command_line
from pipelines.cli import review, review_queue, review_score
from pipelines.clock import today
from pipelines.lake import Lake
from pipelines.review.score import PLANTED
from pipelines.steps.lines import lines_partition
from pipelines.workspace import Workspace
from tests.pipelines.review.asking import QUARTER, asking, filled, finding, firm, put, unit
from tests.pipelines.review.test_late import registered


def shuce(workspace: Workspace, *words: str) -> Result:
    done = CliRunner().invoke(command_line.app, ["review", *words, "--home", str(workspace.home)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(review.console, "_width", 80)
    made = asking(
        tmp_path / "home",
        finding(
            2, score=900, message_zh="“营业收入/本年累计”同比变动超过 50%，拉动本行业增速超过 0.5 个百分点，请核实。"
        ),
        finding(2, "C06", score=10),
        finding(3, score=95),
        finding(4, score=5),
        finding(6, "A12", name=None),
        finding(8, note="订单增加"),
    )
    put(made, "core_register", QUARTER, [registered(n) for n in (1, 2, 5)])
    return made


def test_the_top_of_the_queue_is_shown_first(workspace: Workspace) -> None:
    said = shuce(workspace).stdout
    assert "示范市 2023Q4 核实查询：待答复 5，待更正 0，已说明 1，已重报 0" in said
    assert "前 3 条（2 户）覆盖预期影响的 95%，请先核实这些；共 5 条（4 户）待答复。" in said
    assert "▲ 1" in said
    assert unit(2) in said
    assert unit(3) in said
    assert unit(4) not in said
    assert "其余 2 条：shuce review 2023Q4 --all" in said
    assert "导出各县区查询单：shuce review export 2023Q4" in said
    assert said == shuce(workspace, "queue", QUARTER).stdout == shuce(workspace, QUARTER).stdout


def test_it_reads_well_at_80_columns(workspace: Workspace) -> None:
    lines = shuce(workspace, "--all").stdout.splitlines()
    assert max(map(cell_len, lines)) <= 80
    # Chinese characters are two columns wide: what belongs to one column stands below each other.
    head = next(line for line in lines if "户序" in line)
    column = cell_len(head.partition("疑问")[0])
    row = next(line for line in lines if "“营业收入" in line)
    assert cell_len(row.partition("“营业")[0]) == column
    assert "── 以上覆盖 95% ──" in "\n".join(lines)
    assert "90.0%" in row


def test_everything_and_parts_of_it(workspace: Workspace) -> None:
    everything = shuce(workspace, "--all").stdout
    assert all(unit(n) in everything for n in (2, 3, 4, 6, 8))
    assert "〔已说明01-18〕" in everything
    assert "（无名称）" in everything
    assert unit(3) in shuce(workspace, "--county", "乙区").stdout
    assert unit(2) not in shuce(workspace, "--county", "419902").stdout
    assert unit(8) in shuce(workspace, "--status", "已说明").stdout
    assert unit(2) not in shuce(workspace, "--status", "confirmed").stdout
    assert unit(6) in shuce(workspace, "--rule", "a12").stdout
    assert unit(2) not in shuce(workspace, "--form", "F203").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--county", "丙区"), "没有“丙区”这个县（市、区）；现有：甲区、乙区"),
        (("--status", "搁置"), "没有“搁置”这种状态；可用：待答复"),
        (("--rule", "A01"), "没有“A01”这条核实性规则；现有：A05"),
        (("--form", "B999"), "没有“B999”这张表；现有：A103"),
        (("2023年",), "2023"),
        (("2022Q4",), "缺少以下各期的 core_query"),
        (("--values",), "只在终端上显示"),
        (("export", "--due", "明天"), "“明天”不是日期"),
        (("read", "x.xlsx", "--received-on", "2999-01-01"), "不能晚于今天"),
    ],
)
def test_what_cannot_be_is_told(workspace: Workspace, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said) as told:
        shuce(workspace, *words)
    assert told.value.en


def test_what_was_reported_is_shown_on_request_on_a_terminal_only(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ((), ("--all",), ("export",), ("late",)):
        assert "7002" not in shuce(workspace, *words).output
    screen = Console(force_terminal=True, width=80)
    monkeypatch.setattr(review, "console", screen)
    with screen.capture() as shown:
        shuce(workspace, "--values")
    assert "7002" in shown.get()
    assert "3500" in shown.get()


def test_no_impact_shows_the_beginning(tmp_path: Path) -> None:
    many = asking(tmp_path / "home", *(finding(n) for n in range(1, 30)))
    said = shuce(many).stdout
    assert "都不影响核心产业增加值总量" in said
    assert said.count("B203") == review_queue.MOST
    assert "其余 9 条" in said


def test_nothing_to_ask(tmp_path: Path) -> None:
    none = asking(tmp_path / "home")
    said = shuce(none).stdout
    assert "没有待答复的查询" in said
    assert "export" not in said
    assert "只写了汇总" in shuce(none, "export").stdout


def test_lists_out_and_answers_in(workspace: Workspace, tmp_path: Path) -> None:
    said = shuce(workspace, "export", "--due", "2024-01-25").stdout
    folder = workspace.review / QUARTER
    assert "2 个县（市、区）的查询单和汇总，答复截止 2024-01-25" in said
    assert str(folder) in said
    assert "shuce review read" in said
    [path] = folder.glob("核实查询单_*_甲区.xlsx")
    good = filled(path, tmp_path / path.name, ("情况属实", "新签大客户", "张三"), ("将更正重报", None, "张三"))
    done = shuce(workspace, "read", str(good), "--received-on", "2024-01-22", "--by", "王科")
    assert done.exit_code == 0
    assert "登记 2 条（情况属实 1、将更正重报 1），此前已登记 0 条，未答复 2 条，退回 0 行" in done.stdout
    assert "1 条待更正：更正表放入 inbox 后运行 shuce run 2023Q4" in done.stdout
    assert "2023Q4：前 1 条（1 户）覆盖预期影响的 95%" in done.stdout
    again = shuce(workspace, "read", str(good))
    assert again.exit_code == 0
    assert "与 2024-01-22 收到、王科 读入的文件完全相同" in again.stdout
    assert "登记 0 条，此前已登记 2 条" in again.stdout
    # What was filled in is not written over until it was read.
    filled(path, path, ("情况属实", "新厂投产", "李四"))
    with pytest.raises(InputError, match="可能已填写答复"):
        shuce(workspace, "export", "--due", "2024-01-26")
    assert shuce(workspace, "read", str(path)).exit_code == 0
    assert shuce(workspace, "export", "--due", "2024-01-26").exit_code == 0


def test_lines_and_files_that_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    shuce(workspace, "export")
    [path] = (workspace.review / QUARTER).glob("核实查询单_*_甲区.xlsx")
    bad = filled(path, tmp_path / "a.xlsx", ("情况属实", None, "张三"), ("已更正重报", None, "张三"))
    done = shuce(workspace, "read", str(bad))
    assert done.exit_code == 1
    assert "核实查询单 第5行 说明：“情况属实”必须写明具体原因" in done.stdout
    assert "已登记的行不受影响" in done.stdout
    broken = tmp_path / "b.xlsx"
    broken.write_bytes(b"PK\x03\x04")
    done = shuce(workspace, "read", str(broken), str(bad))
    assert done.exit_code == 2
    assert "b.xlsx：文件损坏" in done.stdout
    assert "The file is damaged" in done.stdout
    assert "此前已登记 1 条" in done.stdout


def test_missing_returns_are_counted_and_listed(workspace: Workspace) -> None:
    said = shuce(workspace, "late", "--as-of", "2024-01-22").stdout
    assert "应报 3 家，共 2 家未报；迟报 0 家" in said
    assert "截止日：B203、F203、E203 2024-01-18，C203 2024-01-13" in said
    assert "导出催报清单：shuce review late 2023Q4 --as-of 2024-01-22 --export" in said
    assert unit(2) not in said
    assert max(map(cell_len, said.splitlines()[:-1])) <= 80
    said = shuce(workspace, "late", "--as-of", "2024-01-22", "--export").stdout
    assert "2 个县（市、区）的催报清单" in said
    assert len(list((workspace.review / QUARTER).glob("催报清单_*.xlsx"))) == 2
    # A quarter long released is looked at as on its last deadline.
    assert "（截至 2024-01-18）" in shuce(workspace, "late").stdout


def test_a_unit_without_a_county_is_counted_too(workspace: Workspace) -> None:
    put(workspace, "core_register", QUARTER, [registered(2, county=None), registered(1)])
    said = shuce(workspace, "late", "--as-of", "2024-01-22").stdout
    assert "（无县区）" in said
    put(workspace, "core_register", QUARTER, [registered(1)])
    assert "export" not in shuce(workspace, "late", "--as-of", "2024-01-22").stdout


def test_a_run_ends_with_a_word_about_its_queries(workspace: Workspace, tmp_path: Path) -> None:
    screen = Console(width=80)
    with screen.capture() as shown:
        review_queue.hint(workspace, QUARTER, screen)
        review_queue.hint(workspace, "2022Q4", screen)
        review_queue.hint(asking(tmp_path / "none"), QUARTER, screen)
    assert shown.get() == "? 核实查询 5 条（4 户）待答复，见 shuce review 2023Q4\n"


def test_a_list_in_the_inbox_is_told_where_it_belongs(workspace: Workspace) -> None:
    (workspace.inbox / "核实查询单_2023Q4_419901_甲区.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = CliRunner().invoke(command_line.app, ["inbox", "--csv", "--home", str(workspace.home)])
    assert "请用 shuce review read 读入" in done.stdout


def scored(workspace: Workspace, planted: str) -> Result:
    from pipelines.steps.raw import raw

    for form in ("industry", "service", "trade", "construction", "register"):
        raw(workspace, form, QUARTER)
    raw(workspace, "annual")
    (workspace.home / PLANTED).write_text(planted, encoding="utf-8-sig")
    put(workspace, "core_set_aside", QUARTER, [])
    return shuce(workspace, "score")


def test_rules_are_scored_and_a_missed_error_fails(workspace: Workspace) -> None:
    head = "id,file,row,rule\n"
    good = scored(workspace, head + "P1,B203.xlsx,2,C06\n")
    assert good.exit_code == 0, good.output
    assert "埋入 1 处，查出 1 处；强制性规则在 0 个干净行上误报 0 行；计量单位错误每千户误报 — 次" in good.stdout
    line = next(line for line in good.stdout.splitlines() if line.startswith("C06"))
    assert line.split() == ["C06", "核实", "1", "1", "100.0%", "1", "1", "0.0%"]
    missed = scored(workspace, head + "P1,B203.xlsx,2,A01\n")
    assert missed.exit_code == 1
    assert "✗ 埋入 1 处，查出 0 处" in missed.stdout


def test_a_city_with_clean_rows_has_a_rate_per_thousand_firms(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa

    line = {
        "rule": "B03X", "severity": "soft", "planted": 1, "found": 1, "recall": 1.0, "flagged": 3, "false_alarms": 2,
        "clean_rows": 5000, "precision": 1 / 3,
    }  # fmt: skip
    monkeypatch.setattr(review_score, "score", lambda _: pa.Table.from_pylist([line]))
    assert "计量单位错误每千户误报 2.00 次" in shuce(workspace, "score").stdout


def test_only_a_synthetic_city_is_scored(workspace: Workspace) -> None:
    with pytest.raises(InputError, match="合成城市"):
        shuce(workspace, "score")


def test_help_names_the_commands() -> None:
    said = CliRunner().invoke(command_line.app, ["review", "--help"]).stdout
    assert all(name in said for name in ("queue", "export", "read", "late", "score"))


def test_the_quick_path_stays_quick(workspace: Workspace, tmp_path: Path) -> None:
    shuce(workspace, "export")
    [path] = (workspace.review / QUARTER).glob("核实查询单_*_甲区.xlsx")
    answers = filled(path, tmp_path / "a.xlsx", ("情况属实", "新签大客户", "张三"))
    code = (
        "import sys; from typer.testing import CliRunner; from pipelines.cli.app import app\n"
        "def none(*words):\n"
        f"    done = CliRunner().invoke(app, ['review', *words, '--home', {str(workspace.home)!r}])\n"
        "    assert done.exit_code == 0, done.exception\n"
        "    heavy = {'dagster', 'great_expectations', 'pandas', 'sklearn', 'altair'} & set(sys.modules)\n"
        "    assert not heavy, (words, heavy)\n"
        f"none(); none('export'); none('late'); none('read', {str(answers)!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(today()) in (Lake(workspace.lake).root.parent / "log/replies.jsonl").read_text("utf-8")
    assert firm(2) not in (workspace.log / "replies.jsonl").read_text("utf-8")
    assert lines_partition("register", QUARTER) in Lake(workspace.lake).partitions("core_query")
