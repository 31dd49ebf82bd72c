"""Aggregation: several indicators of a unit become one number.

Belongs here: weighted means. Does not belong here: the levels of an index (index).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.composite.frames import Floats, numbers, refuse
from indicators.series import readable

How = Literal["arithmetic", "geometric"]
_HOWS: Final = ("arithmetic", "geometric")


def aggregate(frame: pd.DataFrame, weights: pd.Series | Mapping[str, float], *, how: How = "arithmetic") -> pd.Series:
    """Weighted mean of each unit's indicators; what is missing is left out and the other weights are re-scaled.

    Arithmetic ``Σ w_j·x_j / Σ w_j``, geometric ``exp(Σ w_j·ln x_j / Σ w_j)``, over the indicators that the unit has.

    Args:
        frame: units × indicators, normalised.
        weights: by indicator, in any order; only their proportions count.
        how: the mean. A geometric one lets no strength make up for a nought and takes positive values only.

    Returns:
        A score per unit; missing for a unit whose indicators of positive weight are all missing.

    Raises:
        InputError: as for any frame of indicators; ``how`` is another word; weights and indicators differ; a weight is
            missing, negative or there twice, or they sum to 0; a value is not positive in a geometric mean. Indicators
            or units are named.

    Source: OECD/JRC Handbook (2008), step 6.
    """
    values = numbers(frame)
    known_mean(how)
    given = readable(pd.Series(weights, dtype="object"))
    if given.index.has_duplicates:
        refuse(given.index[given.index.duplicated()].unique(), "权重重复", "Weights there twice for")
    if odd := set(given.index) ^ set(values.columns):
        refuse(sorted(odd, key=str), "权重与指标不一致", "Weights and indicators differ in")
    given = given.reindex(values.columns)
    if (bad := ~(given >= 0) | np.isinf(given)).any():
        refuse(given.index[bad.to_numpy()], "权重缺失或为负", "Weights are missing or negative for")
    if not given.sum() > 0:
        raise InputError("权重合计为零。", "The weights sum to zero.")
    positive(values.loc[:, (given > 0).to_numpy()], how)
    return pd.Series(mean(values.to_numpy(), given.to_numpy(), how), index=values.index)


def known_mean(how: str) -> None:
    """Raise InputError unless the word is a mean."""
    if how not in _HOWS:
        raise InputError(f"未知的合成方法“{how}”，可用：{'、'.join(_HOWS)}。", f"Unknown mean {how!r}.")


def positive(values: pd.DataFrame, how: How) -> None:
    """Raise InputError, naming units, where a geometric mean would meet a value that is not positive."""
    if how == "geometric" and (bad := (values <= 0).any(axis=1)).any():
        refuse(
            values.index[bad.to_numpy()],
            "几何平均只接受正值（标准化时可用 bounds=(1, 100)），以下单位有零或负值",
            "A geometric mean takes positive values only (normalise with bounds=(1, 100)); not so for",
        )


def mean(values: Floats, weights: Floats, how: How) -> Floats:
    """Weighted means over the last axis, missing values left out; NaN where none is left."""
    there = ~np.isnan(values)
    share = np.where(there, weights, 0.0)
    whole = share.sum(axis=-1)
    filled = np.where(there & (share > 0), values, 1.0)
    total = (share * (np.log(filled) if how == "geometric" else filled)).sum(axis=-1)
    found: Floats = np.divide(total, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return np.exp(found) if how == "geometric" else found
