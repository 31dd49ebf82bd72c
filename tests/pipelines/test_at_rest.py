"""A workspace that must lie on an encrypted volume does not start anywhere else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines import at_rest
from pipelines.at_rest import MARKER, refuse_elsewhere
from pipelines.workspace import Workspace
from tests.end_to_end.running import told
from tests.pipelines.release.stand_in import CITY_TOML, city_workspace


@pytest.fixture
def volume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that passes for a mounted volume, with a workspace on it."""
    root = tmp_path / "volume"
    (root / "home" / "lake").mkdir(parents=True)
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == root.resolve())
    return root


def test_a_marked_volume_will_do(volume: Path) -> None:
    with pytest.raises(InputError, match="看不出是加密卷"):
        refuse_elsewhere(volume / "home", str(volume))
    (volume / MARKER).touch()
    refuse_elsewhere(volume / "home", str(volume))


@pytest.mark.parametrize(("uuid", "fits"), [("CRYPT-LUKS2-0123-shuce", True), ("LVM-0123", False)])
def test_linux_knows_what_it_decrypts(volume: Path, tmp_path: Path, uuid: str, *, fits: bool) -> None:
    number = volume.stat().st_dev
    device = tmp_path / "block" / f"{os.major(number)}:{os.minor(number)}" / "dm"
    device.mkdir(parents=True)
    (device / "uuid").write_text(uuid, encoding="ascii")
    if fits:
        refuse_elsewhere(volume / "home", str(volume), devices=tmp_path / "block")
    else:
        with pytest.raises(InputError, match="看不出是加密卷"):
            refuse_elsewhere(volume / "home", str(volume), devices=tmp_path / "block")


def test_data_that_lies_elsewhere_is_named(volume: Path, tmp_path: Path) -> None:
    (volume / MARKER).touch()
    with pytest.raises(InputError, match="不在加密卷"):
        refuse_elsewhere(tmp_path, str(volume))
    (volume / "home" / "received").symlink_to(tmp_path)
    with pytest.raises(InputError, match=r"【.*received】数据不在加密卷"):
        refuse_elsewhere(volume / "home", str(volume))


def test_every_command_asks_first(tmp_path: Path) -> None:
    home = city_workspace(tmp_path / "home").home
    assert Workspace.locate(home).city.encrypted_volume == ""
    (home / "city.toml").write_text(f'encrypted_volume = "{tmp_path / "none"}"\n{CITY_TOML}', encoding="utf-8")
    refused = told("where", "--home", str(home))
    assert refused.code == 2
    assert "没有挂载" in refused.err
    # The machine's own affair: it is no part of what a release rests on.
    assert "encrypted_volume" not in Workspace(home).city.model_dump()
    assert at_rest.refuse_elsewhere(home, "") is None


def test_temporary_files_lie_on_the_volume_too(volume: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (volume / MARKER).touch()
    home = city_workspace(volume / "home").home
    (home / "city.toml").write_text(f'encrypted_volume = "{volume}"\n{CITY_TOML}', encoding="utf-8")
    monkeypatch.setenv("TMPDIR", "/nowhere")  # and put back afterwards
    monkeypatch.setattr(tempfile, "tempdir", None)
    Workspace.locate(home)
    with tempfile.TemporaryDirectory() as folder:
        assert Path(folder).is_relative_to(home)
        assert Path(folder).parent.stat().st_mode & 0o777 == 0o700
    assert os.environ["TMPDIR"] == str(Path(folder).parent)  # what children go by


def test_what_a_machine_reckons_with_is_no_part_of_a_release(tmp_path: Path) -> None:
    home = city_workspace(tmp_path / "home").home
    (home / "city.toml").write_text(f"engine.threads = 2\n{CITY_TOML}", encoding="utf-8")
    assert Workspace(home).city.engine.threads == 2
    assert "engine" not in Workspace(home).city.model_dump()
