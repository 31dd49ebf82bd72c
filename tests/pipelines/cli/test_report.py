"""shuce report, as the task force's clerk would use it."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipelines.workspace import Workspace
from tests.end_to_end.running import Told, told
from tests.pipelines.ledgers.conftest import ledger_city  # noqa: F401 - a fixture


def shuce(home: Path, *arguments: str) -> Told:
    """Run ``shuce report`` on a workspace."""
    return told("report", *arguments, "--home", str(home))


def test_a_report_is_written_and_shown(ledger_city: Workspace, tmp_path: Path) -> None:  # noqa: F811
    home = tmp_path / "home"
    shutil.copytree(ledger_city.home, home)
    said = shuce(home, "weekly", "2023-10-27", "--as-of", "2023-10-28")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].startswith("2023年第43周（10月23日—10月29日）")
    assert lines[1] == "  数据截止 2023-10-28，L1，专班使用"
    assert {Path(line.strip()).suffix for line in lines[2:]} == {".html", ".docx", ".xlsx"}
    assert all(Path(line.strip()).is_file() for line in lines[2:])

    refused = shuce(home, "monthly", "2023-10", "--as-of", "2023-10-27")
    assert refused.code == 2
    assert "数据截止日应为 2023-11-05 至 2023-12-04" in refused.err
    assert "shuce run 2023Q4" in shuce(home, "quarterly").err
    assert not (home / "reports" / "quarterly").exists()


def test_without_ledgers_it_says_what_to_do(ledger_city: Workspace, tmp_path: Path) -> None:  # noqa: F811
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    shutil.copy(ledger_city.home / "city.toml", home)
    said = shuce(home, "weekly")
    assert said.code == 2
    assert "还没有收到台账" in said.err
