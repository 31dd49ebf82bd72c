"""Who may open what: folders by level, what is made while a workspace is held, old workspaces closed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pipelines.levels import FOLDERS, MODES, owner_only, settle
from pipelines.workspace import Workspace
from tests.end_to_end.by_hand import SETTINGS


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_lower_the_level_the_more_may_open_it() -> None:
    assert [MODES[level].folder for level in ("L3", "L2", "L1", "L0")] == [0o700, 0o700, 0o750, 0o755]
    assert [MODES[level].file for level in ("L3", "L2", "L1", "L0")] == [0o600, 0o600, 0o640, 0o644]
    assert [MODES[level].kept for level in ("L3", "L2", "L1", "L0")] == [0o400, 0o400, 0o440, 0o444]


def test_folders_that_were_open_are_closed_when_the_workspace_is_held(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(SETTINGS, encoding="utf-8")
    workspace = Workspace(tmp_path)
    for folder in (workspace.lake, workspace.exports("L1")):
        folder.mkdir(mode=0o777, parents=True)
        folder.chmod(0o777)
    before = os.umask(0o022)
    try:
        with workspace.held("test"):
            assert mode(workspace.lake) == 0o700
            assert mode(workspace.exports("L1")) == 0o750
            (workspace.lake / "core_return").mkdir()
            (workspace.lake / "core_return" / "2023Q1.parquet").touch()
            workspace.exports("L0").mkdir()
        assert os.umask(0o022) == 0o022  # as it was
    finally:
        os.umask(before)
    assert mode(workspace.lake / "core_return") == 0o700
    assert mode(workspace.lake / "core_return" / "2023Q1.parquet") == 0o600
    assert mode(workspace.log / "holder") == 0o600
    assert mode(workspace.exports("L0")) == mode(workspace.home / "export") == 0o755


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    settle(tmp_path)
    assert not list(tmp_path.iterdir())
    with owner_only():
        (tmp_path / "export").mkdir()
    settle(tmp_path)
    assert mode(tmp_path / "export") == MODES[FOLDERS["export"]].folder
