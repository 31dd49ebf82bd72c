"""Indicator names as the national bureau writes them, taken apart.

Belongs here: measure, unit, base and price within a name. Does not belong here: which industry an indicator means
(``accounts``), the layout (``nbs``).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

_MEASURE: Final = re.compile(
    r"(当季值|当期值|当月值|本月值|本期值|累计值|期末值|上年同期值|累计同比增长|累计同比|累计增长|累计增速|"
    r"当季同比|当月同比|同比增长|同比增速|当季增长|环比增长|环比|增速)$"
)
_PRICE: Final = re.compile(r"(不变价|可比价格?|现价|当年价格?|名义)(\d{4})?(?:年价格?)?")
_BASE: Final = re.compile(r"(?:[上去]年(?:同[期月季]|同季度)?|上月|上季度?|\d{4}年?)=100")
# Brackets that belong to a name and are no unit: (M2), (不含农户), (11行业合计).
_NO_UNIT: Final = re.compile(r"[A-Za-z]+\d*|.*(?:不含|包括|含|口径|合计|以上|以下|其中|除).*|\d.*")
_TAIL: Final = re.compile(r"\(([^()]*)\)$")


class Name(NamedTuple):
    """An indicator's name taken apart: 国内生产总值 | 当季值 | 亿元 | base (上年同期=100) | price (不变价2020)."""

    indicator: str
    measure: str = ""
    unit: str = ""
    base: str = ""
    price: str = ""


def split_name(text: str) -> Name:
    """Take an indicator's name apart, whichever brackets and underscores it uses."""
    rest = "".join(unicodedata.normalize("NFKC", text).split())
    unit = base = price = measure = ""
    while True:
        if match := _TAIL.search(rest):
            inner, rest = match[1], rest[: match.start()]
            if _BASE.fullmatch(inner):
                base = inner
            elif _PRICE.fullmatch(inner):
                price = inner
            elif not measure and _MEASURE.fullmatch(inner):
                measure = inner
            elif not unit and not _NO_UNIT.fullmatch(inner):
                unit = inner
            else:
                rest = f"{rest}({inner})"
                break
        elif (match := _MEASURE.search(rest)) and not measure and match.start() > 0:
            measure, rest = match[1], rest[: match.start()].removesuffix("_")
        elif "_" in rest and _PRICE.fullmatch(rest.rpartition("_")[2]):
            rest, _, price = rest.rpartition("_")
        else:
            break
    return Name(rest.strip("_"), measure, unit, base, price)
