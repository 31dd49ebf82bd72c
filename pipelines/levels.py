"""Who may open what lies in a workspace: modes of folders and files by level.

Belongs here: level → modes, folder of the workspace → level. Does not belong here: what is of which level (contracts,
catalogue), encryption (at_rest, sealing).

Microdata and aggregates before disclosure control are for the owner of the workspace alone; what was made for the task
force opens for his group too, what is public for everybody. ``inbox`` is not among the folders: who may put files there
is for the bureau to say.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class Modes:
    """Who may open the folders and files of a level."""

    folder: int
    file: int

    @property
    def kept(self) -> int:
        """Of a file that nobody writes again."""
        return self.file & ~0o222


MODES: Final = {
    "L3": Modes(0o700, 0o600),
    "L2": Modes(0o700, 0o600),
    "L1": Modes(0o750, 0o640),
    "L0": Modes(0o755, 0o644),
}
FOLDERS: Final = {
    "_dagster": "L3",
    "lake": "L3",
    "log": "L3",
    "received": "L3",
    "review": "L3",
    "release": "L2",
    "report": "L2",
    "reports": "L1",
    "export": "L0",
    "export/L1": "L1",
    "export/L0": "L0",
}


@contextlib.contextmanager
def owner_only() -> Iterator[None]:
    """Within the block what this process and those that it starts make is for its owner alone, unless it says more."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def settle(home: Path) -> None:
    """Give each folder of a workspace that is there the mode of its level: nobody reaches what lies in a closed one."""
    for name, level in FOLDERS.items():
        folder, mode = home / name, MODES[level].folder
        if folder.is_dir() and stat.S_IMODE(folder.stat().st_mode) != mode:
            folder.chmod(mode)
