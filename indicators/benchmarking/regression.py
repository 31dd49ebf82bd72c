"""Temporal disaggregation by regression on indicators: Chow-Lin, Fernández, Litterman, and plain least squares.

Belongs here: generalised least squares on the benchmarks' scale and the distribution of its residuals. Does not belong
here: methods that take the indicator as it is (adjustment).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.benchmarking.banded import Layout, Motion, System
from indicators.benchmarking.spans import Array, Conversion, Spans, aligned
from indicators.series import named

Estimate = Literal["maxlog", "minrss"]
INTERCEPT: Final = "intercept"
# ρ is sought between these and then cut at 0, as tempdisagg does: a negative ρ makes the result zigzag.
_BOUNDS: Final = (-0.999, 0.999)
_GRID: Final = 81
# Residuals smaller than this, in relation to the benchmarks, are none: the regression fits exactly.
_EXACT: Final = 1e-12


@dataclass(frozen=True)
class Disaggregation:
    """A disaggregated series and the regression behind it.

    Attributes:
        values: the series on the indicators' periods, meeting the benchmarks.
        coefficients: by indicator, after ``intercept`` (the value per sub-period) where there is one.
        rho: the autoregressive parameter; 0 for Fernández and least squares.
        log_likelihood: Gaussian, at these coefficients and ρ, with the variance concentrated out; infinite when the
            indicators fit the benchmarks exactly.
    """

    values: pd.Series
    coefficients: pd.Series
    rho: float
    log_likelihood: float


@typed
def chow_lin(
    benchmarks: pd.Series,
    indicators: pd.Series | pd.DataFrame,
    *,
    conversion: Conversion = "sum",
    intercept: bool = True,
    rho: float | None = None,
    estimate: Estimate = "maxlog",
) -> Disaggregation:
    """Chow-Lin: residuals follow a stationary autoregression, ``V = ρ^|i−j|/(1−ρ²)``.

    Args:
        benchmarks: years (or quarters for months), without gaps, any order.
        indicators: quarters or months, without gaps, covering all benchmarks and reaching beyond them at will; a
            ``DataFrame`` holds one indicator per column.
        conversion: whether a benchmark is the sum, mean, first or last of its sub-periods.
        intercept: whether the regression has a constant (the same in every sub-period).
        rho: the parameter, when it is given rather than estimated; between −1 and 1.
        estimate: ``maxlog`` maximises the concentrated likelihood; ``minrss`` minimises ``u'W⁻¹u`` with the correlation
            ``ρ^|i−j|``. Either way a negative estimate becomes 0.

    Raises:
        InputError: gaps, missing values, a benchmark that is not covered; collinear indicators; no more benchmarks than
            coefficients; ``rho`` out of range. Periods and columns are named.

    Source: Chow and Lin 1971; Sax and Steiner 2013 (tempdisagg); methods, public functions.
    """

    def motion(value: float) -> Motion:
        return Motion((value,), "stationary")

    def criterion(fit: _Fit, value: float) -> float:
        return -fit.log_likelihood if estimate == "maxlog" else fit.rss / (1 - value**2)

    return _estimated(_problem(benchmarks, indicators, conversion, intercept), motion, criterion, rho, estimate)


@typed
def litterman(
    benchmarks: pd.Series,
    indicators: pd.Series | pd.DataFrame,
    *,
    conversion: Conversion = "sum",
    intercept: bool = True,
    rho: float | None = None,
    estimate: Estimate = "maxlog",
) -> Disaggregation:
    """Litterman: differences of the residuals follow an autoregression from 0, ``V = (D'H'HD)⁻¹``.

    ``D = I − L`` and ``H = I − ρL`` have the first row (1, 0, …), so that the residual starts from 0 before the first
    period of the indicators. Arguments and errors are those of ``chow_lin``; ``minrss`` minimises ``u'V⁻¹u``.

    Source: Litterman 1983; Sax and Steiner 2013 (tempdisagg); methods, public functions.
    """

    def motion(value: float) -> Motion:
        return Motion((1 + value, -value), "zero")

    def criterion(fit: _Fit, _: float) -> float:
        return -fit.log_likelihood if estimate == "maxlog" else fit.rss

    return _estimated(_problem(benchmarks, indicators, conversion, intercept), motion, criterion, rho, estimate)


@typed
def fernandez(
    benchmarks: pd.Series,
    indicators: pd.Series | pd.DataFrame,
    *,
    conversion: Conversion = "sum",
    intercept: bool = True,
    rho: float | None = None,
    estimate: Estimate = "maxlog",
) -> Disaggregation:
    """Fernández: residuals are a random walk from 0, ``V = (D'D)⁻¹``; the Litterman model with ρ = 0.

    Arguments and errors are those of ``chow_lin``; nothing is estimated, so ``rho`` must be left out or 0 and
    ``estimate`` makes no difference.

    Source: Fernández 1981; Sax and Steiner 2013 (tempdisagg); methods, public functions.
    """
    _refuse_rho(rho, estimate, "fernandez")
    return _fit(_problem(benchmarks, indicators, conversion, intercept), Motion((1.0,), "zero")).disaggregation(0.0)


@typed
def ols(
    benchmarks: pd.Series,
    indicators: pd.Series | pd.DataFrame,
    *,
    conversion: Conversion = "sum",
    intercept: bool = True,
    rho: float | None = None,
    estimate: Estimate = "maxlog",
) -> Disaggregation:
    """Least squares with residuals spread evenly over each benchmark: the Chow-Lin model with ρ = 0.

    Steps between years remain. Arguments and errors are those of ``fernandez``.

    Source: Sax and Steiner 2013 (tempdisagg); methods, public functions.
    """
    _refuse_rho(rho, estimate, "ols")
    return _fit(_problem(benchmarks, indicators, conversion, intercept), Motion((), "zero")).disaggregation(0.0)


@dataclass(frozen=True)
class _Problem:
    """Benchmarks and indicators, each scaled to about one."""

    spans: Spans
    target: Array  # (blocks, 1)
    fine: Array  # (time, coefficients)
    coarse: Array  # (blocks, coefficients)
    scales: Array  # by coefficient
    unit: float  # of the target
    names: pd.Index
    name: object


@dataclass(frozen=True)
class _Fit:
    """A regression of one problem under one motion of its residuals."""

    problem: _Problem
    motion: Motion
    coefficients: Array
    spread: Array  # residuals distributed over the sub-periods up to the last benchmark
    rss: float
    log_determinant: float  # of the benchmarks' covariance

    @property
    def log_likelihood(self) -> float:
        """With the variance at its maximum ``rss/n``."""
        n = self.problem.spans.blocks
        if self.rss == 0:
            return np.inf
        variance = np.log(2 * np.pi * self.rss / n) + 2 * np.log(self.problem.unit)
        return float(-0.5 * (n * (1 + variance) + self.log_determinant))

    def disaggregation(self, rho: float) -> Disaggregation:
        """The result in the units of the inputs."""
        problem, spans = self.problem, self.problem.spans
        after = self.motion.continued(self.spread, len(spans.index) - spans.stop)
        residual = np.concatenate([self.spread, after])[:, 0]
        values = pd.Series(
            (problem.fine @ self.coefficients + residual) * problem.unit, index=spans.index, name=problem.name
        )
        coefficients = pd.Series(self.coefficients * problem.unit / problem.scales, index=problem.names)
        return Disaggregation(values, coefficients, rho, self.log_likelihood)


def _problem(
    benchmarks: pd.Series, indicators: pd.Series | pd.DataFrame, conversion: Conversion, intercept: bool
) -> _Problem:
    if not isinstance(benchmarks, pd.Series):
        raise InputError("基准须为一个序列（Series）。", "Benchmarks must be one Series.")
    spans, columns, totals = aligned(indicators, benchmarks, conversion)
    if isinstance(indicators, pd.Series) and indicators.name is None:
        columns.columns = pd.Index(["indicator"])
    if intercept and INTERCEPT in columns.columns:
        raise InputError(
            f"指标不能名为 {INTERCEPT}：这是常数项的名称。", f"No indicator may be called {INTERCEPT}: the constant is."
        )
    if intercept:
        columns.insert(0, INTERCEPT, 1.0)
    fine = columns.to_numpy()
    scales = np.abs(fine).max(axis=0)
    scales[scales == 0] = 1.0
    fine = fine / scales
    coarse = spans.aggregated(fine)
    if spans.blocks <= fine.shape[1]:
        raise InputError(
            f"基准期数（{spans.blocks}）须多于系数个数（{fine.shape[1]}）。",
            f"There must be more benchmarks ({spans.blocks}) than coefficients ({fine.shape[1]}).",
        )
    _refuse_collinear(coarse, columns.columns)
    target = totals.to_numpy()
    unit = float(np.abs(target).max()) or 1.0
    return _Problem(spans, target / unit, fine, coarse, scales, unit, columns.columns, benchmarks.name)


def _refuse_collinear(coarse: Array, names: pd.Index) -> None:
    if np.linalg.matrix_rank(coarse) == coarse.shape[1]:
        return
    # A column is to blame when the others span as much without it.
    rank = np.linalg.matrix_rank(coarse)
    blamed = [i for i in range(coarse.shape[1]) if np.linalg.matrix_rank(np.delete(coarse, i, axis=1)) == rank]
    labels = named(names[blamed])
    raise InputError(
        f"指标在基准频率上共线：{labels}；请去掉其一，或用 intercept=False。",
        f"Indicators are collinear at the benchmarks' frequency: {labels}; drop one, or use intercept=False.",
    )


def _fit(problem: _Problem, motion: Motion) -> _Fit:
    spans = problem.spans
    weights = np.broadcast_to(spans.weights, (spans.blocks, spans.size))
    system = System(Layout(motion, spans.blocks, spans.size, spans.start), weights)
    # Multipliers are −(CVC')⁻¹ times the right-hand sides, values are VC'(CVC')⁻¹ times them.
    spread, multipliers = system.solve(np.column_stack([problem.target, problem.coarse]))
    weighted = -multipliers
    moments = problem.coarse.T @ weighted
    coefficients = np.asarray(np.linalg.solve(moments[:, 1:], moments[:, 0]), dtype="float64")
    residual = problem.target[:, 0] - problem.coarse @ coefficients
    exact = float(np.abs(residual).max()) < _EXACT
    rss = 0.0 if exact else float(residual @ (weighted[:, 0] - weighted[:, 1:] @ coefficients))
    return _Fit(
        problem,
        motion,
        coefficients,
        spread[:, [0]] - spread[:, 1:] @ coefficients[:, None],
        rss,
        system.log_determinant - motion.log_determinant,
    )


def _estimated(
    problem: _Problem,
    motion: Callable[[float], Motion],
    criterion: Callable[[_Fit, float], float],
    rho: float | None,
    estimate: str,
) -> Disaggregation:
    if estimate not in ("maxlog", "minrss"):
        raise InputError("estimate 须为 maxlog 或 minrss。", "estimate must be maxlog or minrss.")
    if rho is None:
        rho = _best(problem, motion, criterion)
    elif not -1 < rho < 1:
        raise InputError("rho 须在 −1 与 1 之间（不含）。", "rho must lie strictly between -1 and 1.")
    return _fit(problem, motion(rho)).disaggregation(rho)


def _best(problem: _Problem, motion: Callable[[float], Motion], criterion: Callable[[_Fit, float], float]) -> float:
    """ρ at the least criterion, cut at 0; 0 when the indicators fit exactly and nothing is left to tell it."""
    from scipy.optimize import minimize_scalar

    if _fit(problem, motion(0.0)).rss == 0:
        return 0.0

    def loss(value: float) -> float:
        return criterion(_fit(problem, motion(value)), value)

    grid = np.linspace(*_BOUNDS, _GRID)
    lowest = int(np.argmin([loss(value) for value in grid]))
    around = (grid[max(lowest - 1, 0)], grid[min(lowest + 1, _GRID - 1)])
    found = minimize_scalar(loss, bounds=around, method="bounded", options={"xatol": 1e-10})
    return max(float(found.x), 0.0)


def _refuse_rho(rho: float | None, estimate: str, method: str) -> None:
    if rho not in (None, 0) or estimate not in ("maxlog", "minrss"):
        raise InputError(
            f"{method} 没有可估计的 rho：请不写 rho，或用 litterman、chow_lin。",
            f"{method} has no rho to estimate: leave it out, or use litterman or chow_lin.",
        )
