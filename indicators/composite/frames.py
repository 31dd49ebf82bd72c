"""What every step asks of a frame of indicators: units and codes once, numbers or blanks.

Belongs here: these checks. Does not belong here: any computation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from classification.errors import InputError
from indicators.series import named

Floats = npt.NDArray[np.float64]


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as float64, blanks missing.

    Raises:
        InputError: no rows or columns, a unit or an indicator is there twice, a cell is no number or infinite, or an
            indicator has no value at all; units or indicators are named.
    """
    if frame.empty:
        raise InputError("指标表为空。", "The frame of indicators is empty.")
    for axis, zh, en in ((frame.index, "单位", "Units"), (frame.columns, "指标", "Indicators")):
        if axis.has_duplicates:
            refuse(axis[axis.duplicated()].unique(), f"{zh}重复", f"{en} there twice")
    found: pd.DataFrame = frame.apply(pd.to_numeric, errors="coerce").astype("float64")
    values = found.to_numpy()
    unreadable = (np.isnan(values) & frame.notna().to_numpy()) | np.isinf(values)
    for bad, zh, en in (
        (unreadable.any(axis=0), "指标含非数值或无穷大", "Not a finite number in"),
        (np.isnan(values).all(axis=0), "指标没有任何数值", "No value at all in"),
    ):
        if bad.any():
            refuse(frame.columns[np.flatnonzero(bad)], zh, en)
    return found


def refuse(labels: Iterable[object], zh: str, en: str) -> NoReturn:
    """An error that names units or indicators."""
    text = named(labels)
    raise InputError(f"{zh}：{text}。", f"{en}: {text}.")
