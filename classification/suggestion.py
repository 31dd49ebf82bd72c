"""Coding help: which classes a business description (主要业务活动) is likely to belong to, and whether a code fits it.

Belongs here: the score, ``suggest`` and ``agrees``. Does not belong here: cleaning words (activity.py), the texts it
learns from (training.py), the arithmetic of likeness (ngrams.py), how good it is (suggest_quality.py).
It proposes; a person codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from classification.activity import parts, split
from classification.errors import InputError
from classification.ngrams import Index
from classification.standard import load_standard
from classification.training import digital_texts, family, gbt_texts, terms

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

# Chosen on the development phrases alone (docs/methods/coding.md).
_FAMILY: Final = 0.5  # weight of a class with its group, division and all its terms as one text
_LATER: Final = 0.5  # a part of a list weighs 1 / (1 + _LATER × its place)
_WHOLE: Final = 0.3  # weight of the description as one text, when it lists several parts
FLOOR: Final = 0.08  # a best score below this is no likeness
DIGITAL: Final = 0.8  # a digital class is proposed when it is at least this near to the best GB/T class
CLEAR: Final = 0.2  # the best class must score this much before a code is doubted
FAR: Final = 0.35  # a code is doubted when it scores less than this part of the best
_TOP: Final = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A class that a description may belong to.

    Attributes:
        code: a four-digit class of GB/T 4754-2017, or a six-digit core class of the digital classification.
        system: ``gbt`` or ``digital``.
        name_zh: its name.
        score: likeness, 0 to 1, four decimals. It orders proposals; it is no probability.
    """

    code: str
    system: str
    name_zh: str
    score: float


class Ranker:
    """Scores every label for a description by the most like of the label's texts and by its family."""

    def __init__(self, texts: Mapping[str, Sequence[str]], kin: Mapping[str, str]) -> None:
        """Index ``texts`` (label → cleaned texts, none without one) and ``kin`` (label → its family as one text)."""
        self.labels = tuple(sorted(texts))
        flat = [text for label in self.labels for text in texts[label]]
        self._index = Index(flat)
        self._first = np.cumsum([0, *(len(texts[label]) for label in self.labels[:-1])])
        self._family = Index([kin[label] for label in self.labels])

    def scores(self, text: str) -> NDArray[np.float64]:
        """A score per label; all 0 when the text holds nothing to compare."""
        listed = parts(text)
        if not listed:
            return np.zeros(len(self.labels))
        weight = 1.0 / (1.0 + _LATER * np.arange(len(listed)))
        score = np.zeros(len(self.labels))
        for share, part in zip(weight / weight.sum(), listed, strict=True):
            score += share * self._one(part)
        if len(listed) > 1:
            score = (1.0 - _WHOLE) * score + _WHOLE * self._one("".join(listed))
        # Rounded here, so that order and ties are the same on every machine.
        return np.round(score, 4)

    def best(self, text: str, k: int) -> list[tuple[str, float]]:
        """Up to ``k`` best labels with their scores, ties in code order; none when even the best is below ``FLOOR``."""
        scores = self.scores(text)
        if scores.max() < FLOOR:
            return []
        order = np.argsort(-scores, kind="stable")[:k]
        return [(self.labels[at], float(scores[at])) for at in order if scores[at] > 0]

    def _one(self, part: str) -> NDArray[np.float64]:
        like: NDArray[np.float64] = np.maximum.reduceat(self._index.cosine(part), self._first)
        return (1.0 - _FAMILY) * like + _FAMILY * self._family.cosine(part)


def gbt_ranker(listed: Mapping[str, Collection[str]]) -> Ranker:
    """A ranker of the four-digit GB/T classes, trained on the standard's names and on the given terms."""
    standard = load_standard()
    kin = {code: family(standard.gbt[code], "gbt", listed.get(code, ())) for code in standard.classes}
    return Ranker(gbt_texts(listed), kin)


@cache
def _rankers() -> tuple[Ranker, Ranker]:
    standard = load_standard()
    listed = terms()
    digital = digital_texts(gbt_texts(listed))
    kin = {code: family(standard.digital[code], "digital", digital[code]) for code in digital}
    return gbt_ranker(listed), Ranker(digital, kin)


@lru_cache(maxsize=1024)
def _gbt_scores(text: str) -> NDArray[np.float64]:
    return _rankers()[0].scores(text)


def suggest(text: str, k: int = 5) -> tuple[Suggestion, ...]:
    """Rank the classes that a business description may belong to.

    Args:
        text: what a unit does, as written; several activities may be listed, the first weighs most.
        k: how many classes per classification, at least 1.

    Returns:
        Up to ``k`` classes of GB/T 4754-2017, best first, then up to ``k`` core classes (01–04) of the digital
        classification that are about as like as the best GB/T class. Nothing when the text is like no class. Class 05
        follows from the code, not from words, and is not proposed.
        Source: names of GB/T 4754-2017 and of 数字经济及其核心产业统计分类(2021); ``codes/gbt4754_2017_terms.csv``.

    Raises:
        InputError: the text has fewer than two Chinese characters or letters beside its verbs, or ``k`` is below 1.
    """
    if k < 1:
        raise InputError("建议个数 k 至少为 1", "k must be at least 1")
    if not usable(text):
        raise InputError(
            "业务描述太短：请写出产品或服务，以及做什么，如“汽车座椅制造”",
            "the description is too short: name the product or service and what is done with it",
        )
    standard = load_standard()
    gbt, digital = _rankers()
    best = gbt.best(text, k)
    if not best:
        return ()
    return (
        *(Suggestion(code, "gbt", standard.gbt[code].name_zh, score) for code, score in best),
        *(
            Suggestion(code, "digital", standard.digital[code].name_zh, score)
            for code, score in digital.best(text, k)
            if score >= DIGITAL * best[0][1]
        ),
    )


def usable(text: str) -> bool:
    """Whether a description says enough to be compared: two Chinese characters or letters beside its verbs."""
    things = "".join(split(part)[0] for part in parts(text))
    return sum(char.isalpha() for char in things) >= 2


def agrees(text: str, gbt: str) -> bool | None:
    """Whether a GB/T class fits a business description.

    True: the class is among the five best or scores at least ``FAR`` of the best. False: it scores less, the best is
    clear (``CLEAR``) and none of the five best is of its division. None: the words do not decide, or say too little.
    A False asks a person to look; how often it is wrong stands in ``docs/methods/coding.md``.

    Args:
        text: what a unit does, as written.
        gbt: a four-digit class of GB/T 4754-2017.

    Raises:
        InputError: ``gbt`` is not such a class.
    """
    labels = _rankers()[0].labels
    if gbt not in labels:
        raise InputError("行业代码不是 GB/T 4754-2017 的小类", "not a class of GB/T 4754-2017")
    if not usable(text):
        return None
    scores = _gbt_scores(text)
    top = [labels[at] for at in np.argsort(-scores, kind="stable")[:_TOP]]
    best, own = float(scores.max()), float(scores[labels.index(gbt)])
    if best < FLOOR:
        return None
    if gbt in top or own >= FAR * best:
        return True
    return None if best < CLEAR or gbt[:2] in {code[:2] for code in top} else False
