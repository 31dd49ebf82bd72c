"""shuce export and what is found by name: which release is meant, and of which one a copy is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines.cli.export import _release
from pipelines.release.read import origin
from pipelines.workspace import Workspace

DAY, LATER, FLASH = "2023Q4_2024-01-20_0123456789", "2023Q4_2024-02-20_0123456789", "2023Q4_2024-02-20_flash_ab"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for name in (DAY, LATER, FLASH):
        _folder(tmp_path / "release" / name)
    (tmp_path / "release" / "current").symlink_to(DAY)
    return Workspace(tmp_path)


def _folder(folder: Path, **said: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("asked", "meant"), [("", DAY), ("2023Q4", LATER), ("2023Q4_2024-01", DAY), (FLASH, FLASH)])
def test_a_quarter_means_its_latest_release_that_is_no_flash(workspace: Workspace, asked: str, meant: str) -> None:
    assert _release(workspace, asked).name == meant


@pytest.mark.parametrize("asked", ["2023Q3", "2023Q3_2024-01-20"])
def test_what_is_not_there_is_named(workspace: Workspace, asked: str) -> None:
    with pytest.raises(InputError, match=asked):
        _release(workspace, asked)


def test_a_copy_knows_its_release_while_it_is_there(workspace: Workspace) -> None:
    copy = _folder(workspace.exports("L1") / "2023Q4_2024-01-20_L1_0123456789", of=DAY)
    assert origin(workspace, copy).name == DAY
    assert origin(workspace, workspace.releases / LATER).name == LATER
    (workspace.releases / DAY / "manifest.json").unlink()
    with pytest.raises(InputError, match=f"{copy.name} 是由发布包 {DAY} 导出的"):
        origin(workspace, copy)
