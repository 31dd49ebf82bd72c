"""What the rows of a header hold beside names: sub-heads, units, numbers of columns.

Belongs here: telling such words and rows from data. Does not belong here: which column is which (``headers``).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from pipelines.ingest.forms import Form
from pipelines.ingest.texts import normal

MONEY: Final = "百万元|千元|万元|亿元|元"
_UNIT_NAMES: Final = rf"(?:{MONEY}|[千万]?人|[万]?[家个户吨次条]|%|‰|个?百分点|项|天|台|套|辆|倍|万?千瓦时|万?平方米)"
_UNIT: Final = re.compile(rf"\(?(?:计量单位:|单位:)?{_UNIT_NAMES}\)?")
_UNIT_SUFFIX: Final = re.compile(rf"\((?:单位:?)?{_UNIT_NAMES}\)$")
_ORDINAL: Final = re.compile(r"^(?:[一二三四五六七八九十]+、|\(?\d{1,2}[.、)]|其中:)")
# Words for a span or a comparison; a sub-head is made of nothing else.
_SUBHEAD: Final = re.compile(
    r"(?:[本上去当同前][年期月季]度?|报告期|基期|期末|期初|年初|年末|月末|季末|全年|累计|实际|同比|环比|增长|增速|增减|"
    r"比上年|1(?:-|至|月-)(?:本|\d{1,2})月|(?:19|20)\d\d年|\d{1,2}月|[一二三四1-4]季度|绝对|金额|数量|平均|合计|[数额值止率至末自±/()%])+"
)
# Sub-heads that say no more than what a form's figures are anyway: the year's cumulated amount.
_PLAIN: Final = re.compile(
    r"(?:本年(?:度)?|自年初)?(?:累计|实际)(?:数|额|值|金额)?|本年(?:度)?(?:数|金额)?|金额|数值|"
    r"(?:本年)?1(?:-|至|月-)(?:本|\d{1,2})月(?:累计)?(?:数|额|值|金额)?"
)
# Titles that only gather columns and say nothing of when, of whom or whether what stands below was done.
_GROUP: Final = re.compile(
    r"(?:基本|主要|企业|单位|项目|园区|债券|投资|资金|建设|经营|生产|进展|进度|完成|填报|联系|其他)*(?:情况|概况|信息)"
)
_LONGEST: Final = 24  # characters that a sub-head may have
_LETTERS: Final = ("甲乙丙丁戊己庚辛壬癸", "abcdefghij")
_LEAD: Final = frozenset({"栏次", "行次", "序号", "编号"})
_NUMBER: Final = re.compile(r"\(?(\d{1,3})\)?(?:=.*)?")
_SEQUENCE: Final = 3  # numbers from which a row counts its columns, when no letter leads them
_DASHES: Final = frozenset({"-", "--", "---"})


def bare(part: str) -> str:
    """A header part (normalised) without its unit and its ordinal."""
    return _ORDINAL.sub("", _UNIT_SUFFIX.sub("", part))


def is_unit(part: str) -> bool:
    """Whether a header part (normalised) is a unit and nothing else."""
    return _UNIT.fullmatch(part) is not None


def is_subhead(part: str) -> bool:
    """Whether a header part (normalised) only divides what stands above it: 本年累计, 上年同期, 1-本月, 增长(%)."""
    return len(part) <= _LONGEST and _SUBHEAD.fullmatch(bare(part)) is not None


def without_plain(parts: list[str]) -> list[str]:
    """Header parts without the sub-heads below the name that only repeat what is meant anyway."""
    return parts[:1] + [part for part in parts[1:] if not _PLAIN.fullmatch(part)]


def without_groups(parts: list[str]) -> list[str]:
    """Header parts without the titles above that only gather columns: 投资情况, 项目基本信息; the last one stays."""
    return [part for part in parts[:-1] if not _GROUP.fullmatch(part)] + parts[-1:]


@cache
def _names(form: Form) -> frozenset[str]:
    """Every part of every header of a form, normalised."""
    names = (normal(name) for column in form.columns for name in column.names)
    return frozenset(bare(part) for name in names for part in re.split("[/_]", name))


def numbers_columns(cells: list[str]) -> bool:
    """Whether the filled cells of a row (normalised) only number its columns: 甲 乙 1 2, 栏次 1 2 3=1+2, (1) (2) (3).

    Without a leading letter or word the numbers must count up by one from 0 or 1, or they could be data.
    """
    rest = [cell for cell in cells if cell not in _DASHES]
    lead = 1 if rest[:1] and rest[0] in _LEAD else max(_lettered(rest, letters) for letters in _LETTERS)
    rest, led = rest[lead:], lead > 0
    matches = [_NUMBER.fullmatch(cell) for cell in rest]
    numbers = [int(match[1]) for match in matches if match]
    if len(numbers) < len(rest) or len(cells) < 2:
        return False
    counted = len(numbers) >= _SEQUENCE and numbers[0] < 2 and numbers == [*range(numbers[0], numbers[-1] + 1)]
    return led or counted


def _lettered(cells: list[str], letters: str) -> int:
    """How many cells at the start are the letters in their order."""
    return next((i for i, cell in enumerate(cells) if cell != letters[i : i + 1]), len(cells))


def is_header_row(row: list[str], above: list[str], form: Form) -> bool:
    """Whether a row below a header carries on with it: it holds header words, units or column numbers, and no data.

    Args:
        row: cells of one row, merged ranges filled.
        above: cells of the header row above; what is merged with it says nothing new.
        form: whose headers are known words.
    """
    fresh = [normal(cell) for cell, upper in zip(row, above, strict=True) if cell and cell != upper]
    words = [cell for cell in fresh if cell not in _DASHES]
    if not words:
        return bool(any(row)) and not fresh
    known = _names(form)
    return numbers_columns(fresh) or all(is_unit(cell) or is_subhead(cell) or bare(cell) in known for cell in words)
