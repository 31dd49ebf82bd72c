"""The one computation behind all methods: least squares under period totals, in linear time and memory.

``minimise z'Qz`` subject to ``Σ w·z = target`` in every block of sub-periods. ``Q`` is the precision of an
autoregression and has at most two bands beside its diagonal; with each multiplier placed amid its block, the whole
system is banded. Where all series share their weights it is factored once (``System``, LAPACK's banded LU); where each
series has its own, all of them are eliminated side by side.

Belongs here: precisions, the banded system, continuation beyond it. Does not belong here: which method uses what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from indicators.benchmarking.spans import Array

# Numbers held at a time when many series are eliminated side by side (128 MB).
_CHUNK: Final = 1 << 24
# With smaller weights an elimination without pivoting would lose digits.
_GENTLE: Final = 0.01


@dataclass(frozen=True)
class Motion:
    """How an adjustment moves from one sub-period to the next: ``z_t = φ₁z_{t−1} + φ₂z_{t−2} + noise``.

    Attributes:
        phi: the coefficients; none is white noise.
        start: ``free``: the first values cost nothing (Cholette's Denton); ``zero``: the values before the first are 0;
            ``stationary``: the first value has the variance of all (one coefficient below 1).
    """

    phi: tuple[float, ...]
    start: Literal["free", "zero", "stationary"]

    def precision(self, length: int) -> Array:
        """The lower bands of the precision matrix, shape (len(φ) + 1, length): row j holds ``Q[t + j, t]``."""
        filters = np.array([1.0, *(-coefficient for coefficient in self.phi)])
        order = len(self.phi)
        first = order if self.start == "free" else 0
        bands = np.zeros((order + 1, length))
        for lag in range(order + 1):
            for own in range(order + 1 - lag):
                # Equation r = t + own + lag weighs z_{t+lag} with filters[own] and z_t with filters[own + lag].
                begin = max(first - own - lag, 0)
                bands[lag, begin : length - own - lag] += filters[own] * filters[own + lag]
        if self.start == "stationary":
            bands[0, 0] -= sum(coefficient**2 for coefficient in self.phi)
        return bands

    @property
    def log_determinant(self) -> float:
        """Logarithm of the determinant of the precision (not for a free start, where it is 0)."""
        return float(np.log1p(-sum(c**2 for c in self.phi))) if self.start == "stationary" else 0.0

    def continued(self, values: Array, steps: int) -> Array:
        """The expected next ``steps`` rows after ``values`` (time × series)."""
        order = len(self.phi)
        rows = np.zeros((order + steps, values.shape[1]))
        rows[:order] = values[len(values) - order :]
        for step in range(order, order + steps):
            for lag, coefficient in enumerate(self.phi, start=1):
                rows[step] += coefficient * rows[step - lag]
        return rows[order:]


class Layout:
    """The order of the unknowns: the values in time order, each block's multiplier in its middle.

    So no entry of the system lies further from its diagonal than ``width``.

    Args:
        motion: of the values.
        blocks: number of totals.
        size: values per block.
        head: values before the first block.
    """

    def __init__(self, motion: Motion, blocks: int, size: int, head: int = 0) -> None:
        ahead = (size + 1) // 2
        starts = head + np.arange(blocks) * (size + 1)
        self.length = head + blocks * (size + 1)
        self.multipliers = starts + ahead
        self.blocked = starts[:, None] + np.arange(size) + (np.arange(size) >= ahead)
        self.values = np.concatenate([np.arange(head), self.blocked.ravel()])
        self.width = max(ahead, size - ahead, len(motion.phi) + 1)
        self._bands = motion.precision(len(self.values))

    def lower(self, weights: Array) -> Array:
        """The lower bands of the system, (length, width + 1, series), for weights (blocks, size, series).

        Entry (j, i) stands in row j + i and column j.
        """
        bands = np.zeros((self.length, self.width + 1, weights.shape[2]))
        for lag, band in enumerate(self._bands):
            earlier, later = self.values[: len(self.values) - lag], self.values[lag:]
            bands[earlier, later - earlier] = band[: len(earlier), None]
        across = np.broadcast_to(self.multipliers[:, None], self.blocked.shape)
        bands[np.minimum(across, self.blocked), np.abs(across - self.blocked)] = weights
        return bands


class System:
    """A system that is factored once, for all series that share its weights (blocks, size)."""

    def __init__(self, layout: Layout, weights: Array) -> None:
        from scipy.linalg import lapack

        self.layout = layout
        width, bands = layout.width, layout.lower(weights[:, :, None])[:, :, 0]
        matrix: Any = np.zeros((3 * width + 1, layout.length), order="F")
        for lag in range(width + 1):
            matrix[2 * width + lag] = bands[:, lag]
            matrix[2 * width - lag, lag:] = bands[: layout.length - lag, lag]
        self._lu, self._pivots, _ = lapack.dgbtrf(matrix, width, width, overwrite_ab=1)

    @property
    def log_determinant(self) -> float:
        """Logarithm of the absolute determinant."""
        return float(np.log(np.abs(self._lu[2 * self.layout.width])).sum())

    def solve(self, targets: Array) -> tuple[Array, Array]:
        """The minimising values (time × series) and the multipliers (block × series) for targets (block × series)."""
        from scipy.linalg import lapack

        layout = self.layout
        right = np.zeros((layout.length, targets.shape[1]), order="F")
        right[layout.multipliers] = targets
        solution, _ = lapack.dgbtrs(self._lu, layout.width, layout.width, right, self._pivots, overwrite_b=1)
        return solution[layout.values], solution[layout.multipliers]


def minimal(layout: Layout, weights: Array, targets: Array) -> Array:
    """The minimising values of many series, (blocks × size, series).

    Args:
        layout: without a head.
        weights: (blocks, size, series), of length one within each block.
        targets: (blocks, series).
    """
    first = weights[:, :, 0]
    if (weights == first[:, :, None]).all():
        return System(layout, first).solve(targets)[0]
    values = np.empty((len(layout.values), weights.shape[2]))
    least = weights.min(axis=(0, 1))
    gentle = np.flatnonzero(least >= _GENTLE)
    for some in np.array_split(gentle, -(-len(gentle) * layout.length * (layout.width + 1) // _CHUNK) or 1):
        values[:, some] = _side_by_side(layout, weights[:, :, some], targets[:, some])
    for one in np.flatnonzero(least < _GENTLE):
        values[:, [one]] = System(layout, weights[:, :, one]).solve(targets[:, [one]])[0]
    return values


def _side_by_side(layout: Layout, weights: Array, targets: Array) -> Array:
    """The same without pivots being exchanged and without a loop over the series.

    As every multiplier stands amid its block, all leading parts of the system are non-singular and the signs of the
    pivots are known; they stay far from zero where no weight is small.
    """
    right = np.zeros((layout.length, targets.shape[1]))
    right[layout.multipliers] = targets
    _eliminate(layout.lower(weights), right)
    values: Array = right[layout.values]
    return values


def _eliminate(lower: Array, right: Array) -> None:
    """Solve symmetric banded systems side by side; ``right`` becomes the solution, ``lower`` the factors."""
    length, width = lower.shape[0], lower.shape[1] - 1
    for j in range(length):
        reach = min(width, length - 1 - j)
        column = lower[j, 1 : reach + 1]
        factors = column / lower[j, 0]
        for i in range(reach):
            lower[j + 1 + i, : reach - i] -= factors[i] * column[i:]
        right[j + 1 : j + 1 + reach] -= factors * right[j]
        column[:] = factors
    right /= lower[:, 0]
    for j in range(length - 2, -1, -1):
        for i in range(1, min(width, length - 1 - j) + 1):
            right[j] -= lower[j, i] * right[j + i]
