"""Text whose numbers know where they come from: marks in a sentence that a page turns into links.

Belongs here: how a number is marked, and how a page with marks becomes one with links and a table of what is linked.
Does not belong here: which number is said where (sentences, tables), or what a popover looks like (templates).

While a sentence is built, a marked number stands between characters of Unicode's private use area together with the
cells of the release that it shows or follows from. A finished sentence is ``Said``: for everybody it is plain text, and
only a page asks for the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape
from typing import Any, Final
from urllib.parse import urlencode

from classification.errors import InputError
from pipelines.release import wording
from pipelines.release.alike import less, of_one_kind, words
from pipelines.release.dictionary import release_contracts
from pipelines.release.display import STATUSES, shown
from pipelines.release.display import yi as plain_yi
from pipelines.release.figures import BASES, PRICES, VINTAGES, Figure, Figures, Number, Origin, Span

_OPEN, _TEXT, _CLOSE, _NEXT, _PART = (chr(0xE000 + n) for n in range(5))
MARK: Final = f"{_OPEN}[^{_CLOSE}]*{_CLOSE}"
_MARK: Final = re.compile(f"{_OPEN}([^{_TEXT}]*){_TEXT}([^{_CLOSE}]*){_CLOSE}")
# A mark of a chart names a whole bar or point; it stands in an attribute that the page writes anew.
_ATTRIBUTE: Final = re.compile(rf'\saria-label="{_MARK.pattern}"')
_STOP: Final = "。"
_OBSERVATION: Final = "observation"
_OF_ONE_KIND: Final = ("price_basis", "base", "vintage")
_NUMBER: Final = re.compile(r"[+−]?\d[\d,]*(?:\.\d+)?")


class Said(str):
    """A finished text: plain to whoever reads it, with its marks beside it for a page."""

    marked: str

    def __new__(cls, marked: str) -> Said:
        """From a text with marks or without.

        Raises:
            InputError: a sentence of it cites one indicator in two price bases, bases or vintages.
        """
        for sentence in marked.split(_STOP):
            _refuse_mixed(sentence)
        text = super().__new__(cls, _MARK.sub(r"\2", marked))
        text.marked = marked
        return text


def _refuse_mixed(sentence: str) -> None:
    """Refuse a sentence whose figures of one indicator and definition are not of one kind, whoever built it."""
    names = release_contracts()[_OBSERVATION].key
    together: dict[tuple[str, str], list[dict[str, str]]] = {}
    for found in _MARK.finditer(sentence):
        for key in found[1].split(_NEXT):
            origin = _origin(key)
            if origin.table == _OBSERVATION:
                row = dict(zip(names, origin.key, strict=True))
                together.setdefault((row["indicator"], row["definition_id"]), []).append(row)
    for rows in together.values():
        of_one_kind(rows, _OF_ONE_KIND, _MARK.sub(r"\2", sentence))


def marked(text: str) -> str:
    """A text with its marks, if it has any."""
    return text.marked if isinstance(text, Said) else text


def said(*texts: str) -> list[str]:
    """Finished texts, those that there are."""
    return [Said(text) for text in texts if text]


def cite(text: str, *numbers: Number | None) -> str:
    """A text whose last number (or all of it, where it has none) is linked to the cells that the numbers come from."""
    found = list(_NUMBER.finditer(text))
    start, end = found[-1].span() if found else (0, len(text))
    return f"{text[:start]}{cite_whole(text[start:end], *numbers)}{text[end:]}"


def cite_whole(text: str, *numbers: Number | None) -> str:
    """A text that is linked as it stands; one that follows from no cell stays as it is."""
    origins = dict.fromkeys(origin for number in numbers if number for origin in number.origins)
    if not origins or not text:
        return text
    keys = _NEXT.join(_PART.join((origin.table, origin.column, *origin.key)) for origin in origins)
    return f"{_OPEN}{keys}{_TEXT}{text}{_CLOSE}"


def yi(figure: Number) -> str:
    """An amount in 亿元 without the unit, linked."""
    return cite(plain_yi(figure), figure)


def percent(figure: Number) -> str:
    """A fraction as per cent, without the sign %, linked."""
    return cite(wording.about(figure.value, figure.step), figure)


def growth(figure: Number, *, lead: str = "同比") -> str:
    """``同比增长5.3%``, linked."""
    return cite(wording.growth(figure.value, lead=lead, step=figure.step), figure)


def points(one: Figure, other: Figure, up: str, down: str, flat: str = "持平") -> str:
    """How far one rate lies from another, in 百分点, linked to both.

    Of rates of which one is rough only which is larger, and '' where rounding leaves that open.
    """
    if one.rough or other.rough:
        return cite_whole(words(one, other, up, down), one, other)
    return cite(wording.points(less(one, other), up, down, flat), one, other)


def against(one: Figure, other: Figure, name: str) -> str:
    """``高于GDP增速1.2个百分点``, linked to both rates."""
    return points(one, other, f"高于{name}", f"低于{name}", f"与{name}持平")


def cell(value: Number | str | None) -> str:
    """A table's cell as text, linked, without its superscript."""
    text = shown(value).text
    return cite_whole(text, value) if isinstance(value, Number) else text


