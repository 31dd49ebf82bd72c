"""Where benchmarks lie in time: which quarters (or months) each benchmark covers, and with what weights.

Belongs here: alignment of two frequencies and its errors. Does not belong here: any estimation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from classification.errors import InputError
from indicators.series import checked, checked_frame, named

Conversion = Literal["sum", "mean", "first", "last"]
Array = npt.NDArray[np.float64]
# Sub-periods in a period, by the first letters of both frequencies.
_SIZES: Final = {("Y", "Q"): 4, ("Y", "M"): 12, ("Q", "M"): 3}


@dataclass(frozen=True)
class Spans:
    """Benchmarks on the time line of an indicator.

    Attributes:
        index: all sub-periods, in time order.
        start: position of the first sub-period that a benchmark covers.
        blocks: number of benchmarks, one after another.
        size: sub-periods per benchmark.
        conversion: how sub-periods make up a benchmark.
    """

    index: pd.PeriodIndex
    start: int
    blocks: int
    size: int
    conversion: Conversion

    @property
    def stop(self) -> int:
        """Position after the last covered sub-period."""
        return self.start + self.blocks * self.size

    @property
    def weights(self) -> Array:
        """Weights of a benchmark's sub-periods, shape (size,)."""
        weights = np.zeros(self.size)
        match self.conversion:
            case "first":
                weights[0] = 1.0
            case "last":
                weights[-1] = 1.0
            case "mean":
                weights[:] = 1.0 / self.size
            case _:
                weights[:] = 1.0
        return weights

    def blocked(self, values: Array) -> Array:
        """Covered sub-periods of ``values`` (time × …) as benchmark × sub-period × …."""
        return values[self.start : self.stop].reshape(self.blocks, self.size, *values.shape[1:])

    def aggregated(self, values: Array) -> Array:
        """``values`` (time × series) as the benchmarks see them: benchmark × series."""
        aggregates: Array = np.einsum("bis,i->bs", self.blocked(values), self.weights)
        return aggregates


def aligned(
    indicator: pd.Series | pd.DataFrame, benchmarks: pd.Series | pd.DataFrame, conversion: Conversion
) -> tuple[Spans, pd.DataFrame, pd.DataFrame]:
    """Both sides as checked frames in time order, and how they lie to each other.

    Raises:
        InputError: an unknown conversion; frequencies that do not nest; missing values, gaps or periods there twice on
            either side; a benchmark that the indicator does not cover. Periods are named.
    """
    if conversion not in get_args(Conversion):
        raise InputError(
            f"转换方式 conversion 不能是“{conversion}”，须为 sum、mean、first、last 之一。",
            f"conversion must be one of sum, mean, first, last, not {conversion!r}.",
        )
    fine, coarse = _frame(indicator, "指标 indicator"), _frame(benchmarks, "基准 benchmarks")
    index, periods = pd.PeriodIndex(fine.index), pd.PeriodIndex(coarse.index)
    size = _SIZES.get((periods.freqstr[0], index.freqstr[0]))
    if size is None:
        raise InputError(
            f"频率不相配：指标 {index.freqstr}，基准 {periods.freqstr}；可为季对年、月对年、月对季。",
            f"Frequencies do not nest: indicator {index.freqstr}, benchmarks {periods.freqstr}; "
            "quarters in years, months in years and months in quarters do.",
        )
    firsts = periods.asfreq(index.freqstr, how="S")
    spans = Spans(index, int(firsts[0].ordinal - index[0].ordinal), len(periods), size, conversion)
    covered = (firsts >= index[0]) & (periods.asfreq(index.freqstr, how="E") <= index[-1])
    if not covered.all():
        missing = named(periods[~covered])
        raise InputError(
            f"指标没有覆盖基准期：{missing}。", f"The indicator does not cover the benchmarks of {missing}."
        )
    return spans, fine, coarse


def _frame(values: pd.Series | pd.DataFrame, name: str) -> pd.DataFrame:
    if isinstance(values, pd.DataFrame):
        return checked_frame(values, name)
    return checked(values, name).to_frame(name=values.name)
