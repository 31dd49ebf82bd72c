"""What the coding help is trained on: the standard's names and notes, and what each class holds in our own words.

Belongs here: gathering training texts per class. Does not belong here: scores (suggestion.py), evaluation phrases.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from importlib import resources
from typing import TYPE_CHECKING, Final

from classification.activity import clean, parts, split
from classification.standard import load_standard

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from classification.standard import DigitalCode, GbtCode

_ELSEWHERE: Final = re.compile(r"\d{4}|另归|除外|不含|以外")


def terms() -> dict[str, tuple[str, ...]]:
    """What a class holds, in our own words: GB/T class → terms (``codes/gbt4754_2017_terms.csv``)."""
    text = (resources.files("classification") / "codes" / "gbt4754_2017_terms.csv").read_text(encoding="utf-8")
    return {row["code"]: tuple(row["terms_zh"].split(";")) for row in csv.DictReader(text.splitlines())}


def gbt_texts(listed: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """The training texts per GB/T class: its name, its name of 2011, its digital class, and the given terms."""
    standard = load_standard()
    earlier: dict[str, list[str]] = defaultdict(list)
    for old in standard.gbt_2011.values():
        if len(old.successors) == 1:
            earlier[old.successors[0]].append(old.name_zh)
    served: dict[str, list[str]] = defaultdict(list)
    for pair in standard.core_map:
        served[pair.de].append(pair.gbt)
    digital: dict[str, list[str]] = defaultdict(list)
    for pair in standard.core_map:
        # A digital class that several classes share, or that is only a part of one, says nothing about this one.
        if not pair.partial and len(served[pair.de]) == 1:
            digital[pair.gbt].extend(_words(standard.digital[pair.de]))
    return {
        code: _distinct(
            [*_phrases(standard.gbt[code].name_zh)]
            + [text for name in earlier[code] for text in _phrases(name)]
            + digital[code]
            + [text for term in listed.get(code, ()) for text in _doing(term, standard.gbt[code].name_zh)]
        )
        for code in standard.classes
    }


def digital_texts(gbt: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Training texts per core digital class: its own, and those of the classes that belong to it wholly."""
    standard = load_standard()
    found: dict[str, list[str]] = {
        code: [*_words(record)] for code, record in standard.digital.items() if record.level == 3 and record.core
    }
    for pair in standard.core_map:
        if not pair.partial:
            found[pair.de].extend(gbt[pair.gbt])
    return {code: _distinct(texts) for code, texts in found.items()}


def _words(record: DigitalCode) -> tuple[str, ...]:
    # What a note sends elsewhere (设计另归 030401) is not of this class.
    noted = (part for part in parts(record.note_zh) if not _ELSEWHERE.search(part))
    return (*_phrases(record.name_zh), *noted)


def _phrases(name: str) -> tuple[str, ...]:
    listed = parts(name)
    return (clean(name), "".join(listed), *listed)


def _doing(term: str, name: str) -> tuple[str, ...]:
    """A term with the verb of the class it stands under, unless it has its own."""
    verb = split(clean(name))[1]
    return tuple(part if split(part)[1] else part + verb for part in parts(term))


def _distinct(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def family(record: GbtCode | DigitalCode, system: str, listed: Collection[str]) -> str:
    """A class with its group, its division and its terms as one text, so that words of its kin count too."""
    above = load_standard().parents(record.code, system=system)
    # A section (门类) is left out: its name is a list of divisions and would outweigh the class.
    names = [parent.name_zh for parent in above if parent.level not in {"section", 1}]
    return clean("".join([record.name_zh, *names, *listed]))