def link(html: str) -> tuple[str, list[Origin]]:
    """A page's marks as links.

    Args:
        html: the escaped page, with marks.

    Returns:
        The page in which every marked text is ``<data value="3 7">…</data>`` and every marked bar or point of a chart
        has ``data-o="3 7"``, and the cells that the numbers stand for, from 0.
    """
    known: dict[str, int] = {}

    def numbers(keys: str) -> str:
        return " ".join(str(known.setdefault(key, len(known))) for key in keys.split(_NEXT))

    linked = _ATTRIBUTE.sub(lambda m: f' aria-label="{m[2]}" data-o="{numbers(m[1])}"', html)
    linked = _MARK.sub(lambda m: f'<data value="{numbers(m[1])}">{m[2]}</data>', linked)
    return linked, [_origin(unescape(key)) for key in known]


def _origin(key: str) -> Origin:
    table, column, *values = key.split(_PART)
    return Origin(table, column, tuple(values))


def table(f: Figures, origins: Sequence[Origin]) -> dict[str, Any]:
    """What a page says of the cells that its numbers come from, as JSON values.

    Args:
        f: the release's figures.
        origins: the cells, in the order of their numbers on the page.

    Returns:
        ``words``, texts that the rest refers to by place, and ``cells``: of an observation name, value, period, place,
        class, price basis, base, vintage, status, authority, definition, formula, lineage, place in the explorer; of
        another table's cell column, table and key, lineage.

    Raises:
        InputError: a number says that it comes from an observation which the release does not hold.
    """
    words: dict[str, int] = {}

    def row(texts: Iterable[str]) -> list[int]:
        return [words.setdefault(text, len(words)) for text in texts]

    cells = [row(_observed(f, origin) if origin.table == _OBSERVATION else _counted(origin)) for origin in origins]
    return {"words": list(words), "cells": cells}


def fragment(figure: Figure) -> str:
    """Where an observation stands in the explorer: the part of the address after ``#``."""
    said = {
        "i": f"{figure.indicator}.{figure.definition}",
        "s": figure.span,
        "p": f"{figure.price}.{figure.base}",
        "v": figure.vintage,
        "a": figure.authority,
        "r": figure.region,
        "c": figure.cls,
    }
    return urlencode(said)


def _observed(f: Figures, origin: Origin) -> list[str]:
    figure = f.at(origin)
    if figure is None:
        raise InputError(
            f"报告引用的观测值不在发布之中：{'，'.join(origin.key)}。",
            f"The bulletin cites an observation that the release does not hold: {', '.join(origin.key)}.",
        )
    entry = f.catalogue[figure.indicator, figure.definition]
    return [
        entry["name_zh"],
        f"{shown(figure).text}{'' if figure.withheld else figure.display_unit}",
        Span(figure.span, figure.period).label,
        f.regions.get(figure.region, figure.region),
        f.class_name(figure.indicator, figure.cls) if figure.cls else "",
        PRICES[figure.price],
        BASES[figure.base],
        VINTAGES[figure.vintage],
        STATUSES[figure.status],
        figure.authority,
        entry["definition_zh"],
        entry["formula"],
        origin.lineage,
        fragment(figure),
    ]


def _counted(origin: Origin) -> list[str]:
    held_to = release_contracts()[origin.table]
    names = {column.name: column.zh for column in held_to.columns}
    key = "，".join(f"{names[name]} {value}" for name, value in zip(held_to.key, origin.key, strict=True) if value)
    return [names[origin.column], f"{held_to.title}（表 {origin.table}）", key, origin.lineage]
