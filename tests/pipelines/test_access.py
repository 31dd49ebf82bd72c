"""Who looked at units is written down before anything is shown, and never changed."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines.access import LOG, accesses, record
from pipelines.journal import BrokenLogError
from pipelines.workspace import Workspace
from tests.end_to_end.by_hand import SETTINGS

ASKED = {"period": "2023Q1", "region": "990100", "class": "core"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "city.toml").write_text(SETTINGS, encoding="utf-8")
    return Workspace(tmp_path)


def test_each_look_is_a_line(workspace: Workspace) -> None:
    for purpose in ("核对归类", " 复核 "):
        record(workspace, "explain", ASKED, purpose=purpose, units=3)
    found = accesses(workspace)
    assert [(look.by, look.command, look.asked, look.purpose, look.units) for look in found] == [
        (getpass.getuser(), "explain", ASKED, purpose, 3) for purpose in ("核对归类", "复核")
    ]
    assert found[0].at <= found[1].at
    assert (workspace.log / LOG).stat().st_mode & 0o077 == 0


def test_no_purpose_no_line(workspace: Workspace) -> None:
    with pytest.raises(InputError, match="--purpose"):
        record(workspace, "explain", ASKED, purpose=" ", units=3)
    assert accesses(workspace) == []


def test_a_line_that_was_altered_is_found_and_stops_the_next(workspace: Workspace) -> None:
    record(workspace, "explain", ASKED, purpose="核对归类", units=3)
    path = workspace.log / LOG
    path.write_text(path.read_text(encoding="utf-8").replace("核对归类", "别的用途"), encoding="utf-8")
    with pytest.raises(BrokenLogError):
        accesses(workspace)
    with pytest.raises(BrokenLogError):
        record(workspace, "explain", ASKED, purpose="再看", units=3)
