"""Rows that are not data: notes, sources, signatures and totals around a table.

Belongs here: recognising such a row. Does not belong here: what is done with it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from pipelines.ingest.texts import normal, render

_NOTE: Final = re.compile(
    r"[*※]?\s*(?:注\s*(?:[:：.、\d一二三]|释)|备注\s*[:：]|说明\s*[:：]|填报说明|补充资料|(?:数据|资料)?来源\s*[:：]|"
    r"(?:单位|统计|部门|企业)?负责人|填表人|制表人?\s*[:：]|审核人|复核人|报出日期|填报日期|联系电话|填报单位\s*[:：])"
)
_SOURCE: Final = re.compile(r"(?:数据|资料)?来源\s*[:：]\s*(.*)")
_FIRST: Final = frozenset("注备说填补数资来单统部企负制审复报联*※")
# A text that opens with another letter opens neither a note nor a total: nothing to look at more closely.
PLAIN: Final = "^[^" + "".join(sorted(_FIRST)) + r"合总小\p{Z}\p{C}]"
_TOTALS: Final = frozenset({"合计", "总计", "小计", "合计:", "总计:"})


def texts_of(row: list[Any]) -> list[str]:
    """The cells of a row that hold something, as trimmed text."""
    return [text for cell in row if (text := (render(cell) or "").strip())]


def is_note(text: str) -> bool:
    """Whether the first text of a row opens a note, a source line or a signature."""
    return text[:1] in _FIRST and _NOTE.match(text) is not None


def is_total(text: str) -> bool:
    """Whether the first text of a row says that the row is a total."""
    return text[:1] in "合总小" and normal(text) in _TOTALS


def source_of(text: str) -> str:
    """The body named in a source line, or ''."""
    match = _SOURCE.match(text)
    return match[1].strip() if match else ""
