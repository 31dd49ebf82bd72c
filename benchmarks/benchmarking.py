"""Benchmarking of many series, beside one statsmodels call per series, and how it grows.

``python -m benchmarks.benchmarking``.

Belongs here: what benchmarking costs. Does not belong here: whether it is right (tests, docs/methods), records and
table (ways).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from benchmarks import ways
from benchmarks.clock import interleaved
from benchmarks.ways import OURS, Found, Stage, scaled
from indicators.benchmarking import denton

# Quarters and series; statsmodels solves a dense system per series, so that it is measured on some and scaled.
AGAINST: Final = ((40, 20_000), (80, 20_000), (160, 10_000), (400, 4_000))
GROWING: Final = ((2_500, 1_000), (5_000, 1_000), (10_000, 500), (10_000, 1_000))
SAMPLE: Final = 40
LOOP: Final = f"statsmodels in a loop (of {SAMPLE})"


def data(quarters: int, series: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Indicators and annual benchmarks made with a fixed seed."""
    random = np.random.default_rng(20240131)
    indicator = np.exp(random.normal(0, 0.1, (quarters, series))) * 1e8
    annual = indicator.reshape(-1, 4, series).sum(axis=1) * np.exp(random.normal(0.1, 0.05, (quarters // 4, series)))
    return (
        pd.DataFrame(indicator, index=pd.period_range("1000Q1", periods=quarters, freq="Q")),
        pd.DataFrame(annual, index=pd.period_range("1000", periods=quarters // 4, freq="Y")),
    )


def ours(quarters: int, series: int) -> Callable[[], object]:
    """All series at once."""
    indicator, annual = data(quarters, series)
    denton(indicator.iloc[:8, :2], annual.iloc[:2, :2])
    return lambda: denton(indicator, annual)


def theirs(quarters: int, series: int) -> Callable[[], object]:
    """One statsmodels call per series."""
    from statsmodels.tsa.interp.denton import dentonm

    indicator, annual = (side.to_numpy() for side in data(quarters, series))
    return lambda: [dentonm(indicator[:, column], annual[:, column]) for column in range(series)]


def against(times: int) -> Found:
    """All series at once beside a loop over them, which is run on some."""
    found = {}
    for quarters, series in AGAINST:
        jobs = {OURS: partial(ours, quarters, series), LOOP: partial(theirs, quarters, SAMPLE)}
        timings = interleaved(jobs, times=times)
        found[_named(quarters, series)] = timings | {LOOP: scaled(timings[LOOP], series / SAMPLE)}
    return found


def growing(times: int) -> Found:
    """More quarters and series beside the first of them."""
    first, *more = (_named(*size) for size in GROWING)
    timings = interleaved({_named(*size): partial(ours, *size) for size in GROWING}, times=times)
    return {first: {OURS: timings[first]}} | {name: {OURS: timings[name], first: timings[first]} for name in more}


def _named(quarters: int, series: int) -> str:
    return f"{quarters:,} quarters of {series:,} series"


STAGES: Final = {
    "denton": Stage("Benchmarking: proportional Denton of many series at once, beside a loop over them", against),
    "denton, growing": Stage("Benchmarking of more quarters and series, beside the fewest", growing),
}


if __name__ == "__main__":
    ways.main(__doc__, STAGES)
