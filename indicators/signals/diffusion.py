"""The diffusion index: how widely a rise is shared.

Belongs here: the index of counts or shares. Does not belong here: how answers are weighted (survey).
"""

from __future__ import annotations

from typing import overload

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.series import named, readable


@overload
def diffusion_index(up: float, same: float, down: float) -> float: ...


@overload
def diffusion_index(up: pd.Series, same: pd.Series, down: pd.Series) -> pd.Series: ...


def diffusion_index(up: float | pd.Series, same: float | pd.Series, down: float | pd.Series) -> float | pd.Series:
    """Diffusion index 扩散指数: ``100·(up + same/2) / (up + same + down)``; 50 parts expansion from contraction.

    Args:
        up: number or share of those that rise; a number, or a series by period or question.
        same: of those that stay.
        down: of those that fall.

    Returns:
        0–100, a number or a series in the order of ``up``.

    Raises:
        InputError: a count is missing or negative, all three are 0, or the labels of the series differ; labels are
            named.

    Source: National Bureau of Statistics, notes to the purchasing managers' index.
    """
    parts = [readable(pd.Series(part, dtype="object")) for part in (up, same, down)]
    labels = parts[0].index
    for part in parts:
        if part.index.has_duplicates or set(part.index) != set(labels):
            odd = named(labels.symmetric_difference(part.index)) or named(part.index[part.index.duplicated()])
            raise InputError(f"三个序列的标签不一致或重复：{odd}。", f"Labels differ or repeat: {odd}.")
    rises, stays, falls = (part.reindex(labels) for part in parts)
    whole = rises + stays + falls
    negative = (pd.concat([rises, stays, falls], axis=1) < 0).any(axis=1)
    bad = negative | ~whole.between(0, np.inf, inclusive="neither")
    if bad.any():
        where = named(labels[bad.to_numpy()]) if isinstance(up, pd.Series) else ""
        raise InputError(
            "上升、持平、下降的个数须为非负且不全为零。", "Counts must be non-negative and not all zero.", where=where
        )
    index = 100 * (rises + stays / 2) / whole
    return index if isinstance(up, pd.Series) else float(index.iloc[0])
