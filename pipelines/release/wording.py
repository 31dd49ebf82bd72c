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


def growth(fraction: float, *, lead: str = "同比") -> str:
    """``同比增长5.3%``, ``同比下降3.2%`` or ``与上年同期持平``."""
    if is_flat(fraction):
        return "与上年同期持平"
    return f"{lead}{'增长' if fraction > 0 else '下降'}{percent(abs(fraction))}%"


def points(fraction: float, up: str, down: str, flat: str = "持平") -> str:
    """A difference of rates: ``加快0.5个百分点``, ``回落0.5个百分点`` or ``持平``."""
    if is_flat(fraction):
        return flat
    return f"{up if fraction > 0 else down}{percent(abs(fraction))}个百分点"


def against(more: float, name: str) -> str:
    """How far a rate lies above another: ``高于GDP增速1.2个百分点``, ``低于…`` or ``与…持平``."""
    return points(more, f"高于{name}", f"低于{name}", f"与{name}持平")


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
