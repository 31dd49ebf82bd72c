"""Adjustment of an indicator to benchmarks: Denton's movement preservation, Cholette and Dagum's regression.

Belongs here: methods that move an indicator as little as possible. Does not belong here: methods that estimate how a
series follows its indicators (regression).
"""

from __future__ import annotations

from typing import Literal, TypeVar

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.benchmarking.banded import Layout, Motion, minimal
from indicators.benchmarking.spans import Array, Conversion, Spans, aligned
from indicators.series import named

Values = TypeVar("Values", pd.Series, pd.DataFrame)
Bias = Literal["auto", "ratio", "difference"]


@typed
def denton(
    indicator: Values,
    benchmarks: Values,
    *,
    proportional: bool = True,
    difference: int = 1,
    conversion: Conversion = "sum",
) -> Values:
    """Denton's benchmarking without a penalty on the first period (Cholette): movement is kept, benchmarks are met.

    Minimises ``Σ_t (Δ^d(x_t/p_t))²``, or of ``x_t − p_t`` when not proportional, such that the benchmarks are met. The
    indicator may start before the first and run past the last benchmark: what is minimised then carries the first and
    the last ratio (or difference) on, or with ``difference=2`` their straight line.

    Args:
        indicator: quarters or months on a ``PeriodIndex``, without gaps, any order; a ``DataFrame`` holds one series
            per column.
        benchmarks: years (or quarters for months), without gaps, each fully covered; the same columns.
        proportional: keep the ratio smooth (needs a positive indicator), or else the difference (any sign).
        difference: 1 or 2, the order of the differences that are kept small.
        conversion: whether a benchmark is the sum, mean, first or last of its sub-periods.

    Returns:
        The benchmarked series in the unit of the benchmarks, on the indicator's periods in time order.

    Raises:
        InputError: zeros or negatives in a proportional indicator; gaps, missing values, a benchmark that is not
            covered, columns that differ; fewer benchmarks than ``difference``. Periods and columns are named.

    Source: Denton 1971; Cholette 1984; IMF, Quarterly National Accounts Manual, ch. 6; methods, public functions.
    """
    if difference not in (1, 2):
        raise InputError("difference 须为 1 或 2。", "difference must be 1 or 2.")
    spans, fine, coarse = _aligned(indicator, benchmarks, conversion)
    if spans.blocks < difference:
        raise InputError("二阶差分至少需要两个基准。", "Second differences need at least two benchmarks.")
    if proportional:
        _refuse_not_positive(fine, "比例法 Denton 的指标；可用 proportional=False", "use proportional=False")
    p = fine.to_numpy()
    # Δ(x/p) = Δ((x − p)/p): starting from 0 rather than from p loses no digits where the units differ.
    start, scale = (np.zeros_like(p), p) if proportional else (p, np.ones((len(p), 1)))
    motion = Motion((1.0,) if difference == 1 else (2.0, -1.0), "free")
    return _labelled(_adjusted(spans, start, coarse.to_numpy(), scale, motion), fine, indicator)


@typed
def cholette_dagum(
    indicator: Values,
    benchmarks: Values,
    *,
    rho: float = 0.729,
    lam: float = 1.0,
    bias: Bias | None = "auto",
    conversion: Conversion = "sum",
) -> Values:
    """Cholette and Dagum's regression-based benchmarking with autoregressive errors.

    ``x = s* + VJ'(JVJ')⁻¹(y − Js*)`` with ``V = CΩC``, ``Ω_ij = ρ^|i−j|``, ``C = diag(|s*|^λ)``; ``s*`` is the
    indicator corrected for bias. Away from the benchmarks the adjustment fades to the bias at the rate ρ. ``rho=1`` is
    the limit ``Σ(Δ((x−s*)/|s*|^λ))²``, that is Denton, for which a bias makes no difference and none is taken.

    Args:
        indicator: as for ``denton``.
        benchmarks: as for ``denton``.
        rho: 0–1; 0.729 for quarters, 0.9 for months are usual.
        lam: λ; 1 proportional, 0 additive, 0.5 with ``rho=0`` prorates.
        bias: ``ratio`` multiplies by ``Σy/ΣJs``, ``difference`` adds ``(Σy − ΣJs)`` per benchmarked period; ``auto`` is
            ratio unless ``lam=0``; None leaves the indicator as it is.
        conversion: as for ``denton``.

    Returns:
        The benchmarked series, on the indicator's periods in time order.

    Raises:
        InputError: as for ``denton`` (positive indicators are needed unless ``lam=0``); ``rho`` outside 0–1; a ratio
            of zero or below.

    Source: Dagum and Cholette 2006; Statistics Canada, G-Series (BENCHMARKING); methods, public functions.
    """
    if not 0 <= rho <= 1 or not np.isfinite(lam):
        raise InputError("rho 须在 0 与 1 之间，lam 须为有限数。", "rho must lie in 0-1 and lam be finite.")
    if bias not in ("auto", "ratio", "difference", None):
        raise InputError("bias 须为 auto、ratio、difference 或 None。", "bias must be auto, ratio, difference or None.")
    spans, fine, coarse = _aligned(indicator, benchmarks, conversion)
    if lam != 0:
        _refuse_not_positive(fine, "lam 不为 0 时的指标；可用 lam=0", "use lam=0")
    targets = coarse.to_numpy()
    kind = bias if bias != "auto" else ("difference" if lam == 0 else "ratio")
    start = _unbiased(spans, fine, targets, kind if rho < 1 else None)
    motion = Motion((rho,), "stationary") if rho < 1 else Motion((1.0,), "free")
    scale = np.ones((len(start), 1)) if lam == 0 else start**lam
    return _labelled(_adjusted(spans, start, targets, scale, motion), fine, indicator)


