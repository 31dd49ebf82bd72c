"""How a frame is refused: by its missing columns, or by the labels of its rows.

Belongs here: these two errors. Does not belong here: any definition.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import pandas as pd

from classification.errors import InputError
from indicators.series import named


def columns_of(frame: pd.DataFrame, needed: list[str]) -> None:
    """Raise InputError unless the frame has the columns."""
    if missing := [column for column in needed if column not in frame.columns]:
        raise InputError(f"缺少列：{'、'.join(missing)}。", f"Columns are missing: {', '.join(missing)}.")


def refuse(labels: Iterable[object], zh: str, en: str) -> NoReturn:
    """An error that names the first five labels."""
    text = named(list(labels)[:5])
    raise InputError(f"{zh}：{text}。", f"{en}: {text}.")
