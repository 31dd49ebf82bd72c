"""Benchmarking of many series: Denton side by side against one statsmodels call per series, and linear growth.

Belongs here: what benchmarking costs. Does not belong here: whether it is right (tests, docs/methods).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.clock import timed
from indicators.benchmarking import denton

# Quarters × series; statsmodels solves a dense system per series, so that its share is measured on some and scaled.
AGAINST: Final = ((40, 2000), (80, 2000), (160, 1000), (400, 400))
GROWING: Final = ((2500, 1000), (5000, 1000), (10_000, 1000), (10_000, 500))
SAMPLE: Final = 40
TIMES: Final = 3


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


def difference(quarters: int) -> float:
    """The largest relative difference between both, over the series that the loop is measured on."""
    from statsmodels.tsa.interp.denton import dentonm

    indicator, annual = data(quarters, SAMPLE)
    found = denton(indicator, annual).to_numpy()
    loop = np.column_stack(
        [dentonm(indicator.to_numpy()[:, column], annual.to_numpy()[:, column]) for column in range(SAMPLE)]
    )
    return float(np.abs(found / loop - 1).max())


def main() -> None:
    """Print both tables."""
    console = Console()
    against = Table(title="Proportional Denton, many series: statsmodels.dentonm in a loop = 1")
    names = ("quarters", "series", "statsmodels, µs per series", "ours, µs per series", "times faster", "difference")
    for column in names:
        against.add_column(column, justify="right")
    for quarters, series in AGAINST:
        slow = timed(theirs, quarters, SAMPLE, times=TIMES).seconds / SAMPLE
        fast = timed(ours, quarters, series, times=TIMES).seconds / series
        cells = (quarters, series, round(slow * 1e6), round(fast * 1e6, 1), round(slow / fast))
        against.add_row(*(f"{cell:,}" for cell in cells), f"{difference(quarters):.0e}")
    console.print(against)

    growing = Table(title="Time and memory by size: the first row = 1")
    for column in ("quarters", "series", "seconds", "MB", "numbers, times", "seconds, times"):
        growing.add_column(column, justify="right")
    first = None
    for quarters, series in GROWING:
        timing = timed(ours, quarters, series, times=TIMES)
        first = first or (quarters * series, timing.seconds)
        sizes = (quarters * series / first[0], timing.seconds / first[1])
        growing.add_row(
            f"{quarters:,}",
            f"{series:,}",
            f"{timing.seconds:.2f}",
            f"{timing.megabytes:.0f}",
            *(f"{x:.1f}" for x in sizes),
        )
    console.print(growing)


if __name__ == "__main__":
    main()
