"""A disk without room: told in one way, wherever something was being written when it ran out.

Belongs here: telling such a fault from others, and saying where, how much is left and what to do. Does not belong here:
any writing; whoever writes does so beside the place and moves it there, so that what was there stays.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from classification.errors import InputError

_NUMBERS: Final = (errno.ENOSPC, errno.EDQUOT)
# What libraries say that pass on no number: DuckDB when it writes and when it spills, SQLite, Java.
_WORDS: Final = (*map(os.strerror, _NUMBERS), "max_temp_directory_size", "database or disk is full")


class DiskFullError(InputError):
    """Nothing more could be written to a disk."""

    def __init__(self, folder: Path) -> None:
        free = f"{_free(folder) / 1e6:,.0f} MB"
        super().__init__(
            f"磁盘空间不足（或配额用完）：此文件夹所在的磁盘现余 {free}。请腾出空间或换大盘后重新运行，"
            "做完的部分不会重做；以前的数据和已发布的内容没有改动。",
            f"The disk is full, or a quota used up: {free} are free where this folder lies. Make room and run again, "
            "what is done is not done anew; what was there before and what was released is untouched.",
            where=str(folder),
        )


def full(fault: BaseException | None) -> bool:
    """Whether an error, or one that led to it, is that of a disk without room."""
    while fault is not None:
        if isinstance(fault, OSError) and fault.errno in _NUMBERS:
            return True
        if any(words in str(fault) for words in _WORDS):
            return True
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return False


@contextmanager
def full_disk_told(folders: Iterable[Path]) -> Iterator[None]:
    """Within the block a disk without room is told as such.

    Args:
        folders: where the block writes, beside temporary files. Where the error names no file, the one with the least
            room left is told.

    Raises:
        DiskFullError: in place of whatever error a library makes of it.
    """
    try:
        yield
    except InputError:  # it says itself what happened
        raise
    except Exception as fault:
        if not full(fault):
            raise
        raise DiskFullError(_place(fault, folders)) from fault


def _place(fault: BaseException, folders: Iterable[Path]) -> Path:
    import tempfile  # only now: the quickest commands would pay for it

    named = getattr(fault, "filename", None)
    found = [Path(named)] if isinstance(named, str) else [*folders, Path(tempfile.gettempdir())]
    there = [next(place for place in (path, *path.absolute().parents) if place.is_dir()) for path in found]
    # One number for a disk: others write meanwhile, and of two folders on it the one asked later would seem fuller.
    free = {place.stat().st_dev: _free(place) for place in there}
    return min(there, key=lambda place: free[place.stat().st_dev])


def _free(folder: Path) -> int:
    """Bytes that whoever runs this may still write."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
