"""The folder of lists: for its owner alone, and never over what somebody has filled in."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines.review.folder import Folder, named


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_and_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "review").mkdir(mode=0o755)
    folder = Folder(tmp_path / "review" / "2023Q4", "单")
    [path] = folder.put({"单_1.xlsx": b"a"}, read=())
    assert [mode(p) for p in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]
    assert all(mode(p) == 0o600 for p in path.parent.iterdir())
    assert not list(path.parent.glob("*.part"))


def test_lists_are_replaced_and_old_ones_go(tmp_path: Path) -> None:
    folder, other = (Folder(tmp_path / "r" / "q", kind) for kind in ("单", "别"))
    other.put({"别_1.xlsx": b"x"}, read=())
    folder.put({"单_1.xlsx": b"a", "单_2.xlsx": b"b"}, read=())
    folder.put({"单_1.xlsx": b"c"}, read=())
    assert {path.name: path.read_bytes() for path in (tmp_path / "r" / "q").glob("*.xlsx")} == {
        "单_1.xlsx": b"c",
        "别_1.xlsx": b"x",
    }


def test_what_was_filled_in_is_not_replaced(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "r" / "q", "单")
    one, two = folder.put({"单_1.xlsx": b"a", "单_2.xlsx": b"b"}, read=())
    two.write_bytes(b"answers")
    with pytest.raises(InputError, match=r"“单_2\.xlsx”在导出后被改动过"):
        folder.put({"单_1.xlsx": b"c", "单_2.xlsx": b"d"}, read=())
    assert (one.read_bytes(), two.read_bytes()) == (b"a", b"answers")
    # One that is no longer asked for stays, as somebody has written in it; one that was read in may go.
    folder.put({"单_1.xlsx": b"c"}, read=())
    assert two.read_bytes() == b"answers"
    folder.put({"单_2.xlsx": b"d"}, read=[hashlib.sha256(b"answers").hexdigest()])
    assert two.read_bytes() == b"d"
    assert not one.exists()


def test_without_a_record_any_list_counts_as_filled_in(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "r" / "q", "单")
    folder.put({"单_1.xlsx": b"a"}, read=())
    (tmp_path / "r" / "q" / ".written.json").write_text("{", encoding="utf-8")
    folder.put({"单_1.xlsx": b"a"}, read=())  # the same bytes
    (tmp_path / "r" / "q" / ".written.json").unlink()
    with pytest.raises(InputError, match="被改动过"):
        folder.put({"单_1.xlsx": b"b"}, read=())


def test_names_are_safe_on_any_disk() -> None:
    assert named("核实查询单", "2023Q4", "419901", "甲区/../=x") == "核实查询单_2023Q4_419901_甲区x.xlsx"
    assert named("核实查询单", "2023Q4", "", "") == "核实查询单_2023Q4.xlsx"
