"""Decimals as whole numbers, so that a rule is compared exactly and no edge is decided by a binary fraction.

Belongs here: from numbers as they are written to whole numbers and back, and the refusals that all of disclosure
control shares. Does not belong here: the rules.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from classification.errors import InputError

Rate = float | Fraction | Decimal
# Sums of absolute values up to here are exact in 64 bits; beyond, Python's own integers take over.
_ROOM: Final = 2**62
# A decimal of so many digits comes back from a float as it was written.
_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Whole:
    """Numbers as whole multiples of ``1/scale``.

    Attributes:
        units: int64, or Python integers (object) where 64 bits do not hold their sums.
        scale: 1 for whole numbers, a power of ten for decimals.
        integral: whether the numbers came as integers.
    """

    units: npt.NDArray[Any]
    scale: int
    integral: bool

    def numbers(self, units: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Sums of ``units`` as numbers again: integers where integers came in, else the nearest floats."""
        return units if self.integral else quotient(units, self.scale)


def whole(values: pd.Series) -> Whole:
    """Numbers as they are written in decimals (75.9 is 759 tenths), exact; fractions as they are.

    Raises:
        InputError: a value is missing, not a number or not finite; rows are named.
    """
    numeric = pd.api.types.is_numeric_dtype(values.dtype)
    finite = (
        values.to_numpy(dtype="float64", na_value=np.nan) if numeric else np.array([*map(amount, values)], "float64")
    )
    if (bad := ~np.isfinite(finite)).any():
        raise InputError("数值缺失或不是有限的数。", "A value is missing or not finite.", where=rows(values.index, bad))
    if pd.api.types.is_integer_dtype(values.dtype):
        return Whole(roomy(values.to_numpy(dtype="int64")), 1, True)
    if numeric and (short := _decimals(finite)):
        return Whole(roomy(short[0]), short[1], False)
    written = [fraction(value) for value in values.tolist()]
    scale = math.lcm(*(value.denominator for value in written))
    units = np.array([int(value * scale) for value in written], dtype=object)
    return Whole(roomy(units), scale, all(isinstance(value, Integral) for value in values))


def fraction(number: Rate) -> Fraction:
    """A number as it is written: 0.85 is 17/20.

    Raises:
        InputError: it is not a finite number.
    """
    try:
        return number if isinstance(number, Fraction) else Fraction(str(number))
    except (ValueError, ZeroDivisionError):
        raise InputError("不是有限的数。", "Not a finite number.") from None


def amount(value: Any) -> float:
    """A number as a float; NaN for what is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def roomy(units: npt.NDArray[Any], factor: int = 1) -> npt.NDArray[Any]:
    """Whole numbers in a form that holds ``factor`` times the sum of their absolute values."""
    most = float(np.abs(units.astype("float64")).sum()) * factor
    return units.astype("int64" if most < _ROOM else object)


def quotient(units: npt.NDArray[Any], divisor: int) -> npt.NDArray[np.float64]:
    """Whole numbers over one, each to the nearest float."""
    return (units.astype(object) / divisor).astype("float64")


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


def _decimals(numbers: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], int] | None:
    """Floats as whole multiples of the largest power of ten that gives each of them back; None if they are long."""
    for places in range(_DIGITS):
        units = np.rint(numbers * 10.0**places)
        if not (np.abs(units) < 10**_DIGITS).all():
            return None
        if (units / 10.0**places == numbers).all():
            return units.astype("int64"), 10**places
    return None
