"""Numbers as words, by rule: rounding for display, 增长 / 下降 / 持平, 加快 / 回落, 百分点.

Belongs here: how a stored number is said in Chinese. Does not belong here: which number is said where.

Display rounds half away from zero on the decimal value of the unrounded number, differences included: 629.0/647.4
against 10/12 is 13.8 points, not 97.2 − 83.3 = 13.9 (docs/methods, conventions).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

YI: Final = Decimal(100_000_000)
HUNDRED: Final = Decimal(100)
# A change that displays as 0.0 is neither growth nor decline.
FLAT: Final = Decimal("0.05")
# Steps of figures that are told rounded: what is displayed anyway, and a whole one.
TENTH: Final = Decimal("0.1")
_NUMERALS: Final = "零一二三四五六七八九"


def rounded(value: float, *, divide: Decimal = Decimal(1), decimals: int = 1) -> Decimal:
    """A number in display units, rounded half away from zero."""
    return (Decimal(repr(float(value))) / divide).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """A number with a thousands separator and a true minus sign; never −0.0."""
    if number == 0:
        number = abs(number)
    return f"{number:,}".replace("-", "−")


def percent(fraction: float, decimals: int = 1) -> str:
    """A fraction as per cent, without the sign %."""
    return plain(rounded(fraction, divide=1 / HUNDRED, decimals=decimals))


def is_flat(fraction: float) -> bool:
    """Whether a change, as a fraction, is said to be 持平."""
    return abs(Decimal(repr(float(fraction))) * HUNDRED) < FLAT


def about(fraction: float, step: float = 0.0) -> str:
    """A fraction that is told in a step as per cent, without the sign %: ``约4.5``, ``约9``, of none or 0.1 ``4.6``."""
    told = in_points(step)
    if told <= TENTH:
        return percent(fraction)
    return f"约{percent(fraction, 0 if told == told.to_integral() else 1)}" if fraction else less_than(step)


def less_than(step: float) -> str:
    """A figure that is told as 0 in a step: ``不足0.5``."""
    return f"不足{in_points(step).normalize():f}"


def in_points(step: float) -> Decimal:
    """A step as a fraction in percentage points."""
    return Decimal(repr(step)) * HUNDRED


def growth(fraction: float, *, lead: str = "同比", step: float = 0.0) -> str:
    """``同比增长5.3%``, ``同比下降3.2%`` or ``与上年同期持平``.

    Of what is told in a step ``同比增长约4.5%``, or ``同比变动不足1%``.
    """
    if in_points(step) > TENTH:
        return f"{lead}{_turn(fraction, '增长', '下降', '变动')}{about(abs(fraction), step)}%"
    if is_flat(fraction):
        return "与上年同期持平"
    return f"{lead}{'增长' if fraction > 0 else '下降'}{percent(abs(fraction))}%"


def _turn(fraction: float, up: str, down: str, neither: str) -> str:
    return up if fraction > 0 else down if fraction < 0 else neither


def points(fraction: float, up: str, down: str, flat: str = "持平", step: float = 0.0) -> str:
    """A difference of rates: ``加快0.5个百分点``, ``回落0.5个百分点`` or ``持平``.

    Of a pull that is told in a step ``增长约1个百分点``, or ``持平（不足1个百分点）``.
    """
    if is_flat(fraction):
        return flat if in_points(step) <= TENTH else f"{flat}（{less_than(step)}个百分点）"
    return f"{up if fraction > 0 else down}{about(abs(fraction), step)}个百分点"


def in_display(value: float, unit: str, display_unit: str, decimals: int) -> Decimal:
    """A stored value in its display unit, rounded: 元 → 亿元, a fraction → %, 条 → 亿条."""
    # A ratio that is shown as a ratio, such as a control factor, stays one.
    if display_unit in ("%", "百分点"):
        return rounded(value, divide=1 / HUNDRED, decimals=decimals)
    if display_unit == f"亿{unit}":
        return rounded(value, divide=YI, decimals=decimals)
    return rounded(value, decimals=decimals)


def ordinal(number: int) -> str:
    """A number of a heading in Chinese: 九, 十, 十一, 二十."""
    tens, ones = divmod(number, 10)
    return f"{_NUMERALS[tens] if tens > 1 else ''}{'十' if tens else ''}{_NUMERALS[ones] if ones else ''}"