def _adjusted(spans: Spans, start: Array, targets: Array, scale: Array, motion: Motion) -> Array:
    """``start`` plus ``scale`` times the smallest motion that meets the targets.

    ``start`` is time × series, ``targets`` benchmark × series; ``scale`` is time × series or time × 1.
    """
    weights = spans.blocked(scale) * spans.weights[:, None]
    # Weights of length one within each benchmark, so that the size of the unit does not matter.
    lengths = np.sqrt((weights**2).sum(axis=1))
    weights /= lengths[:, None]
    gaps = (targets - spans.aggregated(start)) / lengths
    values = minimal(Layout(motion, spans.blocks, spans.size), weights, gaps)
    adjusted = start + scale * _extended(values, spans, motion)
    # What rounding left of the gaps, so that benchmarks are met to the last digits.
    rest = (targets - spans.aggregated(adjusted)) / lengths
    adjusted[spans.start : spans.stop] += (spans.blocked(scale) * weights * rest[:, None]).reshape(values.shape)
    return adjusted


def _extended(values: Array, spans: Spans, motion: Motion) -> Array:
    """Adjustments before the first and after the last benchmark as the motion (which is reversible) continues them."""
    before = motion.continued(values[::-1], spans.start)[::-1]
    after = motion.continued(values, len(spans.index) - spans.stop)
    return np.concatenate([before, values, after])


def _unbiased(spans: Spans, fine: pd.DataFrame, targets: Array, kind: str | None) -> Array:
    start = fine.to_numpy()
    if kind is None:
        return start
    wanted, have = targets.sum(axis=0), spans.aggregated(start).sum(axis=0)
    if kind == "difference":
        shifted: Array = start + (wanted - have) / (spans.blocks * spans.weights.sum())
        return shifted
    ratio = np.divide(wanted, have, out=np.zeros_like(have), where=have != 0)
    if (bad := ~(ratio > 0)).any():
        columns = named(fine.columns[bad])
        raise InputError(
            f'基准合计与指标合计之比不为正，不能按比例修正偏差：{columns}；可用 bias="difference"。',
            f"Benchmarks over indicator is not positive, no ratio bias: {columns}; use bias='difference'.",
        )
    scaled: Array = start * ratio
    return scaled


def _aligned(
    indicator: pd.Series | pd.DataFrame, benchmarks: pd.Series | pd.DataFrame, conversion: Conversion
) -> tuple[Spans, pd.DataFrame, pd.DataFrame]:
    spans, fine, coarse = aligned(indicator, benchmarks, conversion)
    if isinstance(indicator, pd.Series) and isinstance(benchmarks, pd.Series):
        return spans, fine, coarse
    odd = fine.columns.symmetric_difference(coarse.columns)
    if type(indicator) is not type(benchmarks) or len(odd):
        raise InputError(
            f"指标与基准的列不一致：{named(odd)}。", f"Columns differ between indicator and benchmarks: {named(odd)}."
        )
    return spans, fine, coarse[fine.columns]


def _refuse_not_positive(fine: pd.DataFrame, zh: str, en: str) -> None:
    bad = fine.to_numpy() <= 0
    if bad.any():
        columns = [] if fine.columns.tolist() == [None] else list(fine.columns[np.flatnonzero(bad.any(axis=0))])
        labels = named([*columns, *fine.index[np.flatnonzero(bad.any(axis=1))]])
        raise InputError(f"{zh}：含零或负值：{labels}。", f"A proportional indicator is not positive: {labels}; {en}.")


def _labelled(values: Array, fine: pd.DataFrame, like: Values) -> Values:
    if isinstance(like, pd.DataFrame):
        return pd.DataFrame(values, index=fine.index, columns=fine.columns)
    return pd.Series(values[:, 0], index=fine.index, name=like.name)
