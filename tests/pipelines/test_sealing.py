"""Parquet sealed for hand-over: unreadable without the key, as it was with it, and the key in nobody else's sight."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classification.errors import InputError
from pipelines.access import LOG, accesses
from pipelines.lake import sha256_of, write_table
from pipelines.sealing import SEALED, read_key, seal, unseal
from pipelines.workspace import Workspace
from tests.end_to_end.running import told
from tests.pipelines.release.stand_in import city_workspace

SECRET = "6a" * 32


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return written(tmp_path / "key")


def written(path: Path, text: str = SECRET, mode: int = 0o600) -> Path:
    path.write_text(f"{text}\n", encoding="ascii")
    path.chmod(mode)
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "parquet"
    (folder / "deep").mkdir(parents=True)
    write_table(pa.table({"unit": ["明文单位甲", "明文单位乙"], "va": [1, 2]}), folder / "core.parquet")
    write_table(pa.table({"unit": ["明文单位丙"]}), folder / "deep" / "core.parquet")
    return folder


def test_what_is_sealed_opens_as_it_was(source: Path, key: Path, tmp_path: Path) -> None:
    assert seal(source, tmp_path / "sealed", key) == 2
    for name in ("core.parquet", "deep/core.parquet"):
        data = (tmp_path / "sealed" / name).read_bytes()
        assert data.startswith(b"PARE")  # the footer is encrypted, too
        assert not any(word.encode() in data for word in ("明文", "unit", SECRET))
        with pytest.raises(OSError, match="encrypt"):
            pq.read_table(tmp_path / "sealed" / name)
    assert SECRET not in (tmp_path / "sealed" / SEALED).read_text(encoding="utf-8")
    assert unseal(tmp_path / "sealed", tmp_path / "opened", key) == 2
    assert (tmp_path / "opened").stat().st_mode & 0o777 == 0o700
    for name in ("core.parquet", "deep/core.parquet"):
        assert sha256_of(tmp_path / "opened" / name) == sha256_of(source / name)


def test_the_same_rows_are_sealed_with_keys_of_their_own(source: Path, key: Path, tmp_path: Path) -> None:
    write_table(pq.read_table(source / "core.parquet"), source / "twin.parquet")
    seal(source, tmp_path / "sealed", key)
    seal(source, tmp_path / "again", key)
    files = [
        tmp_path / "sealed" / "core.parquet",
        tmp_path / "sealed" / "twin.parquet",
        tmp_path / "again" / "core.parquet",
    ]
    assert len({sha256_of(path) for path in files}) == 3


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "core.parquet").unlink(),
        lambda folder: (folder / "deep" / "core.parquet").replace(folder / "core.parquet"),
        lambda folder: written(folder.parent / "key", "7b" * 32),
        lambda folder: flipped(folder / "core.parquet"),
    ],
)
def test_another_key_or_another_file_is_refused(
    source: Path, key: Path, tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    seal(source, tmp_path / "sealed", key)
    harm(tmp_path / "sealed")
    with pytest.raises(InputError, match=r"【core\.parquet】打不开"):
        unseal(tmp_path / "sealed", tmp_path / "opened", key)
    assert not (tmp_path / "opened").exists()
    assert not list(tmp_path.glob(".building-*"))


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [(SECRET, 0o640, "chmod 600"), (SECRET, 0o604, "chmod 600"), (SECRET[:-2], 0o600, "64"), ("é" * 32, 0o600, "64")],
)
def test_a_key_that_others_read_or_that_is_none_is_refused(tmp_path: Path, text: str, mode: int, said: str) -> None:
    path = tmp_path / "key"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    with pytest.raises(InputError, match=said) as fault:
        read_key(path)
    assert text[:8] not in str(fault.value)
    with pytest.raises(InputError, match="没有这个密钥文件"):
        read_key(tmp_path / "none")


def test_what_cannot_be_sealed_or_opened_is_said(source: Path, key: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有 Parquet 文件"):
        seal(tmp_path / "nothing", tmp_path / "sealed", key)
    with pytest.raises(InputError, match="已经存在"):
        seal(source, source, key)
    with pytest.raises(InputError, match="不是加密移交的文件夹"):
        unseal(source, tmp_path / "opened", key)
    (source / SEALED).write_text(json.dumps({"salt": "00", "files": ["../core.parquet"]}), encoding="utf-8")
    with pytest.raises(InputError, match="不在文件夹之内"):
        unseal(source, tmp_path / "opened", key)


def test_the_commands_leave_a_line_and_no_key(source: Path, key: Path, tmp_path: Path) -> None:
    workspace = city_workspace(tmp_path / "home")
    at = ("--key", str(key))
    home = ("--home", str(workspace.home))
    refused = told("seal", str(source), str(tmp_path / "sealed"), *at, *home)
    assert (refused.code, (workspace.log / LOG).exists()) == (2, False)
    done = told("seal", str(source), str(tmp_path / "sealed"), *at, *home, "--purpose", "移交省局")
    opened = told("unseal", str(tmp_path / "sealed"), str(tmp_path / "opened"), *at)
    assert (done.code, opened.code) == (0, 0), done.err + opened.err
    (line,) = accesses(Workspace(workspace.home))
    assert (line.command, line.purpose) == ("seal", "移交省局")
    left = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != key]
    assert not [data for data in (*left, done.out.encode(), done.err.encode()) if SECRET.encode() in data]


def test_a_file_that_is_taken_out_is_missed(source: Path, key: Path, tmp_path: Path) -> None:
    sealed = tmp_path / "sealed"
    seal(source, sealed, key)
    said = json.loads((sealed / SEALED).read_text(encoding="utf-8"))
    (sealed / "deep" / "core.parquet").unlink()
    (sealed / SEALED).write_text(json.dumps(said | {"files": ["core.parquet"]}), encoding="utf-8")
    with pytest.raises(InputError, match="清单缺失或被改动"):
        unseal(sealed, tmp_path / "opened", key)
