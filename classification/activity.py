"""What a unit says it does (主要业务活动), made ready for comparison: clean text, its parts, and what is done in each.

Belongs here: wording only. Does not belong here: codes, scores, training texts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# What the standard writes, and what firms write for it.
_ACTIONS: Final = (
    ("制造", ("制造", "生产", "组装", "代工", "制作", "织造", "灌装")),
    ("加工", ("加工", "初加工")),
    ("种植", ("种植", "栽培")),
    ("饲养", ("饲养", "养殖")),
    ("批发", ("批发", "经销", "贸易", "分销")),
    ("零售", ("零售", "门店", "专卖", "专卖店")),
    ("批发零售", ("批发零售", "批发兼零售", "批零兼营", "购销", "销售")),
    ("修理", ("修理", "维修", "检修")),
    ("租赁", ("租赁", "出租")),
    ("工程建筑", ("施工", "工程施工", "土建施工", "建设")),
    ("安装", ("安装", "敷设")),
    ("开发", ("开发", "研发")),
    ("服务", ("服务", "运营")),
)
# A longer word is tried before a shorter one that it holds.
_WORDS: Final = sorted(((word, plain) for plain, words in _ACTIONS for word in words), key=lambda pair: -len(pair[0]))
_PLAIN: Final = dict(_WORDS)
_ENDING: Final = re.compile("(" + "|".join(word for word, _ in _WORDS) + ")$")
# Phrases of a business licence that say nothing about what is done.
_EMPTY: Final = re.compile(
    r"依法须经批准.*|许可项目[::]?|一般项目[::]?|主要从事|主要产品(是|为)?|主营|本公司|我司|从事|提供|经营范围|等相关|等$|^其[他它](业务|产品|商品)?$"
)
_BREAK: Final = re.compile(r"[、,;。/|+&\s]+|(?<=.)[和与及](?=..)|(?<=[^中高初平])等(?=[^离级].)")
_BRACKETS: Final = re.compile(r"[((][^()()]*[))]")
_WORD: Final = re.compile(r"[^0-9A-Z\u3400-\u9fff]+")


def clean(text: str) -> str:
    """Half-width, upper-case Chinese characters, letters and digits only."""
    return _WORD.sub("", unicodedata.normalize("NFKC", text).upper())


def split(piece: str) -> tuple[str, str]:
    """A cleaned part as the thing and the standard's word for what is done with it; either can be empty.

    Of several verbs the one next to the thing counts (设备租赁服务 is 租赁), but who makes a thing is a maker.
    """
    thing, verbs = piece, []
    while found := _ENDING.search(thing):
        verbs.append(_PLAIN[found.group()])
        thing = thing[: found.start()]
    return thing, _leading(verbs[::-1])


def _leading(verbs: list[str]) -> str:
    return "制造" if "制造" in verbs else verbs[0] if verbs else ""


def parts(text: str) -> tuple[str, ...]:
    """The activities that a text lists, in order, each with the standard's word for what is done.

    ``电脑主板、内存条生产`` gives ``电脑主板制造`` and ``内存条制造``: in a list the verb stands once, at its end.

    Args:
        text: as written by a firm.

    Returns:
        Cleaned parts without repetition; none when nothing is left.
    """
    plain = _EMPTY.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", text).upper()))
    listed: list[tuple[str, list[str]]] = []
    for piece in (clean(_EMPTY.sub("", one)) for one in _BREAK.split(plain)):
        thing, verb = split(piece)
        if thing:
            listed.append((thing, [verb] if verb else []))
        elif listed and verb:
            listed[-1][1].append(verb)
    done: list[str] = []
    last = ""
    for thing, verbs in reversed(listed):
        if verbs:
            last = _leading(verbs)
        done.append(thing + last)
    return tuple(dict.fromkeys(reversed(done)))
