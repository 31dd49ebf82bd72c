"""Copies that left are held against the log: gone, altered, unknown, or left between log and place by a killed run."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from classification.errors import InputError
from pipelines.access import accesses, record
from pipelines.cli.query import named
from pipelines.release import cut as module
from pipelines.release.copies import copy_line, faults, logged, refuse_faults, register
from pipelines.release.copies import copy_of as intact
from pipelines.release.cut import BUILDING, REQUIRED, cut_level
from pipelines.release.issue import STAMPS, Issue
from pipelines.workspace import Workspace
from tests.pipelines.release import stand_in

DAY = dt.date(2024, 1, 20)
TOLD = {"of": "2023Q4_2024-01-20_0123456789", "hidden": [["419901", "01"]], "unchanged": [], "known": {}}


def one_file(folder: Path, _: Workspace, __: object, tables: dict[str, pa.Table], *_rounded: object) -> None:
    (folder / "bulletin.html").write_text(str(len(tables)), encoding="utf-8")


def left(workspace: Workspace, level: str = "L1", **said: object) -> Path:
    """A copy that leaves, its tables small and its product one file."""
    issue = Issue("", stand_in.LAST, DAY, level=level, stamp=STAMPS[level])
    tables = {name: rows.slice(0, 3) for name, rows in stand_in.city_tables().items() if name in REQUIRED}
    told = TOLD | said
    line = {"level": level, "quarter": str(stand_in.LAST), "as_of": str(DAY), **told}

    def note(name: str, sha256: str) -> None:
        copied = copy_line({"release": name, **line}, sha256, {"class_part/2023Q4": "ab"})
        record(workspace, "export", {"level": level}, purpose="试", units=0, copied=copied)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_fill", one_file)
        return cut_level(workspace, issue, tables, told, note=note)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city with a copy of either level."""
    workspace = stand_in.city_workspace(tmp_path_factory.mktemp("copies") / "home")
    left(workspace)
    left(workspace, "L0", approval={"approved_by": "局领导"})
    return workspace.home


