"""The five lights of the business cycle 景气信号灯, and the warning index 预警指数 that they add up to.

Belongs here: from a value and its limits to a light, from lights to the index. Does not belong here: the lights of
dispatch, in which red means late.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.composite.aggregation import aggregate
from indicators.series import named, readable


@cache
def legend() -> pd.DataFrame:
    """Score, light, meaning, and from which value of the warning index each light burns (``lights.csv``)."""
    with (files(__package__) / "lights.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def lights(values: pd.Series, limits: pd.DataFrame | None = None) -> pd.DataFrame:
    """The light of each value, always with its word.

    Args:
        values: one value per indicator; of several index levels (period, region, …) the last is the indicator.
        limits: by indicator the four values ``light_blue, green, yellow, red`` from which each light burns (included);
            ascending, or descending for an indicator that falls when business is hot (unemployment). Default: those
            of the warning index, for every value.

    Returns:
        On the index of ``values``: ``value, score`` (1–5)``, light, meaning`` (过冷 偏冷 正常 偏热 过热).

    Raises:
        InputError: a value is missing, an indicator has no limits, has them twice, or they are neither ascending nor
            descending; indicators are named.

    Source: National Bureau of Statistics and CEMAC, monitoring of the business cycle.
    """
    steps = legend()
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    bad = np.flatnonzero(~np.isfinite(numbers.to_numpy()))
    if len(bad) or values.empty:
        labels = named(values.index[bad]) or "∅"
        raise InputError(f"没有可判灯的数值：{labels}。", f"No value to show a light for: {labels}.")
    if limits is None:
        borders = np.tile(steps["index_from"].to_numpy()[1:], (len(values), 1))
    else:
        borders = _borders(limits, values.index.get_level_values(-1))
    rising = borders[:, :1] < borders[:, -1:]
    reached = np.where(rising, numbers.to_numpy()[:, None] >= borders, numbers.to_numpy()[:, None] <= borders)
    shown = steps.iloc[reached.sum(axis=1)].set_index(values.index)
    return pd.DataFrame(
        {"value": numbers, "score": shown["score"], "light": shown["light"], "meaning": shown["meaning"]}
    )


def warning_index(scores: pd.Series, weights: pd.Series | None = None) -> float:
    """The warning index 预警指数: ``100·Σ w·score / (3·Σ w)``; 100 when every light is green.

    Args:
        scores: scores (1–5) by indicator.
        weights: by indicator; default equal.

    Raises:
        InputError: a score is missing or outside 1–5, or as ``aggregate``; indicators are named.

    Source: as ``lights``.
    """
    if (bad := ~readable(scores).between(1, 5)).any() or scores.empty:
        labels = named(scores.index[bad.to_numpy()]) or "∅"
        raise InputError(f"分值须在 1—5 之间：{labels}。", f"Scores must be 1–5: {labels}.")
    equal = pd.Series(1.0, index=scores.index) if weights is None else weights
    return float(aggregate(scores.to_frame().T, equal).iloc[0] / 3 * 100)


def _borders(limits: pd.DataFrame, indicators: pd.Index) -> np.ndarray:
    columns = ["light_blue", "green", "yellow", "red"]
    if missing := [name for name in columns if name not in limits.columns]:
        raise InputError(f"limits 缺少列：{'、'.join(missing)}。", f"limits lacks columns: {', '.join(missing)}.")
    if limits.index.has_duplicates:
        raise InputError(
            f"limits 中指标重复：{named(limits.index[limits.index.duplicated()])}。",
            "Indicators there twice in limits.",
        )
    if len(lacking := indicators.difference(limits.index)):
        raise InputError(f"没有给出景气界限：{named(lacking)}。", f"No limits for: {named(lacking)}.")
    given = readable(limits[columns])
    steps = np.diff(given.to_numpy(), axis=1)
    odd = np.flatnonzero(~((steps > 0).all(axis=1) | (steps < 0).all(axis=1)))
    if len(odd):
        labels = named(given.index[odd])
        raise InputError(f"界限须依次递增或递减：{labels}。", f"Limits must rise or fall throughout: {labels}.")
    return np.asarray(given.loc[indicators], dtype=np.float64)
