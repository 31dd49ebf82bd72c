"""What a code means, in words: names, place in the hierarchy, what it maps to, whether it needs a coefficient.

Belongs here: looking a code up by hand, in either classification, and the nearest codes of a wrong one.
Does not belong here: classifying units (assign.py), how an answer is laid out on a screen.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classification.errors import InputError
from classification.standard import DigitalCode, GbtCode, load_standard

if TYPE_CHECKING:
    from classification.standard import Standard

SYSTEMS = {"gbt": "GB/T 4754-2017 国民经济行业分类", "digital": "数字经济及其核心产业统计分类（2021）"}
_GBT_LEVELS = {"section": "门类", "division": "大类", "group": "中类", "class": "小类"}
CONFIDENCE = {"high": "高", "medium-high": "较高", "medium": "中", "low": "低"}
_DIGITAL_LEVELS = {1: "大类", 2: "中类", 3: "小类"}


class UnknownCodeError(InputError):
    """A code that neither classification knows.

    Args:
        suggestions: the nearest codes with their names.
    """

    def __init__(self, zh: str, en: str, *, suggestions: tuple[Named, ...] = ()) -> None:
        super().__init__(zh, en)
        self.suggestions = suggestions


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its Chinese name."""

    code: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Link:
    """A pair of the standard's table, seen from one side; ``partial`` is the asterisk."""

    code: str
    name_zh: str
    partial: bool
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a code.

    Attributes:
        system: ``gbt`` or ``digital``.
        code: the code, without section letter.
        level: 门类, 大类, 中类 or 小类.
        parents: from the top down.
        children: directly below.
        core: inside the core industries 01–04; for a wider GB/T code, whether any class below is.
        links: digital classes of a GB/T class (or of the classes below it), GB/T codes of a digital class.
        efficiency: digital classes of 05 that a GB/T class belongs to.
        needs_coefficient: core GB/T classes of which only a part is digital.
        chains: local industry chains the code takes part in.
        notes: in Chinese: content, 2019 amendment, another meaning in the 2011 edition.
        source: ground of the code and its name.
        confidence: high, medium-high, medium or low.
    """

    system: str
    code: str
    level: str
    name_zh: str
    name_en: str
    parents: tuple[Named, ...]
    children: tuple[Named, ...]
    core: bool
    links: tuple[Link, ...]
    efficiency: tuple[Named, ...]
    needs_coefficient: tuple[Named, ...]
    chains: tuple[Named, ...]
    notes: tuple[str, ...]
    source: str
    confidence: str

    def __str__(self) -> str:
        """The reading as a few lines of Chinese text."""
        lines = [f"{self.code} {self.name_zh}（{SYSTEMS[self.system]}，{self.level}）"]
        parts: tuple[tuple[str, tuple[Named | Link, ...]], ...] = (
            ("上级", self.parents),
            ("下级", self.children),
            ("对应", self.links),
            ("数字化效率提升业", self.efficiency),
            ("需要剥离系数", self.needs_coefficient),
            ("产业链", self.chains),
        )
        for title, items in parts:
            if items:
                shown = "、".join(f"{i.code}{'*' if getattr(i, 'partial', False) else ''} {i.name_zh}" for i in items)
                lines.append(f"  {title}：{shown}")
        lines.extend(f"  说明：{note}" for note in self.notes)
        lines.append(
            f"  核心产业：{'是' if self.core else '否'}；依据：{self.source}；可信度：{CONFIDENCE[self.confidence]}"
        )
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Description:
    """Everything a code can mean: one reading, or two where both classifications use it (01–05)."""

    asked: str
    readings: tuple[Reading, ...]

    def __str__(self) -> str:
        """All readings as text."""
        head = [f"“{self.asked}” 在两个分类中都有，含义不同："] if len(self.readings) > 1 else []
        return "\n".join([*head, *map(str, self.readings)])


def describe(code: str) -> Description:
    """What a code means.

    Args:
        code: a GB/T 4754-2017 code of any level (``C``, ``39``, ``391``, ``3911``, ``C3911``) or a digital code
            (``01``, ``0101``, ``010101``), half- or full-width.

    Returns:
        A reading per classification that has the code (01–05 exist in both); ``str()`` gives readable Chinese.
        Source: GB/T 4754-2017 with amendment 1; 数字经济及其核心产业统计分类(2021).

    Raises:
        UnknownCodeError: no classification has the code; the message names successors or the nearest codes.
    """
    standard = load_standard()
    plain = "".join(unicodedata.normalize("NFKC", code).upper().split())
    letter, digits = (plain[:1], plain[1:]) if plain[:1].isalpha() else ("", plain)
    readings = []
    asked = digits or letter
    if asked in standard.gbt and letter in {"", standard.section_of(asked)}:
        readings.append(_gbt(standard, asked))
    if not letter and digits in standard.digital:
        readings.append(_digital(standard, digits))
    if not readings:
        raise _unknown(standard, plain, letter, digits)
    return Description(plain, tuple(readings))


def _gbt(standard: Standard, code: str) -> Reading:
    record = standard.gbt[code]
    below = _classes_below(standard, record)
    links = tuple(
        Link(pair.de, standard.digital[pair.de].name_zh, pair.partial, pair.source, pair.confidence)
        for pair in standard.core_map
        if pair.gbt in below
    )
    single = record.level == "class"
    efficiency = standard.efficiency_classes.get(code, ()) if single else ()
    starred = tuple(Named(one, standard.gbt[one].name_zh) for one in below if one in standard.partial_classes)
    return Reading(
        system="gbt",
        code=code,
        level=_GBT_LEVELS[record.level],
        name_zh=record.name_zh,
        name_en=record.name_en,
        parents=_named(standard.parents(code, system="gbt")),
        children=_named(standard.children(code, system="gbt")),
        core=bool(links),
        links=tuple({link.code: link for link in links}.values()),
        efficiency=tuple(Named(de, standard.digital[de].name_zh) for de in efficiency),
        needs_coefficient=starred,
        chains=_chains(standard, set(below) if single else set()),
        notes=tuple(_gbt_notes(standard, record)),
        source=record.source,
        confidence=record.confidence,
    )


def _gbt_notes(standard: Standard, record: GbtCode) -> list[str]:
    notes = ["2019年第1号修改单改动过这一代码"] if record.amended_2019 else []
    old = standard.gbt_2011.get(record.code)
    if old is not None:
        heirs = "、".join(f"{heir} {standard.gbt[heir].name_zh}" for heir in old.successors)
        notes.append(f"2011版的 {old.code} 是“{old.name_zh}”，现为 {heirs}：请确认填报的是2017版代码")
    return notes


def _digital(standard: Standard, code: str) -> Reading:
    record = standard.digital[code]
    pairs = [pair for pair in standard.mapping if pair.de.startswith(code)] if record.level > 1 else []
    links = [Link(p.gbt, standard.gbt[p.gbt].name_zh, p.partial, p.source, p.confidence) for p in pairs]
    starred = {p.gbt for p in standard.core_map if p.partial and p.de.startswith(code)}
    notes = [record.note_zh] if record.note_zh else []
    if record.level == 3 and not pairs:
        notes.append("标准中没有列出对应的国民经济行业代码")
    return Reading(
        system="digital",
        code=code,
        level=_DIGITAL_LEVELS[record.level],
        name_zh=record.name_zh,
        name_en=record.name_en,
        parents=_named(standard.parents(code, system="digital")),
        children=_named(standard.children(code, system="digital")),
        core=record.core,
        links=tuple({link.code: link for link in links}.values()),
        efficiency=(),
        needs_coefficient=tuple(Named(gbt, standard.gbt[gbt].name_zh) for gbt in sorted(starred)),
        chains=_chains(standard, {pair.gbt for pair in pairs}) if record.core else (),
        notes=tuple(notes),
        source=record.source,
        confidence=record.confidence,
    )


def _classes_below(standard: Standard, record: GbtCode) -> tuple[str, ...]:
    if record.level == "section":
        return tuple(code for code in standard.classes if standard.section_of(code) == record.code)
    return tuple(code for code in standard.classes if code.startswith(record.code))


def _named(records: tuple[GbtCode | DigitalCode, ...]) -> tuple[Named, ...]:
    return tuple(Named(record.code, record.name_zh) for record in records)


def _chains(standard: Standard, classes: set[str]) -> tuple[Named, ...]:
    found = {member.id: member.name_zh for member in standard.chains if member.gbt in classes}
    return tuple(Named(name, zh) for name, zh in found.items())


def nearest(code: str, k: int = 5) -> tuple[Named, ...]:
    """The codes of either classification that begin most like ``code`` (two characters at least), nearest first."""
    standard = load_standard()
    books: tuple[dict[str, GbtCode] | dict[str, DigitalCode], ...] = (standard.gbt, standard.digital)
    names = {one: record.name_zh for book in books for one, record in book.items()}
    shared = {one: _shared(one, code) for one in names}
    close = sorted(
        (one for one in names if shared[one] >= 2), key=lambda one: (-shared[one], _distance(one, code), one)
    )
    return tuple(Named(one, names[one]) for one in close[:k])


def _shared(one: str, code: str) -> int:
    """How many characters two codes begin with in common."""
    return next((at for at, (a, b) in enumerate(zip(one, code, strict=False)) if a != b), min(len(one), len(code)))


def _distance(one: str, code: str) -> tuple[int, int]:
    """How far apart two codes are: in length, then as numbers."""
    gap = abs(int(one) - int(code)) if one.isdecimal() and code.isdecimal() else 0
    return abs(len(one) - len(code)), gap


def _unknown(standard: Standard, plain: str, letter: str, digits: str) -> UnknownCodeError:
    near: tuple[Named, ...]
    old = standard.gbt_2011.get(digits)
    if digits in standard.gbt:
        right = standard.section_of(digits)
        near = (Named(f"{right}{digits}", standard.gbt[digits].name_zh),)
        why_zh, why_en = f"门类字母 {letter} 与 {digits} 不符，应为 {right}", f"the section letter should be {right}"
    elif old is not None:
        near = tuple(Named(heir, standard.gbt[heir].name_zh) for heir in old.successors)
        why_zh, why_en = f"{digits} 是2011版代码（{old.name_zh}），2017版已改", "a code of the 2011 edition"
    else:
        near = nearest(digits or plain)
        why_zh, why_en = f"两个分类中都没有代码“{plain}”", f"neither classification has the code {plain!r}"
    hint_zh = "。请看：" + "、".join(f"{one.code} {one.name_zh}" for one in near) if near else ""
    hint_en = "; see " + ", ".join(one.code for one in near) if near else ""
    return UnknownCodeError(f"{why_zh}{hint_zh}", f"{why_en}{hint_en}", suggestions=near)
