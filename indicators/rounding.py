"""Rounding and display: numbers become text once, at the very end, from the unrounded value.

Belongs here: rounding half away from zero on the decimal value, display units, tail policies. Does not belong here:
sentences about numbers (release) and anything that computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from classification.errors import InputError

Tail = Literal["none", "largest_remainder"]
Number = float | int | Decimal
# How many stored units one display unit holds; a display unit that is not here is shown as it is stored.
_SCALES: Final = {
    "千元": Decimal(10**3),
    "万元": Decimal(10**4),
    "亿元": Decimal(10**8),
    "万亿元": Decimal(10**12),
    "亿条": Decimal(10**8),
    "万人": Decimal(10**4),
    "万家": Decimal(10**4),
    "万个": Decimal(10**4),
    "%": Decimal("0.01"),
    "百分点": Decimal("0.01"),
}


def decimal(value: Number) -> Decimal:
    """The decimal value of a number as it is written: 0.125 is 0.125, not the nearest binary fraction.

    Raises:
        InputError: the number is not finite.
    """
    number = value if isinstance(value, Decimal) else Decimal(repr(float(value)) if isinstance(value, float) else value)
    if not number.is_finite():
        raise InputError("不能显示非有限的数。", "A number that is not finite cannot be shown.")
    return number


def round_half_away(value: Number, decimals: int = 0) -> Decimal:
    """Round half away from zero on the decimal value: 0.125 → 0.13, −0.125 → −0.13; never −0.

    Source: NBS practice; methods, conventions.
    """
    rounded = decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return abs(rounded) if rounded.is_zero() else rounded


def whole(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Floats rounded half away from zero to whole numbers, still as floats: sums of them are exact below 2⁵³."""
    numbers = np.asarray(values, dtype="float64")
    rounded: npt.NDArray[np.float64] = np.copysign(np.floor(np.abs(numbers) + 0.5), numbers) + 0.0
    return rounded


def in_unit(value: Number, unit: str) -> Decimal:
    """A stored value in a display unit, exact and unrounded: yuan in 亿元, a fraction in % or 百分点."""
    return decimal(value) / _SCALES.get(unit, Decimal(1))


def from_unit(value: Number, unit: str) -> Decimal:
    """The reverse of ``in_unit``: 127555 in 亿元 is 12755500000000 yuan, 9.9 in % is 0.099."""
    return decimal(value) * _SCALES.get(unit, Decimal(1))


def display(value: Number, unit: str, decimals: int) -> str:
    """A stored value as the text that is shown in a display unit, without the unit: 0.01236 in % with 2 → ``1.24``.

    Args:
        value: as stored (yuan, fraction, count), never rounded before.
        unit: display unit: 亿元, 万元, %, 百分点, 家, …
        decimals: places after the point.
    """
    return f"{round_half_away(in_unit(value, unit), decimals):f}"


def difference(first: Number, second: Number) -> float:
    """A difference of two rates (fraction, shown as 百分点) from the unrounded rates, never from shown ones."""
    return float(decimal(first) - decimal(second))


def round_parts(
    values: Sequence[Number], unit: str, decimals: int, *, tail: Tail = "none", total: Number | None = None
) -> list[Decimal]:
    """Parts of a total as shown, under a tail policy.

    ``none``: each part is rounded by itself, so that parts may miss the total (部分合计数因数值修约误差，未作机械调整).
    ``largest_remainder``: parts are cut down and the missing units of the last place go to the largest remainders
    (earlier parts first when equal), so that they sum to the rounded total.

    Args:
        values: the parts as stored, unrounded.
        unit: display unit.
        decimals: places after the point.
        tail: the policy.
        total: the total as stored; default the sum of the parts.

    Raises:
        InputError: the total is too far from the sum of the parts to be reached by rounding.
    """
    if tail == "none":
        return [round_half_away(in_unit(value, unit), decimals) for value in values]
    exact = [in_unit(value, unit) for value in values]
    step = Decimal(1).scaleb(-decimals)
    aim = round_half_away(sum(exact, Decimal(0)) if total is None else in_unit(total, unit), decimals)
    floors = [value.quantize(step, ROUND_FLOOR) for value in exact]
    missing = int((aim - sum(floors, Decimal(0))) / step)
    if not 0 <= missing <= len(floors):
        raise InputError(
            "各部分之和与合计相差过大，不能靠修约配平。", "The parts miss the total by more than rounding can do."
        )
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    gains = set(order[:missing])
    return [floor + step if i in gains else floor for i, floor in enumerate(floors)]
