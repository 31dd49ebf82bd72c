"""Decimals as whole numbers, so that a rule is compared exactly and no edge is decided by a binary fraction.

Belongs here: from numbers as they are written to whole numbers and back, and the refusals that all of disclosure
control shares. Does not belong here: the rules.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from classification.errors import InputError

Rate = float | Fraction | Decimal
# Sums of absolute values up to here are exact in 64 bits; beyond, Python's own integers take over.
_ROOM: Final = 2.0**62
# Up to here a float that is whole is the whole number that was written.
_EXACT: Final = 2.0**53


@dataclass(frozen=True, slots=True)
class Whole:
    """Numbers as whole multiples of ``1/scale``.

    Attributes:
        units: int64, or Python integers (object) where 64 bits do not hold their sums.
        scale: a power of ten; 1 for whole numbers.
        integral: whether the numbers came as integers.
    """

    units: npt.NDArray[Any]
    scale: int
    integral: bool

    def number(self, units: int | Fraction) -> int | float:
        """A sum of ``units`` as a number again: an integer where integers came in, else the nearest float."""
        if self.integral and not isinstance(units, Fraction):
            return int(units)
        return float(Fraction(units) / self.scale)


def whole(values: pd.Series) -> Whole:
    """Numbers as they are written in decimals (75.9 is 759 tenths), exact.

    Raises:
        InputError: a value is missing, not a number or not finite; rows are named.
    """
    numbers = pd.to_numeric(values, errors="coerce").astype("float64").to_numpy()
    if (bad := ~np.isfinite(numbers)).any():
        raise InputError("数值缺失或不是有限的数。", "A value is missing or not finite.", where=rows(values.index, bad))
    roomy = bool(np.abs(numbers).sum() < _ROOM)
    if pd.api.types.is_integer_dtype(values.dtype):
        units = values.to_numpy(dtype="int64") if roomy else _integers(int(value) for value in values)
        return Whole(units, 1, True)
    if values.dtype != object and (numbers == np.floor(numbers)).all() and (np.abs(numbers) < _EXACT).all() and roomy:
        return Whole(numbers.astype("int64"), 1, False)
    written = [value if isinstance(value, Decimal) else Decimal(str(value)) for value in values.tolist()]
    places = max((-int(value.as_tuple().exponent) for value in written), default=0)
    places = max(places, 0)
    units = _integers(int(value.scaleb(places)) for value in written)
    integral = bool(written) and all(isinstance(value, int) for value in values.tolist())
    return Whole(units, 10**places, integral)


def fraction(number: Rate) -> Fraction:
    """A rate as it is written: 0.85 is 17/20."""
    return number if isinstance(number, Fraction) else Fraction(str(number))


def needed(frame: pd.DataFrame, columns: Iterable[str], name: str) -> None:
    """Refuses a frame that lacks one of the columns."""
    if missing := [column for column in columns if column not in frame.columns]:
        raise InputError(f"{name} 缺少列：{'、'.join(missing)}。", f"{name} lacks columns {', '.join(missing)}.")


def rows(index: pd.Index, bad: npt.NDArray[np.bool_]) -> str:
    """The first rows that are wrong, by label."""
    return f"第 {'、'.join(str(label) for label in index[bad][:5])} 行"


def named(cells: Iterable[Hashable], most: int = 5) -> str:
    """Cells as text for an error: ``甲区·0101、乙区·0101``, the first few in order."""
    words = sorted("·".join(map(str, cell)) if isinstance(cell, tuple) else str(cell) for cell in cells)
    return "、".join(words[:most]) + ("…" if len(words) > most else "")


def _integers(units: Iterable[int]) -> npt.NDArray[Any]:
    listed: Sequence[int] = list(units)
    small = sum(map(abs, listed)) < _ROOM
    return np.array(listed, dtype="int64" if small else object)
