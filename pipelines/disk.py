"""A disk that takes nothing, be it full, read-only or closed to who runs this: told in one way, wherever one writes.

Belongs here: telling such a fault from others, asking a place whether it takes anything, and saying where and what to
do. Does not belong here: any writing; whoever writes does so beside the place and moves it there, so that what was
there stays.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from classification.errors import InputError

_NUMBERS: Final = (errno.ENOSPC, errno.EDQUOT)
# What libraries say that pass on no number: DuckDB when it writes and when it spills, SQLite, Java.
_WORDS: Final = (*map(os.strerror, _NUMBERS), "max_temp_directory_size", "database or disk is full")
_NO_RIGHT: Final = (
    "运行本程序的用户没有读写权限（或被设为不可改动）。请让系统管理员把它交给该用户，或改由原来的用户运行",
    "the user who runs this has no right to read and write it. Have it made his, or run as the user before",
)
_IN_THE_WAY: Final = (
    "这里应是文件夹，却放着一个文件。请把这个文件移走",
    "a file lies where a folder should be. Move it away",
)
# Why a place takes nothing, and what to do. All but the first are said of other things too: a file that is only read.
_CLOSED: Final[Mapping[int, tuple[str, str]]] = {
    errno.EROFS: (
        "所在的磁盘是只读的。请让系统管理员检查磁盘并改为可写",
        "its disk is read-only. Have it looked at and made writable",
    ),
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
}
_CLOSED_WORDS: Final = {os.strerror(number): number for number in _CLOSED} | dict.fromkeys(
    ("attempt to write a readonly database", "unable to open database file"), errno.EROFS
)
_QUOTED: Final = re.compile(r"""(["'])(/.+?)\1""")  # as DuckDB and Arrow name files


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


class UnwritableError(InputError):
    """A place takes nothing, however much room there is."""

    def __init__(self, place: Path, number: int) -> None:
        zh, en = _CLOSED[number]
        super().__init__(
            f"此处无法写入：{zh}，然后重新运行，做完的部分不会重做；以前的数据和已发布的内容没有改动。",
            f"Nothing can be written here: {en}, and run again, what is done is not done anew; what was there before "
            "and what was released is untouched.",
            where=str(place),
        )


def full(fault: BaseException | None) -> bool:
    """Whether an error, or one that led to it, is that of a disk without room."""
    return any(
        (isinstance(one, OSError) and one.errno in _NUMBERS) or any(words in str(one) for words in _WORDS)
        for one in _chain(fault)
    )


def refuse_unwritable(folders: Iterable[Path]) -> None:
    """See that folders take what is going to be written there; of one that is not there yet, the one it is made in.

    Raises:
        UnwritableError: one does not.
    """
    for folder in folders:
        if fault := _refusal(folder, errno.ENOTDIR):
            raise fault


@contextmanager
def disk_told(folders: Iterable[Path]) -> Iterator[None]:
    """Within the block a disk that takes nothing is told as such.

    Args:
        folders: where the block writes, beside temporary files. Where the error names no file, the one with the least
            room left is told, or the first that takes nothing.

    Raises:
        DiskFullError: there is no room, in place of whatever error a library makes of it.
        UnwritableError: nothing can be written there, likewise.
    """
    try:
        yield
    except InputError:  # it says itself what happened
        raise
    except Exception as fault:
        if full(fault):
            raise DiskFullError(_place(fault, folders)) from fault
        if closed := _closed(fault, folders):
            raise closed from fault
        raise


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it, unless they were dealt with."""
    while fault is not None:
        yield fault
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)


def _named(fault: BaseException) -> list[Path]:
    """The files that an error, or those that led to it, are about."""
    chain = list(_chain(fault))
    told = [getattr(one, name, None) for one in chain for name in ("filename", "filename2")]
    said = [found[2] for one in chain for found in _QUOTED.finditer(str(one))]
    return [Path(name) for name in told if isinstance(name, str)] or [Path(name) for name in said]


def _place(fault: BaseException, folders: Iterable[Path]) -> Path:
    there = [_nearest(path, os.path.isdir) for path in _named(fault) or _with_temporary(folders)]
    # One number for a disk: others write meanwhile, and of two folders on it the one asked later would seem fuller.
    free = {place.stat().st_dev: _free(place) for place in there}
    return min(there, key=lambda place: free[place.stat().st_dev])


def _closed(fault: BaseException, folders: Iterable[Path]) -> UnwritableError | None:
    """What a place says that an error is about, None where the error is of something else.

    An error that names no file is one of a disk only if nothing else is ever read-only.
    """
    number = next(filter(None, map(_number, _chain(fault))), None)
    if number is None:
        return None
    places = _named(fault) or (_with_temporary(folders) if number == errno.EROFS else [])
    return next(filter(None, (_refusal(place, number) for place in places)), None)


def _number(fault: BaseException) -> int | None:
    if isinstance(fault, OSError) and fault.errno in _CLOSED:
        return fault.errno
    return next((number for words, number in _CLOSED_WORDS.items() if words in str(fault)), None)


def _refusal(place: Path, number: int) -> UnwritableError | None:
    """Ask a place by opening it for writing, which leaves nothing behind, after an error with a number."""
    import tempfile  # only now: the quickest commands would pay for it

    there = _nearest(place, os.path.exists)
    try:
        if there.is_dir():
            tempfile.TemporaryFile(dir=there).close()
        elif _CLOSED[number] is _IN_THE_WAY:
            return UnwritableError(there, number)
        elif there.is_file():
            os.close(os.open(there, os.O_WRONLY | os.O_APPEND))
    except OSError as fault:
        said = _number(fault)
        return UnwritableError(there, said) if said else None
    return None


def _with_temporary(folders: Iterable[Path]) -> list[Path]:
    import tempfile

    return [*folders, Path(tempfile.gettempdir())]


def _nearest(path: Path, is_there: Callable[[Path], bool]) -> Path:
    """The path, or the first above it that is there."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if is_there(place))


def _free(folder: Path) -> int:
    """Bytes that whoever runs this may still write."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
