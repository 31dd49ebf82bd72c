"""Changes in a series: jumps of its level, and a trend whatever its shape.

Belongs here: change points and the Mann-Kendall test. Does not belong here: bands around a level (control).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.signals.ordering import Floats, in_order, noise_variance

# A regime is at least this long.
_SHORTEST: Final = 2
Trend = Literal["increasing", "decreasing", "no trend"]
_WORDS: Final = {"increasing": "上升趋势", "decreasing": "下降趋势", "no trend": "无显著趋势"}


def change_points(series: pd.Series, *, penalty: float | Literal["bic"] = "bic") -> list[object]:
    """Where the level of a series jumps: the first label of each new regime.

    The regimes minimise ``Σ (x_t − mean of its regime)² + penalty × (number of regimes − 1)``, each at least two
    values long. The minimum is found by trying all (optimal partitioning): PELT, as ruptures prunes it, can miss it
    where regimes have a least length.

    Args:
        series: one value per label; periods without gaps.
        penalty: price of one more regime in squared units of the series; ``"bic"`` = ``2·σ̂²·ln n``, σ̂² half the
            variance of first differences.

    Returns:
        Labels, in order; none where the level stays.

    Raises:
        InputError: fewer than four values, a missing value, a label twice, a gap; the penalty is no positive number, or
            "bic" finds no noise to measure it by (a straight line).

    Source: Jackson et al. (2005), IEEE SPL 12; Killick, Fearnhead and Eckley (2012), JASA 107.
    """
    numbers = in_order(series, "序列 series", fewest=2 * _SHORTEST)
    values = numbers.to_numpy()
    if np.ptp(values) == 0:
        return []
    price = 2 * noise_variance(values) * math.log(len(values)) if penalty == "bic" else float(penalty)
    if not 0 < price < math.inf:
        raise InputError(
            "penalty 须为正数；逐期变化完全相同的序列须自行给出 penalty。",
            "The penalty must be positive; a straight line needs one of your own.",
        )
    return [numbers.index[start] for start in _starts(values, price)]


def _starts(values: Floats, price: float) -> list[int]:
    """Where the regimes of least cost begin, without the first; of equal ones those with the longest last regime."""
    n, centred = len(values), values - values.mean()
    sums, squares = (np.concatenate([[0.0], np.cumsum(part)]) for part in (centred, centred**2))
    best, last = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=int)
    best[0] = -price
    for end in range(_SHORTEST, n + 1):
        start = np.arange(end - _SHORTEST + 1)
        around = squares[end] - squares[start] - (sums[end] - sums[start]) ** 2 / (end - start)
        cost = best[start] + around + price
        last[end], best[end] = cost.argmin(), cost.min()
    starts, end = [], int(last[n])
    while end:
        starts.append(end)
        end = int(last[end])
    return starts[::-1]


@dataclass(frozen=True, slots=True)
class MannKendall:
    """The Mann-Kendall test: S, its variance, z and two-sided p, Kendall's τ_b with time, and the trend they mean."""

    trend: Trend
    tau: float
    s: int
    variance: float
    z: float
    p: float
    n: int

    @property
    def words(self) -> str:
        """The trend in Chinese."""
        return _WORDS[self.trend]


def mann_kendall(series: pd.Series, *, alpha: float = 0.05) -> MannKendall:
    """Whether a series goes up or down on the whole, whatever the shape.

    ``S = Σ_{i<j} sgn(x_j − x_i)``; ``Var S = (n(n−1)(2n+5) − Σ t(t−1)(2t+5)) / 18`` over groups of t equal values;
    ``z = (S ∓ 1)/√Var S`` (0 for S = 0), p from the normal distribution.

    Args:
        series: one value per label; periods without gaps. Seasonal series must be adjusted first; the test takes values
            as independent, which quarterly cumulatives are not.
        alpha: largest p that counts as a trend.

    Raises:
        InputError: fewer than three values, a missing value, a label twice, a gap, or alpha outside 0–1.

    Source: Mann (1945); Kendall (1975); Hipel and McLeod (1994), section 23.3.
    """
    if not 0 < alpha < 1:
        raise InputError("alpha 须在 0 与 1 之间。", "alpha must lie between 0 and 1.")
    values = in_order(series, "序列 series", fewest=3).to_numpy()
    n = len(values)
    s = int(np.triu(np.sign(values[None, :] - values[:, None]), 1).sum())
    equal = np.unique(values, return_counts=True)[1].astype(float)
    variance = (n * (n - 1) * (2 * n + 5) - float((equal * (equal - 1) * (2 * equal + 5)).sum())) / 18
    z = 0.0 if s == 0 else (s - math.copysign(1, s)) / math.sqrt(variance)
    p = math.erfc(abs(z) / math.sqrt(2))
    pairs = n * (n - 1) / 2
    untied = pairs - float((equal * (equal - 1) / 2).sum())
    tau = s / math.sqrt(pairs * untied) if untied else 0.0
    trend: Trend = "no trend" if p >= alpha else "increasing" if s > 0 else "decreasing"
    return MannKendall(trend, tau, s, variance, z, p, n)
