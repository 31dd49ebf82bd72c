"""What every estimator asks of a frame: its columns, numbers in them, groups without blanks.

Belongs here: these checks; rows are named by their label. Does not belong here: any estimator.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from classification.errors import InputError

Floats = npt.NDArray[np.float64]


def columns_of(by: str | Sequence[str]) -> list[str]:
    """One name or several, as a list."""
    return [by] if isinstance(by, str) else list(by)


def check_columns(frame: pd.DataFrame, needed: list[str]) -> None:
    """Raise InputError unless the frame has the columns."""
    if missing := [name for name in needed if name not in frame.columns]:
        raise InputError(f"表中缺少列：{'、'.join(missing)}。", f"The frame lacks columns: {', '.join(missing)}.")


def places(frame: pd.DataFrame, columns: list[str]) -> npt.NDArray[np.int64]:
    """A number for each distinct key; InputError where a part of a key is blank."""
    refuse(frame, frame[columns].isna().any(axis=1), "、".join(columns), "未填", "is blank")
    return np.asarray(frame.groupby(columns, sort=False).ngroup(), dtype=np.int64)


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """A column as numbers, blanks missing; InputError where a cell is no finite number."""
    found = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    refuse(frame, (found.isna() & frame[column].notna()) | np.isinf(found), column, "不是数", "is not a number")
    return np.asarray(found, dtype=np.float64)


def complete(frame: pd.DataFrame, column: str) -> Floats:
    """A column as numbers; InputError where a cell is blank or no finite number."""
    refuse(frame, frame[column].isna(), column, "未填", "is blank")
    return numbers(frame, column)


def refuse(frame: pd.DataFrame, bad: pd.Series | npt.NDArray[np.bool_], column: str, zh: str, en: str) -> None:
    """Raise InputError, naming the first rows, where any row is bad."""
    found = np.asarray(bad, dtype=bool)
    if found.any():
        _raise(frame.index[np.flatnonzero(found)], column, zh, en)


def _raise(labels: pd.Index, column: str, zh: str, en: str) -> NoReturn:
    named = "、".join(str(label) for label in labels[:5])
    more = f" 等{len(labels)}行" if len(labels) > 5 else ""
    raise InputError(f"列 {column} {zh}。", f"Column {column} {en}.", where=f"行 {named}{more}")