@pytest.fixture
def workspace(city: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(city, tmp_path / "home")
    return Workspace(tmp_path / "home")


def copy_of(workspace: Workspace, level: str) -> Path:
    (found,) = workspace.exports(level).iterdir()
    return found


def test_a_copy_is_logged_with_all_that_it_told(workspace: Workspace) -> None:
    refuse_faults(workspace)
    line = logged(workspace)[copy_of(workspace, "L0").name]
    assert line.copied is not None
    assert (line.purpose, line.copied.level, line.copied.quarter) == ("试", "L0", "2023Q4")
    assert (line.copied.of, line.copied.approval) == (TOLD["of"], {"approved_by": "局领导"})
    assert line.copied.rested_on == {"class_part/2023Q4": "ab"}


def test_the_same_copy_again_is_a_line_and_no_second_folder(workspace: Workspace) -> None:
    again = left(workspace)
    assert again == copy_of(workspace, "L1")
    assert [line.copied.name for line in accesses(workspace) if line.copied].count(again.name) == 2
    refuse_faults(workspace)


@pytest.mark.parametrize("key", ["hidden", "unchanged", "known"])
def test_what_a_copy_told_cannot_be_edited(workspace: Workspace, key: str) -> None:
    path = copy_of(workspace, "L1") / "manifest.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    path.chmod(0o644)
    path.write_text(json.dumps(said | {key: []}, ensure_ascii=False), encoding="utf-8")
    refused(workspace, copy_of(workspace, "L1").name, "altered", "与导出时的记录不符")
    # Nor by exporting it again: what counts is what was written when it left.
    left(workspace)
    refused(workspace, copy_of(workspace, "L1").name, "altered", "与导出时的记录不符")


def test_a_copy_whose_figures_were_edited_is_not_as_it_was(workspace: Workspace) -> None:
    path = copy_of(workspace, "L0") / "bulletin.html"
    path.chmod(0o644)
    path.write_text("edited", encoding="utf-8")
    refused(workspace, copy_of(workspace, "L0").name, "altered", "与导出时的记录不符")


def test_a_copy_that_is_gone_is_missed_until_it_is_put_back(workspace: Workspace, tmp_path: Path) -> None:
    folder = copy_of(workspace, "L1")
    handed_out = shutil.copytree(folder, tmp_path / "handed_out")
    shutil.rmtree(folder)
    refused(workspace, folder.name, "missing", "记录中有而文件夹已不在")
    shutil.copytree(handed_out, folder)
    refuse_faults(workspace)


def test_a_folder_that_nobody_logged_is_named(workspace: Workspace) -> None:
    folder = copy_of(workspace, "L1")
    strange = folder.with_name(f"{folder.name}x")
    shutil.copytree(folder, strange)
    refused(workspace, strange.name, "unlogged", "有文件夹而没有记录")


def test_a_folder_under_another_name_is_not_registered(workspace: Workspace) -> None:
    folder = copy_of(workspace, "L1")
    strange = folder.with_name(f"{folder.name}x")
    shutil.copytree(folder, strange)
    before = len(list(accesses(workspace)))
    with pytest.raises(InputError, match=f"{strange.name} 里是导出 {folder.name}"):
        register(workspace, purpose="试")
    assert len(list(accesses(workspace))) == before


def test_a_file_that_was_added_to_a_copy_is_named(workspace: Workspace) -> None:
    folder = copy_of(workspace, "L1")
    (folder / "extra.txt").write_text("", encoding="utf-8")
    assert module.altered(folder, module.manifest(folder)) == ["extra.txt"]
    refused(workspace, folder.name, "altered", "与导出时的记录不符")


def test_a_copy_whose_folder_is_gone_is_still_known(workspace: Workspace) -> None:
    folder = copy_of(workspace, "L1")
    shutil.rmtree(folder)
    with pytest.raises(InputError, match="文件夹已不在"):
        named(workspace, folder.name)
    with pytest.raises(InputError, match="没有名称以"):
        named(workspace, "1999")


def refused(workspace: Workspace, name: str, kind: str, words: str) -> None:
    assert faults(workspace) == {name: kind}
    with pytest.raises(InputError) as fault:
        refuse_faults(workspace)
    assert f"{words}：{name}" in fault.value.zh
    assert f"{kind}: {name}" in fault.value.en
    assert fault.value.where == str(workspace.home / "export")


def test_killed_between_log_and_place_the_copy_takes_its_place(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "place", killed)
        with pytest.raises(KeyboardInterrupt):
            left(workspace, hidden=[])
    (building,) = workspace.exports("L1").glob(f"{BUILDING}*")
    name = building.name.removeprefix(BUILDING)
    assert faults(workspace) == {name: "missing"}
    module.sweep(workspace.releases)  # a release that is cut meanwhile leaves it alone
    refuse_faults(workspace)
    assert not building.exists()
    assert faults(workspace) == {}
    assert left(workspace, hidden=[]).name == name


def test_killed_before_the_log_there_is_no_copy(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy_of(workspace, "L1")
    with monkeypatch.context() as patch:
        patch.setitem(globals(), "record", killed)
        with pytest.raises(KeyboardInterrupt):
            left(workspace, hidden=[])
    assert [path.name.startswith(BUILDING) for path in workspace.exports("L1").iterdir()].count(True) == 1
    refuse_faults(workspace)
    assert left(workspace) == folder
    assert copy_of(workspace, "L1") == folder


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_the_first_copy_of_a_release_is_found_while_it_lies_as_it_left(workspace: Workspace) -> None:
    release, first = workspace.releases / TOLD["of"], copy_of(workspace, "L1")
    left(workspace, hidden=[["419901", "02"]])
    assert len(list(workspace.exports("L1").iterdir())) == 2
    assert intact(workspace, release, "L1") == first
    assert intact(workspace, release.with_name("2023Q4_2024-01-21_0123456789"), "L1") is None
    (first / "more.html").write_text("added", encoding="utf-8")
    assert intact(workspace, release, "L1") not in {first, None}
    shutil.rmtree(workspace.exports("L1"))
    assert intact(workspace, release, "L1") is None


def test_a_copy_that_is_not_in_the_log_is_none(workspace: Workspace) -> None:
    shutil.rmtree(workspace.log)
    assert intact(workspace, workspace.releases / TOLD["of"], "L1") is None
