"""Control charts: small lasting shifts that no single value betrays.

Belongs here: the tabular CUSUM and the EWMA chart. Does not belong here: jumps found in hindsight (changes).
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.signals.ordering import in_order, noise_variance


def cusum(
    series: pd.Series, *, target: float | None = None, sigma: float | None = None, k: float = 0.5, h: float = 5.0
) -> pd.DataFrame:
    """Tabular CUSUM: ``upper_t = max(0, upper_{t−1} + x_t − target − kσ)``, ``lower`` likewise downwards.

    Args:
        series: one value per label, at least two; periods without gaps.
        target: the level to hold; default the mean of the series.
        sigma: standard deviation of the noise; default from first differences (half their variance).
        k: slack in σ, half the shift to be found.
        h: decision limit in σ.

    Returns:
        By label ``value, upper, lower`` (in the unit of the series) and ``signal`` (1 above, −1 below, 0 within).

    Raises:
        InputError: too few or missing values, labels twice, a gap, k negative, or h or sigma not positive.

    Source: Montgomery, Introduction to Statistical Quality Control, section 9.1; NIST/SEMATECH e-Handbook, 6.3.2.3.
    """
    numbers, centre, spread = _levels(series, target, sigma)
    if not (0 <= k < math.inf and 0 < h < math.inf):
        raise InputError("k 不能为负，h 须为正。", "k must not be negative and h must be positive.")
    upper, lower, sums = 0.0, 0.0, []
    for value in numbers.to_numpy():
        upper = max(0.0, upper + value - centre - k * spread)
        lower = max(0.0, lower + centre - k * spread - value)
        sums.append((upper, lower))
    frame = pd.DataFrame(sums, index=numbers.index, columns=["upper", "lower"])
    frame.insert(0, "value", numbers)
    signal = (frame["upper"] > h * spread).astype("int64") - (frame["lower"] > h * spread).astype("int64")
    return frame.assign(signal=signal)


def ewma(
    series: pd.Series,
    *,
    weight: float = 0.3,
    target: float | None = None,
    sigma: float | None = None,
    width: float = 3.0,
    limits: Literal["steady", "exact"] = "steady",
) -> pd.DataFrame:
    """EWMA chart: ``z_t = λ·x_t + (1 − λ)·z_{t−1}``, ``z_0`` = target, within ``target ± width·σ·√(λ/(2 − λ))``.

    Args:
        series: one value per label, at least two; periods without gaps.
        weight: λ, the weight of the newest value, in (0, 1].
        target: the level to hold; default the mean of the series.
        sigma: standard deviation of the noise; default from first differences (half their variance).
        width: half the width of the band in standard deviations.
        limits: ``steady`` for a long run; ``exact`` narrows the first ones by ``√(1 − (1 − λ)^{2t})``.

    Returns:
        By label ``value, ewma, low, high`` (in the unit of the series) and ``signal`` (1 above, −1 below, 0 within).

    Raises:
        InputError: too few or missing values, labels twice, a gap, weight outside (0, 1], width or sigma not positive,
            or ``limits`` another word.

    Source: Roberts (1959); NIST/SEMATECH e-Handbook, 6.3.2.4.
    """
    numbers, centre, spread = _levels(series, target, sigma)
    if not (0 < weight <= 1 and 0 < width < math.inf):
        raise InputError("weight 须在 (0, 1] 内，width 须为正。", "weight must be in (0, 1] and width positive.")
    if limits not in ("steady", "exact"):
        raise InputError(
            f"limits 只能是 steady 或 exact，不是“{limits}”。", f"limits: steady or exact, not {limits!r}."
        )
    smooth, level = [], centre
    for value in numbers.to_numpy():
        level = weight * value + (1 - weight) * level
        smooth.append(level)
    half = np.full(len(numbers), width * spread * math.sqrt(weight / (2 - weight)))
    if limits == "exact":
        half *= np.sqrt(1 - (1 - weight) ** (2 * np.arange(1, len(numbers) + 1)))
    frame = pd.DataFrame(
        {"value": numbers, "ewma": smooth, "low": centre - half, "high": centre + half}, index=numbers.index
    )
    signal = (frame["ewma"] > frame["high"]).astype("int64") - (frame["ewma"] < frame["low"]).astype("int64")
    return frame.assign(signal=signal)


def _levels(series: pd.Series, target: float | None, sigma: float | None) -> tuple[pd.Series, float, float]:
    """The series in order, the level it should hold and the standard deviation of its noise."""
    numbers = in_order(series, "序列 series", fewest=2)
    centre = float(numbers.mean()) if target is None else float(target)
    spread = math.sqrt(noise_variance(numbers.to_numpy())) if sigma is None else float(sigma)
    if not (spread > 0 and math.isfinite(spread) and math.isfinite(centre)):
        raise InputError(
            "噪声标准差不为正，或目标不是数；请给出 sigma 与 target。", "sigma must be positive and target a number."
        )
    return numbers, centre, spread
