import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from indicators.quarter import Quarter
from pipelines.workspace import Workspace

SETTINGS = """
code = "419900"
name = "示范市"
kind = "city"
first_quarter = "2020Q1"
last_quarter = "2023Q4"
base_quarters = 4
[[counties]]
code = "419901"
name = "甲区"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "city.toml").write_text(SETTINGS, encoding="utf-8")
    return Workspace.locate(tmp_path)


def test_settings(workspace: Workspace) -> None:
    city = workspace.city
    assert len(city.quarters) == 16
    assert city.release_quarters[0] == Quarter(2021, 1)
    assert city.release_date(Quarter(2023, 4)) == dt.date(2024, 1, 20)
    assert city.regions == {"419900": "示范市", "419901": "甲区"}


def test_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shuce init"):
        _ = Workspace.locate(tmp_path / "nowhere").city


@pytest.mark.parametrize("line", ['first_quarter = "2020-1"', "release_day = 31", "unknown = 1", "not toml"])
def test_wrong_settings_are_told(workspace: Workspace, line: str) -> None:
    path = workspace.home / "city.toml"
    kept = [text for text in SETTINGS.splitlines() if not text.startswith(line.split(" ", maxsplit=1)[0])]
    path.write_text("\n".join([line, *kept]), encoding="utf-8")
    with pytest.raises(ValueError, match=r"city\.toml"):
        _ = Workspace.locate(workspace.home).city


def test_environment_names_the_workspace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHUCE_HOME", str(tmp_path))
    assert Workspace.locate().home == tmp_path
    monkeypatch.delenv("SHUCE_HOME")
    assert Workspace.locate().home == Path("data/demo").absolute()


def test_two_runs_at_once_the_second_is_told_who_holds_it(workspace: Workspace) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom pipelines.workspace import Workspace\n"
        "with Workspace.locate(sys.argv[1]).held('整季运行'):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(workspace.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ValueError, match="整季运行"), workspace.held("second"):
            pass
        holder.stdin.close()
        holder.wait(timeout=20)
    with workspace.held("second", wait=True), workspace.held("a step within"):
        assert "second" in (workspace.log / "holder").read_text(encoding="utf-8")
    assert (workspace.log / "holder").read_text(encoding="utf-8") == ""
