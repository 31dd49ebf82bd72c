"""shuce run and shuce demo: which workspaces are run, what is written, and what is shown meanwhile."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from pipelines import progress, sample
from pipelines.cli import run
from pipelines.cli.app import LEAST_FIRMS
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import told

FIRMS = 1234


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """Stand-ins for writing the city and for running a workspace; what was run."""
    calls: list[tuple[str, str, str]] = []

    def write(home: Path, *, firms: int) -> None:
        assert firms == FIRMS
        (home / "inbox").mkdir(parents=True)
        (home / "inbox" / "a.csv").write_text("1", encoding="utf-8")
        (home / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")

    def work(workspace: Workspace, quarter: str, as_of: str, console: Console, *, flash: bool = False) -> Path:
        calls.append((workspace.city.name, quarter, as_of))
        folder = workspace.releases / f"{quarter}_2023-04-20_0"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
        (workspace.releases / "current").symlink_to(folder.name)
        return folder

    monkeypatch.setattr(sample, "write_city", write)
    monkeypatch.setattr(run, "_run", work)
    return calls


def test_the_demo_is_the_city_then_the_nation(tmp_path: Path, ran: list[tuple[str, str, str]]) -> None:
    nation = tmp_path / "nation"
    nation.mkdir()
    settings = by_hand.SETTINGS.partition("[[counties]]")[0].replace("手工市", "全国").replace('"city"', '"nation"')
    (nation / "city.toml").write_text(settings, encoding="utf-8")
    said = told("demo", "--home", str(tmp_path / "city"), "--firms", str(FIRMS), "--national", str(nation))
    assert said.code == 0, said.err
    assert ran == [("手工市", "2023Q1", ""), ("全国", "2023Q1", run.NATIONAL_AS_OF)]
    assert "收件箱 1 个文件" in said.out
    assert said.out.index("手工市") < said.out.index("全国")


def test_without_the_national_set_the_city_is_all(tmp_path: Path, ran: list[tuple[str, str, str]]) -> None:
    said = told("demo", "--home", str(tmp_path / "c"), "--firms", str(FIRMS), "--national", str(tmp_path / "none"))
    assert said.code == 0, said.err
    assert len(ran) == 1


def test_no_demo_is_begun_that_was_never_released(tmp_path: Path, ran: list[tuple[str, str, str]]) -> None:
    said = told("demo", "--home", str(tmp_path / "c"), "--firms", str(LEAST_FIRMS - 1))
    assert said.code == 2
    assert str(LEAST_FIRMS) in said.err
    assert not (tmp_path / "c").exists()
    assert ran == []
    assert str(LEAST_FIRMS) in told("demo", "--help").out


def test_the_demo_leaves_a_real_city_alone(tmp_path: Path, ran: list[tuple[str, str, str]]) -> None:
    settings = by_hand.SETTINGS.replace("synthetic = true", "synthetic = false")
    (tmp_path / "city.toml").write_text(settings, encoding="utf-8")
    said = told("demo", "--home", str(tmp_path), "--firms", str(FIRMS))
    assert said.code == 2
    assert "真实城市" in said.err
    assert (tmp_path / "city.toml").read_text(encoding="utf-8") == settings
    assert not (tmp_path / "inbox").exists()
    assert ran == []


def test_a_flash_is_asked_for_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def work(workspace: Workspace, quarter: str, as_of: str, console: Console, *, flash: bool = False) -> Path:
        asked.append(flash)
        folder = workspace.releases / f"{quarter}_2023-04-18_flash_0"
        folder.mkdir(parents=True, exist_ok=True)
        link = workspace.releases / "current"
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        return folder

    monkeypatch.setattr(run, "_run", work)
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    for more in ((), ("--flash",)):
        said = told("run", by_hand.LAST, "--home", str(tmp_path), *more)
        assert said.code == 0, said.err
    assert asked == [False, True]


def told_of(*events: tuple[str, str], fails: bool = False, about: list[str] | None = None) -> str:
    """What the terminal shows while steps are heard."""
    out = io.StringIO()
    steps = run._Steps(Console(file=out, width=120))
    try:
        with steps:
            steps.begin("收数")
            if about:
                steps.about(about)
            for kind, step in events:
                for listener in progress._listeners:
                    listener(kind, step)
            if fails:
                {}["nothing"]
            steps.begin("发布")
    except KeyError:
        pass
    return out.getvalue()


def test_the_memory_told_is_this_process_s_and_said_to_be() -> None:
    out = io.StringIO()
    run._show_cost(Console(file=out, width=120), 0.0)
    assert "本进程内存峰值" in out.getvalue()
    assert "读取文件的子进程和 Spark 不在内" in out.getvalue()


def test_each_stage_leaves_a_line_with_the_steps_done() -> None:
    shown = told_of(("STEP_START", "a"), ("STEP_SUCCESS", "a"), ("STEP_SUCCESS", "b"))
    assert "✓ 收数：2 步" in shown
    assert "✓ 发布：未变化" in shown
    assert progress._listeners == []


def test_a_stage_names_what_was_behind() -> None:
    assert "✓ 收数：涉及 年报与参考表、2023Q4，1 步" in told_of(("STEP_SUCCESS", "a"), about=["年报与参考表", "2023Q4"])
    many = [f"2022Q{number}" for number in (1, 2, 3, 4)]
    assert "：涉及 2022Q1、2022Q2、2022Q3、2022Q4等 5 项，1 步" in told_of(
        ("STEP_SUCCESS", "a"), about=[*many, "2023Q1"]
    )


def test_a_stage_that_fails_is_marked() -> None:
    shown = told_of(("STEP_FAILURE", "a"), fails=True)
    assert "✗ 收数：0 步" in shown
    assert "发布" not in shown
    assert progress._listeners == []


def test_steps_outside_a_stage_are_passed() -> None:
    with run._Steps(Console(file=io.StringIO())):
        for listener in progress._listeners:
            listener("STEP_SUCCESS", "a")
