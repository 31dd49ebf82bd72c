"""Parquet sealed for hand-over: encrypted with a key that lies in a file of its own, and opened again with it.

Belongs here: the key's file, a key per sealed file, writing and reading. Does not belong here: who may have what
(access), encrypting a whole volume (at_rest).

Every file has a key of its own, derived from that of the hand-over (HKDF, RFC 5869) with a salt that is drawn once per
hand-over; its name and the list of all files are bound to it, so that files can neither change places nor go missing.
The key itself is never part of a command, a statement, a log line or a setting: what is passed about is the path of its
file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import shutil
import stat
from pathlib import Path
from typing import Any, Final

from classification.errors import InputError
from pipelines import lake

SEALED: Final = "sealed.json"
_KEY_BYTES: Final = 32


def read_key(path: Path) -> bytes:
    """The key in a file: 64 hexadecimal digits, in a file that its owner alone may read.

    Raises:
        InputError: there is no such file, others may read it, or it holds no key.
    """
    try:
        # What is looked at and what is read are one file, whatever happens to its name meanwhile.
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            text = file.read(1024)
    except OSError:
        raise InputError("没有这个密钥文件，或读不出。", "There is no such key file.", where=str(path)) from None
    if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.getuid() or not stat.S_ISREG(status.st_mode):
        raise InputError(
            f"密钥文件只能由本人读写，请先运行 chmod 600 {path}。",
            "Others than its owner may read the key file; run chmod 600 first.",
            where=str(path),
        )
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise InputError(
            f"密钥应为 64 位十六进制数：umask 077; openssl rand -hex 32 > {path}。",
            "A key is 64 hexadecimal digits.",
            where=str(path),
        )
    return key


def seal(source: Path, target: Path, key: Path) -> int:
    """Write every Parquet file below a folder into a new folder, sealed.

    Args:
        source: the folder.
        target: a folder that does not exist yet; it appears whole or not at all.
        key: the file of the key.

    Returns:
        How many files.

    Raises:
        InputError: the key cannot be used, there is nothing to seal, or the target is there already.
    """
    import pyarrow.parquet as pq

    paths = sorted(path for path in source.rglob("*.parquet") if path.is_file())
    if not paths:
        raise InputError("文件夹里没有 Parquet 文件。", "The folder holds no Parquet file.", where=str(source))
    secret, salt = read_key(key), secrets.token_bytes(_KEY_BYTES)
    building = _building(target)
    names = [path.relative_to(source).as_posix() for path in paths]
    try:
        for name, path in zip(names, paths, strict=True):
            place = building / name
            place.parent.mkdir(parents=True, exist_ok=True)
            lake.write_table(pq.ParquetFile(path).read(), place, encryption=_encryption(secret, salt, name, names))
        (building / SEALED).write_text(json.dumps({"salt": salt.hex(), "files": names}) + "\n", encoding="utf-8")
        building.rename(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return len(names)


def unseal(source: Path, target: Path, key: Path) -> int:
    """Write the files of a sealed folder into a new folder that its owner alone may open, as they were.

    Args:
        source: the sealed folder.
        target: a folder that does not exist yet; it appears whole or not at all.
        key: the file of the key.

    Returns:
        How many files.

    Raises:
        InputError: the key cannot be used or is another one, the folder is not sealed, a file is missing or was
            altered, or the target is there already.
    """
    import pyarrow.parquet as pq

    secret, (salt, names) = read_key(key), _told(source)
    building = _building(target)
    try:
        for name in names:
            place = building / name
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                file = pq.ParquetFile(source / name, decryption_properties=_decryption(secret, salt, name, names))
                table = file.read()
            except (OSError, ValueError):
                raise InputError(
                    "打不开：密钥不对，或文件、清单缺失或被改动。",
                    "It cannot be opened: another key, or a file or the list is missing or was altered.",
                    where=name,
                ) from None
            lake.write_table(table, place)
        building.rename(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return len(names)


def _told(source: Path) -> tuple[bytes, list[str]]:
    """The salt and the files of a sealed folder."""
    try:
        said = json.loads((source / SEALED).read_text(encoding="utf-8"))
        salt, names = bytes.fromhex(said["salt"]), [str(name) for name in said["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"这不是加密移交的文件夹（缺少 {SEALED}，或已损坏）。",
            f"This is no sealed folder: {SEALED} is missing or damaged.",
            where=str(source),
        ) from None
    if outside := [name for name in names if Path(name).is_absolute() or ".." in Path(name).parts]:
        raise InputError("清单里的文件不在文件夹之内。", "A listed file lies outside the folder.", where=outside[0])
    return salt, names


def _building(target: Path) -> Path:
    """A new folder beside the target, for its owner alone."""
    if target.exists():
        raise InputError(
            "目标已经存在，请换一个名称。", "The target is there already; name another.", where=str(target)
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    building = target.parent / f".building-{target.name}-{os.getpid()}"
    building.mkdir(mode=0o700)
    return building


def _key_of(secret: bytes, salt: bytes, name: str, names: list[str]) -> bytes:
    """The key of one file among all of a hand-over: HKDF with SHA-256; one block is as long as a key."""
    drawn = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(drawn, json.dumps([name, names]).encode() + b"\x01", hashlib.sha256)


def _encryption(secret: bytes, salt: bytes, name: str, names: list[str]) -> Any:
    from pyarrow.parquet.encryption import create_encryption_properties

    key = _key_of(secret, salt, name, names)
    return create_encryption_properties(key, aad_prefix=name.encode(), store_aad_prefix=False)


def _decryption(secret: bytes, salt: bytes, name: str, names: list[str]) -> Any:
    from pyarrow.parquet.encryption import create_decryption_properties

    return create_decryption_properties(_key_of(secret, salt, name, names), aad_prefix=name.encode())
