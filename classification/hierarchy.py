"""Adding digital classes up: 小类 to 中类, 大类 and the total, losing nothing.

Belongs here: sums along the digital hierarchy. Does not belong here: units, coefficients, other classifications.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import pandas as pd

from classification.errors import InputError
from classification.standard import NON_CORE, load_standard

if TYPE_CHECKING:
    from collections.abc import Sequence

Level = Literal["小类", "中类", "大类", "total"]
_DIGITS: dict[str, int] = {"小类": 6, "中类": 4, "大类": 2}


def rollup(frame: pd.DataFrame, *, code: str, to: Level, value: str, by: Sequence[str] = ()) -> pd.DataFrame:
    """Add values of digital classes up to a wider level.

    Args:
        frame: one value per row; ``code`` holds digital codes at least as deep as ``to``, or ``non_core``; not changed.
        code: column with the digital code.
        to: ``小类`` (6 digits), ``中类`` (4), ``大类`` (2) or ``total`` (everything, ``non_core`` included).
        value: column to add; integers are added exactly, floats with ``math.fsum``.
        by: further columns to keep apart (region, period, …).

    Returns:
        ``<by>, <code>, <value>``, ordered by them; ``non_core`` stays a class of its own below ``total``. The sum over
        the result is the sum over the frame.

    Raises:
        InputError: unknown level, a code that is unknown or wider than ``to`` (named), a missing value, or an integer
            sum beyond 64 bits.
    """
    if to != "total" and to not in _DIGITS:
        raise InputError(f"未知层级“{to}”，应为 小类、中类、大类 或 total", f"unknown level {to!r}")
    codes = frame[code].tolist()
    digital = load_standard().digital
    depth = _DIGITS.get(to, 2)
    wrong = sorted({str(one) for one in codes if one != NON_CORE and (one not in digital or len(one) < depth)})
    if wrong:
        shown = "、".join(wrong[:10])
        raise InputError(f"不能汇总到{to}的数字经济代码：{shown}", f"codes that cannot be added up to {to}: {shown}")
    if frame[value].isna().any():
        raise InputError(f"列“{value}”有空值，不能汇总", f"column {value!r} has missing values")
    target = ["total" if to == "total" else one if one == NON_CORE else one[:depth] for one in codes]
    whole = pd.api.types.is_integer_dtype(frame[value].dtype)
    table = frame[list(by)].copy()
    table[code] = pd.array(target, dtype="str")
    table[value] = pd.Series(frame[value].tolist(), index=table.index, dtype="object")
    keys = [*by, code]
    sums = table.groupby(keys, sort=True, dropna=False)[value].agg(sum if whole else math.fsum).reset_index()
    try:
        sums[value] = pd.array(sums[value].tolist(), dtype="int64" if whole else "float64")
    except OverflowError as error:
        raise InputError(f"列“{value}”的合计超出64位整数", f"a sum of {value!r} exceeds 64-bit integers") from error
    return sums
