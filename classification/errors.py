"""The one way in which Shuce says that an input is wrong: what happened, where, what to do; Chinese, then English.

Belongs here: the base error that all three packages raise. Does not belong here: any knowledge of files or of runs.
"""

from __future__ import annotations

import re
from typing import Final

# As an error's text begins: its place may hold such brackets itself, a file's name does at times.
_PLACED: Final = re.compile(r"【((?:[^【】]|【[^【】]*】)*)】")


class InputError(ValueError):
    """An input that cannot be used as it is.

    Args:
        zh: what happened and what to do, in Chinese.
        en: the same in English.
        where: place of the fault (file, sheet, row, column, period), never the value of a unit.
    """

    def __init__(self, zh: str, en: str, *, where: str = "") -> None:
        self.zh, self.en, self.where = zh, en, where
        place = f"【{where}】" if where else ""
        super().__init__(f"{place}{zh}\n{en}")

    @staticmethod
    def parts(text: str) -> tuple[str, str, str]:
        """What an error said, in Chinese and in English, and where, of which only the text is left."""
        first, _, en = text.partition("\n")
        placed = _PLACED.match(first)
        return first[placed.end() :] if placed else first, en, placed[1] if placed else ""


class NotKnownError(InputError):
    """Something that is needed has not come by the day of knowledge; nothing is wrong with what has."""
