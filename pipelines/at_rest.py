"""Where L2 and L3 lie: whether a workspace that must lie on an encrypted volume does.

Belongs here: the check before anything is read or written, and where temporary files go. Does not belong here: making
or opening the volume (the operating system), sealing files for hand-over (sealing).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from classification.errors import InputError

# A file at the root of a volume of whose encryption Linux cannot tell (VeraCrypt's own driver, a disk that encrypts
# itself): whoever set it up put it there.
MARKER: Final = ".encrypted-volume"
_DEVICES: Final = Path("/sys/dev/block")
_ENCRYPTED: Final = "CRYPT-"
_TEMPORARY: Final = ".tmp"


def refuse_elsewhere(home: Path, named: str, *, devices: Path = _DEVICES) -> None:
    """Refuse a workspace whose settings name an encrypted volume (``encrypted_volume``) and that does not lie on it.

    Args:
        home: the folder of the workspace.
        named: where the volume is mounted, '' where none is asked for.
        devices: where Linux tells of its block devices.

    Raises:
        InputError: the volume is not mounted or not encrypted, or a folder with data lies elsewhere.
    """
    if not named:
        return
    volume = Path(named).resolve()
    if not os.path.ismount(volume):
        raise InputError(
            f"加密卷 {volume} 没有挂载，请先打开（docs/at_rest.md），再运行。",
            "The encrypted volume is not mounted; open it first.",
            where=named,
        )
    if not (_encrypted(volume, devices) or (volume / MARKER).is_file()):
        raise InputError(
            f"{volume} 看不出是加密卷：请用 LUKS，或由建卷的人在卷的根目录放一个 {MARKER} 文件。",
            f"The volume does not look encrypted; use LUKS, or have whoever made it put {MARKER} at its root.",
            where=named,
        )
    folders = [home, *(path for path in home.iterdir() if path.is_dir() and path.name != "export")]
    if outside := [folder for folder in sorted(folders) if not folder.resolve().is_relative_to(volume)]:
        raise InputError(
            f"数据不在加密卷 {volume} 上，请移到卷上，或更正 city.toml 的 encrypted_volume。",
            "Data lies outside the encrypted volume.",
            where=str(outside[0]),
        )


def keep_temporary(home: Path) -> None:
    """Have this process and those that it starts write temporary files into the workspace, for its owner's eyes only.

    Files as they are read and trials of a file hold microdata, and the system's own folder lies on another disk.
    """
    folder = home / _TEMPORARY
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def _encrypted(volume: Path, devices: Path) -> bool:
    """Whether the device below a mount point is one that Linux decrypts (dm-crypt: LUKS, VeraCrypt by cryptsetup)."""
    number = volume.stat().st_dev
    uuid = devices / f"{os.major(number)}:{os.minor(number)}" / "dm" / "uuid"
    return uuid.is_file() and uuid.read_text(encoding="ascii").startswith(_ENCRYPTED)
